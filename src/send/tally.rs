//! Counts by the provider itself: its own tokenizer, asked over its own endpoint.
//!
//! Three ways of asking, each a path, a body and a field of the answer: Anthropic's `count_tokens`,
//! `OpenAI`'s `responses/input_tokens`, Gemini's `countTokens`, as documented in 2026-10.
//! What comes back holds the few tokens that a provider puts around one message.
//! A key goes to its maker's own address; another address gets `FORKFUL_API_KEY` or none.

use std::future::Future;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Error, MAX_ERROR_BODY, refusal};
use crate::content::line;
use crate::net::{Credential, Method, Request, Secret, Transport, Url};
use crate::tokens::Tokens;

/// How long a count may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// One way of asking for a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tally {
    /// `POST /v1/messages/count_tokens`
    Anthropic,
    /// `POST /v1/responses/input_tokens`, also of llama.cpp's server.
    OpenAi,
    /// `POST /v1beta/models/MODEL:countTokens`
    Gemini,
}

/// A server that counts, and the key that it may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// How it is asked.
    pub tally: Tally,
    /// Where its paths begin.
    pub base_url: Url,
    /// The key.
    pub key: Option<Secret>,
    /// The model by the server's own name.
    pub model: String,
}

impl Tally {
    /// The way of the maker called `provider`; of `OpenAI`'s where that is nobody's.
    pub fn of(provider: &str) -> Self {
        match provider {
            "Anthropic" => Self::Anthropic,
            "Google" => Self::Gemini,
            _ => Self::OpenAi,
        }
    }

    /// The maker's own address.
    pub fn home(self) -> &'static str {
        match self {
            Self::Anthropic => "https://api.anthropic.com/v1",
            Self::OpenAi => super::endpoint::OPENAI,
            Self::Gemini => "https://generativelanguage.googleapis.com/v1beta",
        }
    }

    /// The variable in which the maker's key stands.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Anthropic => "ANTHROPIC_API_KEY",
            Self::OpenAi => "OPENAI_API_KEY",
            Self::Gemini => "GEMINI_API_KEY",
        }
    }

    /// The field of the answer that holds the count.
    fn field(self) -> &'static str {
        match self {
            Self::Anthropic | Self::OpenAi => "input_tokens",
            Self::Gemini => "totalTokens",
        }
    }
}

impl Counter {
    /// The request that counts `text` as one user message.
    pub fn encode(&self, text: &str) -> Request {
        let Self { tally, base_url, key, model } = self;
        let (path, body) = match tally {
            Tally::Anthropic => {
                let messages = json!([{"role": "user", "content": text}]);
                ("messages/count_tokens".to_owned(), json!({"model": model, "messages": messages}))
            }
            Tally::OpenAi => ("responses/input_tokens".to_owned(), json!({"model": model, "input": text})),
            Tally::Gemini => {
                let contents = json!([{"role": "user", "parts": [{"text": text}]}]);
                (format!("models/{model}:countTokens"), json!({"contents": contents}))
            }
        };
        let (header, prefix) = match tally {
            Tally::Anthropic => ("x-api-key", ""),
            Tally::OpenAi => ("authorization", "Bearer "),
            Tally::Gemini => ("x-goog-api-key", ""),
        };
        let mut headers = vec![("content-type", "application/json".to_owned())];
        if *tally == Tally::Anthropic {
            headers.push(("anthropic-version", "2023-06-01".to_owned()));
        }
        Request {
            method: Method::Post,
            url: base_url.join(&path),
            headers,
            credential: key.clone().map(|secret| Credential { header, prefix, secret }),
            more: Vec::new(),
            body: body.to_string().into_bytes(),
        }
    }

    /// The count in an answer's body.
    pub fn decode(&self, body: &[u8]) -> Option<Tokens> {
        let value: Value = serde_json::from_slice(body).ok()?;
        let tokens = value.get(self.tally.field())?.as_u64()?;
        u32::try_from(tokens).ok().map(Tokens)
    }

