//! What a server says when it fails, in whatever shape it says it.
//!
//! Shapes read: `{"error": {message, type, code}}` (`OpenAI` and most others), `{"error": "text"}`
//! (Ollama), `{"message": ...}` and `{"detail": ...}` (Mistral, vLLM, `FastAPI`), a list of one of
//! them (Gemini's compatible endpoint), an HTML page, plain text. Gemini says more in `details`.

use std::time::Duration;

use serde_json::Value;

use crate::content::line;
use crate::net::Request;

/// How much of a server's own message is shown.
const MAX_MESSAGE: usize = 1000;
/// How much of something unexpected is shown.
pub(super) const MAX_SAID: usize = 300;

/// What says that a prompt is too long, server by server.
const OVERFLOWS: &[&str] = &[
    "maximum context length",
    // Anthropic
    "prompt is too long",
    "exceed context limit",
    // Gemini
    "exceeds the maximum number of tokens allowed",
    // OpenAI Responses
    "exceeds the context window",
    // xAI
    "maximum prompt length is",
    // DeepSeek, Groq, Cerebras, with a code of their own
    "reduce the length of the messages",
    // vLLM
    "longer than the maximum model length",
    // text-generation-inference and the services on it
    "`inputs` tokens + `max_new_tokens` must be <=",
    // LM Studio
    "when context the overflows",
    "greater than the context length",
    // Ollama
    "exceeds the context length",
    "exceeds maximum context length",
    "exceeds the available context size",
];

/// What stands before the tokens of the prompt.
const PROMPT_TOKENS: &[&str] = &[
    "resulted in ",
    "you requested about ",
    "you requested ",
    "Prompt contains ",
    "prompt is too long: ",
    "exceed context limit: ",
    "input token count (",
    "request contains ",
    "request (",
    "your request has ",
    "prompt (length ",
    "Given: ",
    "Current length is ",
    "keep the first ",
];

/// What stands before the tokens of the window.
const WINDOW: &[&str] = &[
    "maximum context length is ",
    "configured limit of ",
    "too large for model with ",
    "tokens > ",
    " > ",
    "number of tokens allowed (",
    "number of tokens allowed ",
    "maximum prompt length is ",
    "available context size (",
    "maximum context length: ",
    "maximum model length of ",
    "must be <= ",
    "while limit is ",
    "context length of only ",
];

/// A server's own account of a failure; each text is one line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failure {
    /// What it says to people; empty if it says nothing.
    pub message: String,
    /// Its class of the failure: `invalid_request_error`.
    pub kind: Option<String>,
    /// Its code of the failure: `context_length_exceeded`, `429`.
    pub code: Option<String>,
    /// How long it asks to wait, if it says so in words of its own.
    pub retry_after: Option<Duration>,
    /// Tokens of the prompt, if it names them.
    pub prompt_tokens: Option<u64>,
    /// Tokens that the answer was to have beside the prompt, if it adds them up.
    pub answer_tokens: Option<u64>,
    /// Tokens of the window, if it names them.
    pub window: Option<u64>,
}

impl Failure {
    /// Reads the body of an error response.
    pub fn read(body: &[u8]) -> Self {
        let json: Option<Value> = serde_json::from_slice(body).ok();
        json.as_ref().and_then(Self::from_json).unwrap_or_else(|| {
            let message = shown(&visible(&String::from_utf8_lossy(body)), MAX_SAID);
            Self { message, ..Self::default() }
        })
    }

    /// Reads an error object; `None` if this is none.
    pub fn from_json(json: &Value) -> Option<Self> {
        let outer = json.get(0).unwrap_or(json);
        let error = match &outer["error"] {
            Value::Null if outer.get("choices").is_some() => return None,
            Value::Null if outer["message"].is_null() && outer["detail"].is_null() => return None,
            Value::Null => outer,
            error => error,
        };
        let mut message = words(error);
        if let Some(raw) = error["metadata"]["raw"].as_str() {
            message = format!("{message}: {raw}");
        }
        let word = |value: &Value| match value {
            Value::String(word) => Some(line(word)),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        };
        let message = line(&message);
        let details = || error["details"].as_array().into_iter().flatten();
        let reason = details().find_map(|detail| detail["reason"].as_str()).map(line);
        let delay = details().find_map(|detail| detail["retryDelay"].as_str()?.strip_suffix('s')?.parse::<f64>().ok());
        Some(Self {
            kind: word(&error["type"]).or_else(|| word(&error["status"])),
            code: reason.or_else(|| word(&error["code"])),
            retry_after: delay.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            prompt_tokens: error["n_prompt_tokens"]
                .as_u64()
                .or_else(|| PROMPT_TOKENS.iter().find_map(|before| number_after(&message, before))),
            answer_tokens: number_after(&message, " + "),
            window: error["n_ctx"].as_u64().or_else(|| WINDOW.iter().find_map(|before| number_after(&message, before))),
            message,
        })
    }

    /// Whether the prompt was too long for the model.
    pub fn is_overflow(&self) -> bool {
        self.code.as_deref() == Some("context_length_exceeded")
            || self.kind.as_deref() == Some("exceed_context_size_error")
            || OVERFLOWS.iter().any(|words| self.message.contains(words))
    }

    /// By how many tokens the prompt and its answer were too long, if it says so.
    pub fn over(&self) -> Option<u64> {
        let all = self.prompt_tokens?.checked_add(self.answer_tokens.unwrap_or(0))?;
        all.checked_sub(self.window?).filter(|over| *over > 0)
    }

    /// The same fit for people: short, and without the key of `request`.
    #[must_use]
    pub fn told(self, request: &Request) -> Self {
        // Masked before it is shortened, or a cut could leave half a key.
        let message = shown(&request.redact(&self.message), MAX_MESSAGE);
        let word = |word: String| shown(&request.redact(&word), MAX_SAID);
        Self { message, kind: self.kind.map(word), code: self.code.map(word), ..self }
    }

    /// The message as the end of a sentence: `: no such model`.
    pub(super) fn clause(&self) -> String {
        if self.message.is_empty() { String::new() } else { format!(": {}", self.message) }
    }
}

/// The visible words of anything a server sent: one line, an HTML page without its markup.
pub(super) fn visible(text: &str) -> String {
    let is_page = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').starts_with('<');
    line(&if is_page { without_markup(text) } else { text.to_owned() })
}