    /// Asks for the count of `text`; `sleep` measures how long that may take.
    pub async fn count<T: Transport, W: Future<Output = ()>>(
        &self,
        transport: &T,
        text: &str,
        sleep: impl Fn(Duration) -> W,
    ) -> Result<Tokens, Error> {
        let origin = self.base_url.origin();
        tokio::select! {
            answer = self.ask(transport, text) => answer,
            () = sleep(PATIENCE) => Err(Error::Silent { origin, waited: PATIENCE }),
        }
    }

    async fn ask<T: Transport>(&self, transport: &T, text: &str) -> Result<Tokens, Error> {
        let request = self.encode(text);
        let origin = || self.base_url.origin();
        let unreached = |source| Error::Unreached { origin: origin(), source };
        let mut response = transport.send(&request).await.map_err(unreached)?;
        let mut body = Vec::new();
        while let Some(bytes) = response.next_chunk().await.map_err(unreached)? {
            body.extend(bytes);
            if body.len() > MAX_ERROR_BODY {
                break;
            }
        }
        body.truncate(MAX_ERROR_BODY);
        if !(200..300).contains(&response.status) {
            return Err(refusal(&response, &request, &body));
        }
        self.decode(&body).ok_or_else(|| {
            let said = line(&request.redact(&String::from_utf8_lossy(&body)));
            let content_type = line(response.header("content-type").unwrap_or("no content type"));
            let said = said.chars().take(120).collect();
            Error::NotAnAnswer { origin: origin(), status: response.status, content_type, said }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::{Recorded, Replay};

    fn counter(tally: Tally) -> Counter {
        let base_url = Url::parse(tally.home()).unwrap();
        Counter { tally, base_url, key: Some(Secret::new("sk-harbour-4711")), model: "m-1".to_owned() }
    }

    #[test]
    fn each_maker_is_asked_in_its_own_way() {
        let check = |tally, url: &str, header: &str, body: &str, answer: &str| {
            let request = counter(tally).encode("Two \"words\"");
            let credential = request.credential.as_ref().unwrap();
            let sent = (request.url.to_string(), format!("{}: {}", credential.header, credential.prefix));
            assert_eq!(sent, (url.to_owned(), header.to_owned()));
            assert_eq!(String::from_utf8(request.body).unwrap(), body);
            assert_eq!(counter(tally).decode(answer.as_bytes()), Some(Tokens(11)), "{answer}");
        };
        check(
            Tally::Anthropic,
            "https://api.anthropic.com/v1/messages/count_tokens",
            "x-api-key: ",
            r#"{"messages":[{"content":"Two \"words\"","role":"user"}],"model":"m-1"}"#,
            r#"{"input_tokens": 11}"#,
        );
        check(
            Tally::OpenAi,
            "https://api.openai.com/v1/responses/input_tokens",
            "authorization: Bearer ",
            r#"{"input":"Two \"words\"","model":"m-1"}"#,
            r#"{"object": "response.input_tokens", "input_tokens": 11}"#,
        );
        check(
            Tally::Gemini,
            "https://generativelanguage.googleapis.com/v1beta/models/m-1:countTokens",
            "x-goog-api-key: ",
            r#"{"contents":[{"parts":[{"text":"Two \"words\""}],"role":"user"}]}"#,
            r#"{"totalTokens": 11, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 11}]}"#,
        );
    }

    #[test]
    fn what_is_no_count_is_an_error_without_the_key() {
        let check = |status, body: &str, expected: Result<u32, &str>| {
            let transport = Replay::new(vec![Recorded::new(status, "application/json", [body.to_owned()])]);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let asked = counter(Tally::Anthropic);
            let never = |_| std::future::pending();
            let found = runtime.block_on(asked.count(&transport, "text", never));
            let found = found.map(|tokens| tokens.0).map_err(|error| error.to_string());
            assert_eq!(found, expected.map_err(str::to_owned), "{body}");
        };
        check(200, r#"{"input_tokens": 2095}"#, Ok(2095));
        let origin = "https://api.anthropic.com answered";
        let nothing = format!("{origin} 200 with application/json, which is no answer: {{\"key\": \"***\"}}");
        check(200, r#"{"key": "sk-harbour-4711"}"#, Err(&nothing));
        let refused = r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#;
        check(401, refused, Err(&format!("{origin} 401: invalid x-api-key")));
    }
}