/// The first characters of a text, with a sign where more followed.
pub(super) fn shown(text: &str, n_characters: usize) -> String {
    match text.char_indices().nth(n_characters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The words in an error value, wherever the server hid them.
fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join("; "),
        Value::Object(fields) => {
            let place: Vec<&str> = value["loc"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let text = ["message", "msg", "detail", "error"].iter().find_map(|name| fields.get(*name));
            let text = text.map_or_else(|| value.to_string(), words);
            if place.is_empty() { text } else { format!("{text} ({})", place.join(".")) }
        }
        other => other.to_string(),
    }
}

fn number_after(text: &str, before: &str) -> Option<u64> {
    let (_, after) = text.split_once(before)?;
    let digits: String = after.chars().filter(|c| *c != ',').take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A page's words, without tags, scripts and styles; entities stay as they are.
fn without_markup(page: &str) -> String {
    let mut words = String::new();
    let mut rest = page;
    while let Some((text, after)) = rest.split_once('<') {
        words.push_str(text);
        words.push(' ');
        let lower = after.get(..6).unwrap_or_default().to_ascii_lowercase();
        let closing = if lower.starts_with("script") {
            "</script>"
        } else if lower.starts_with("style") {
            "</style>"
        } else {
            ">"
        };
        rest = after.split_once(closing).map_or("", |(_, rest)| rest);
    }
    words + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request_with_key(key: &str) -> Request {
        let secret = crate::net::Secret::new(key);
        Request {
            method: crate::net::Method::Get,
            url: crate::net::Url::parse("http://h").expect("an address"),
            headers: Vec::new(),
            credential: Some(crate::net::Credential { header: "authorization", prefix: "", secret }),
            more: Vec::new(),
            body: Vec::new(),
        }
    }

    fn failure(message: &str, kind: Option<&str>, code: Option<&str>) -> Failure {
        let owned = |word: Option<&str>| word.map(str::to_owned);
        Failure { message: message.to_owned(), kind: owned(kind), code: owned(code), ..Failure::default() }
    }

    #[test]
    fn a_failure_is_read_in_every_shape() {
        let check = |body: &str, expected: Failure| assert_eq!(Failure::read(body.as_bytes()), expected, "{body}");
        check("", failure("", None, None));
        check("upstream\u{1b}[31m\n  timed out", failure("upstream[31m timed out", None, None));
        check(r#"{"error":"no such model"}"#, failure("no such model", None, None));
        check(
            r#"{"error":{"message":"Bad\nkey","type":"auth","param":null,"code":"invalid_api_key"},"status":401}"#,
            failure("Bad key", Some("auth"), Some("invalid_api_key")),
        );
        check(r#"{"error":{"code":400,"message":"no"},"user_id":"u"}"#, failure("no", None, Some("400")));
        check(r#"{"object":"error","message":"no","type":"bad","code":1}"#, failure("no", Some("bad"), Some("1")));
        check(r#"{"detail":"Unauthorized"}"#, failure("Unauthorized", None, None));
        check(
            r#"{"message":{"detail":[{"loc":["body","top"],"msg":"not permitted"}]}}"#,
            failure("not permitted (body.top)", None, None),
        );
        check(r#"[{"error":{"code":400,"message":"no","status":"BAD"}}]"#, failure("no", Some("BAD"), Some("400")));
        check(
            r#"{"error":{"code":400,"message":"no","status":"BAD","details":[{"@type":"x"},{"reason":"API_KEY_INVALID"}]}}"#,
            failure("no", Some("BAD"), Some("API_KEY_INVALID")),
        );
        check(
            r#"{"error":{"code":429,"message":"no","status":"FULL","details":[{"retryDelay":"17.5s"}]}}"#,
            Failure { retry_after: Some(Duration::from_millis(17_500)), ..failure("no", Some("FULL"), Some("429")) },
        );
        check(
            r#"{"error":{"message":"Provider returned error","metadata":{"raw":"busy"}}}"#,
            failure("Provider returned error: busy", None, None),
        );
        check(r#"{"status":"down"}"#, failure(r#"{"status":"down"}"#, None, None));
        check(
            "<!DOCTYPE html><title>502</title><style>p{}</style><body><h1>Bad</h1><script>x<y</script>gateway",
            failure("502 Bad gateway", None, None),
        );
    }

    #[test]
    fn a_failure_is_told_short_and_without_the_key() {
        let key = "sk-harbour-4711";
        let request = request_with_key(key);
        let check = |message: &str, expected: &str| {
            let told = failure(message, None, Some(key)).told(&request);
            assert_eq!(told, failure(expected, None, Some("***")));
        };
        check(&format!("bad key {key}!"), "bad key ***!");
        let long = "é".repeat(995);
        check(&format!("{long}{key}{key}"), &format!("{long}***…").replace("***…", "*****…"));
    }

    #[test]
    fn an_overflow_is_known_by_code_kind_or_message() {
        let check = |body: &str, expected: Option<(Option<u64>, Option<u64>)>| {
            let failure = Failure::read(body.as_bytes());
            let read = failure.is_overflow().then_some((failure.prompt_tokens, failure.window));
            assert_eq!(read, expected, "{body}");
            let over = |(prompt, window): (Option<u64>, Option<u64>)| prompt?.checked_sub(window?);
            let sum = if body.contains(" + 8000 > ") { Some(7000) } else { expected.and_then(over) };
            assert_eq!(failure.over(), sum, "{body}");
        };
        check(
            r#"{"object":"error","message":"This model's maximum context length is 4096 tokens. However, your request has 5000 input tokens.","code":400}"#,
            Some((Some(5000), Some(4096))),
        );
        check(
            r#"{"error":{"message":"The decoder prompt (length 5000) is longer than the maximum model length of 4096."}}"#,
            Some((Some(5000), Some(4096))),
        );
        check(
            r#"{"error":{"message":"Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192","code":"context_length_exceeded"}}"#,
            Some((Some(9000), Some(8192))),
        );
        check(
            r#"{"error":{"message":"The prompt is too long: 9000, model maximum context length: 8191"}}"#,
            Some((Some(9000), Some(8191))),
        );
        check(
            r#"{"error":"Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens"}"#,
            Some((Some(5000), Some(4096))),
        );
        check(
            r#"{"error":{"type":"exceed_context_size_error","n_prompt_tokens":2009,"n_ctx":512}}"#,
            Some((Some(2009), Some(512))),
        );
        check(
            r#"{"error":{"code":"context_length_exceeded","message":"This model's maximum context length is 8,192 tokens. However, your messages resulted in 9001 tokens."}}"#,
            Some((Some(9001), Some(8192))),
        );
        check(
            r#"{"error":{"code":"context_length_exceeded","message":"Please reduce the length"}}"#,
            Some((None, None)),
        );
        check(
            r#"{"message":"This model's maximum context length is 4096 tokens. However, you requested 5000 tokens","code":400}"#,
            Some((Some(5000), Some(4096))),
        );
        check(
            r#"{"message":"Prompt contains 40 tokens, too large for model with 32 maximum context length"}"#,
            Some((Some(40), Some(32))),
        );
        check(
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 208310 tokens > 200000 maximum"}}"#,
            Some((Some(208_310), Some(200_000))),
        );
        check(
            r#"{"error":{"message":"input length and `max_tokens` exceed context limit: 199000 + 8000 > 200000, decrease input length"}}"#,
            Some((Some(199_000), Some(200_000))),
        );
        check(
            r#"{"error":{"code":400,"message":"The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).","status":"INVALID_ARGUMENT"}}"#,
            Some((Some(1_200_000), Some(1_048_576))),
        );
        check(
            r#"{"error":{"message":"The input token count exceeds the maximum number of tokens allowed 1048576."}}"#,
            Some((None, Some(1_048_576))),
        );
        check(
            r#"{"error":{"code":"context_length_exceeded","message":"Your input exceeds the context window of this model."}}"#,
            Some((None, None)),
        );
        check(
            r#"{"error":"This model's maximum prompt length is 131072 but the request contains 537812 tokens."}"#,
            Some((Some(537_812), Some(131_072))),
        );
        check(r#"{"error":"the input length exceeds the context length"}"#, Some((None, None)));
        check(
            r#"{"error":"request (2009 tokens) exceeds the available context size (512 tokens), try increasing it"}"#,
            Some((Some(2009), Some(512))),
        );
        check(r#"{"error":{"code":"rate_limit_exceeded","message":"slow down"}}"#, None);
    }
}
