//! A request as the cache sees it: what stands in the prompt, in the order in which a provider reads it.

use std::time::Duration;

use serde_json::Value;

/// The protocol of a request, told by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wire {
    /// `.../chat/completions`
    Chat,
    /// `.../responses`
    Responses,
    /// `.../messages`
    Messages,
    /// `.../models/M:generateContent` and its stream.
    Gemini,
    /// `.../chat`
    Ollama,
}

/// One request, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// How it is written.
    pub wire: Wire,
    /// The model that is asked.
    pub model: String,
    /// Whether the answer is to come word by word.
    pub stream: bool,
    /// Tokens the answer may take.
    pub max_output: Option<u64>,
    /// The word by which requests are sent to one machine.
    pub key: Option<String>,
    /// Whether a stream is to tell its usage.
    pub asks_usage: bool,
    /// What it says of the cache in `OpenAI`'s words.
    pub wish: Wish,
    /// Whether the model is told to think, or to call a tool.
    pub thinks: bool,
    /// The prompt: tools, system, messages.
    pub blocks: Vec<Block>,
}

/// What a request says of the cache in `OpenAI`'s words, which only newer models take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Nothing.
    None,
    /// Something, and a mark may be set behind the last block.
    Implicit,
    /// Only its own marks count.
    Explicit,
}

/// A piece of the prompt that a mark can stand behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Who speaks: `tools`, `system`, `user`, `assistant`.
    pub role: String,
    /// The words, or the JSON of what has none.
    pub text: String,
    /// The mark behind it.
    pub mark: Option<Mark>,
}

/// A mark that a beginning ends here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// How long it is kept, if the request says so.
    pub life: Option<Duration>,
}

impl Wire {
    /// Every protocol.
    pub const ALL: [Self; 5] = [Self::Chat, Self::Responses, Self::Messages, Self::Gemini, Self::Ollama];

    /// The protocol of a path, whatever stands before it.
    pub fn of_path(path: &str) -> Option<Self> {
        let path = path.split('?').next().unwrap_or_default().trim_end_matches('/');
        let is = |end: &str| path.ends_with(end);
        match () {
            () if is("/chat/completions") => Some(Self::Chat),
            () if is("/responses") => Some(Self::Responses),
            () if is("/messages") => Some(Self::Messages),
            () if is(":generateContent") || is(":streamGenerateContent") => Some(Self::Gemini),
            () if is("/chat") => Some(Self::Ollama),
            () => None,
        }
    }

    /// The name that `forkful formats` lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chat => "openai-chat",
            Self::Responses => "openai-responses",
            Self::Messages => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
        }
    }

    /// The protocol called so.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|wire| wire.name() == name)
    }
}

impl Reading {
    /// Reads a request; none where its body is no object.
    pub fn new(wire: Wire, path: &str, body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok().filter(Value::is_object)?;
        let word = |name: &str| body[name].as_str().map(str::to_owned);
        let number = |names: &[&str]| names.iter().find_map(|name| body[*name].as_u64());
        let (_, tail) = path.split('?').next().unwrap_or_default().rsplit_once("models/").unwrap_or_default();
        let (model, verb) = tail.split_once(':').unwrap_or_default();
        let is_gemini = wire == Wire::Gemini;
        let options = &body["prompt_cache_options"];
        let blocks = blocks(wire, &body);
        let breakpoint = |part: &Value| part.get("prompt_cache_breakpoint").is_some();
        let messages = ["messages", "input"].iter().filter_map(|name| body[*name].as_array()).flatten();
        let mut parts = messages.filter_map(|message| message["content"].as_array()).flatten();
        let thinking = body["thinking"]["type"].as_str().is_some_and(|kind| kind != "disabled");
        let forced = body["tool_choice"]["type"].as_str().is_some_and(|kind| matches!(kind, "any" | "tool"));
        Some(Self {
            wire,
            model: if is_gemini { model.to_owned() } else { word("model").unwrap_or_default() },
            stream: match wire {
                Wire::Gemini => verb == "streamGenerateContent",
                Wire::Ollama => body["stream"].as_bool().unwrap_or(true),
                _ => body["stream"].as_bool().unwrap_or(false),
            },
            max_output: number(&["max_completion_tokens", "max_output_tokens", "max_tokens"])
                .or_else(|| body["generationConfig"]["maxOutputTokens"].as_u64())
                .or_else(|| body["options"]["num_predict"].as_u64()),
            key: word("prompt_cache_key"),
            asks_usage: wire != Wire::Chat || body["stream_options"]["include_usage"].as_bool().unwrap_or(false),
            wish: match options["mode"].as_str() {
                Some("explicit") => Wish::Explicit,
                _ if options.is_object() || parts.any(breakpoint) => Wish::Implicit,
                _ => Wish::None,
            },
            thinks: thinking || forced,
            blocks,
        })
    }

    /// How many marks the request has.
    pub fn n_marks(&self) -> usize {
        self.blocks.iter().filter(|block| block.mark.is_some()).count()
    }

    /// The words of the last block, which end in the question: servers that take one string a message
    /// get it behind the bundle.
    pub fn last_words(&self) -> &str {
        self.blocks.last().map_or("", |block| &block.text)
    }
}

fn blocks(wire: Wire, body: &Value) -> Vec<Block> {
    let mut blocks = Vec::new();
    for tool in body["tools"].as_array().into_iter().flatten() {
        blocks.push(Block { role: "tools".to_owned(), text: tool.to_string(), mark: mark(tool) });
    }
    let (system, messages) = match wire {
        Wire::Chat | Wire::Ollama => (&Value::Null, &body["messages"]),
        Wire::Responses => (&body["instructions"], &body["input"]),
        Wire::Messages => (&body["system"], &body["messages"]),
        Wire::Gemini => (&body["systemInstruction"]["parts"], &body["contents"]),
    };
    said("system", system, &mut blocks);
    if let Value::String(text) = messages {
        blocks.push(Block { role: "user".to_owned(), text: text.clone(), mark: None });
    }
    for message in messages.as_array().into_iter().flatten() {
        let role = match message["role"].as_str().unwrap_or("item") {
            "model" => "assistant",
            "developer" => "system",
            role => role,
        };
        match message.get("content").or_else(|| message.get("parts")) {
            Some(content) => said(role, content, &mut blocks),
            None => blocks.push(Block { role: role.to_owned(), text: message.to_string(), mark: None }),
        }
    }
    blocks
}

/// The blocks of a text, or of a list of parts.
fn said(role: &str, content: &Value, blocks: &mut Vec<Block>) {
    let block = |text: String, mark| Block { role: role.to_owned(), text, mark };
    match content {
        Value::String(text) if !text.is_empty() => blocks.push(block(text.clone(), None)),
        Value::Array(parts) => {
            for part in parts {
                let document = part["source"]["data"].as_str();
                let words = part["text"].as_str().or(document).filter(|text| !text.is_empty()).map(str::to_owned);
                blocks.push(block(words.unwrap_or_else(|| part.to_string()), mark(part)));
            }
        }
        _ => {}
    }
}

/// The mark of a part, in either spelling.
fn mark(part: &Value) -> Option<Mark> {
    let own = part.get("cache_control").or_else(|| part.get("prompt_cache_breakpoint")).filter(|mark| !mark.is_null());
    own.map(|mark| {
        let life = match mark["ttl"].as_str() {
            Some("1h") => Some(Duration::from_hours(1)),
            Some("5m") => Some(Duration::from_mins(5)),
            _ => None,
        };
        Mark { life }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_protocol_is_known_by_its_path() {
        let check = |path: &str, expected: Option<Wire>| assert_eq!(Wire::of_path(path), expected, "{path}");
        check("/v1/chat/completions", Some(Wire::Chat));
        check("/openai/v1/responses", Some(Wire::Responses));
        check("/v1/messages?beta=true", Some(Wire::Messages));
        check("/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse", Some(Wire::Gemini));
        check("/api/chat", Some(Wire::Ollama));
        check("/v1/messages/count_tokens", None);
        check("/", None);
    }

    #[test]
    fn the_prompt_is_read_in_the_order_of_the_cache() {
        let check = |wire: Wire, path: &str, body: Value, expected: &[(&str, &str, bool)]| {
            let reading = Reading::new(wire, path, body.to_string().as_bytes()).expect("an object");
            let shown = |block: &Block| (block.role.clone(), block.text.clone(), block.mark.is_some());
            let expected: Vec<_> = expected.iter().map(|(r, t, m)| ((*r).to_owned(), (*t).to_owned(), *m)).collect();
            assert_eq!(reading.blocks.iter().map(shown).collect::<Vec<_>>(), expected);
            reading
        };
        let marked = json!({"type": "text", "text": "B", "cache_control": {"type": "ephemeral"}});
        let body = json!({"model": "claude-x", "max_tokens": 9, "system": "S", "tools": [{"name": "t"}],
            "messages": [{"role": "user", "content": [marked, {"type": "text", "text": "Q"}]}]});
        let tool = r#"{"name":"t"}"#;
        let expected = [("tools", tool, false), ("system", "S", false), ("user", "B", true), ("user", "Q", false)];
        let reading = check(Wire::Messages, "/v1/messages", body, &expected);
        assert_eq!((reading.max_output, reading.stream, reading.last_words()), (Some(9), false, "Q"));

        let body = json!({"contents": [{"role": "user", "parts": [{"text": "B"}]}, {"role": "model", "parts": [{"text": "A"}]}],
            "systemInstruction": {"parts": [{"text": "S"}]}});
        let expected = [("system", "S", false), ("user", "B", false), ("assistant", "A", false)];
        let reading = check(Wire::Gemini, "/v1beta/models/g-1:streamGenerateContent?alt=sse", body, &expected);
        assert_eq!((reading.model.as_str(), reading.stream), ("g-1", true));

        let part = json!({"type": "input_text", "text": "B", "prompt_cache_breakpoint": {"mode": "explicit"}});
        let body = json!({"model": "m", "instructions": "S", "prompt_cache_options": {"mode": "explicit"},
            "input": [{"role": "user", "content": [part]}, {"type": "reasoning", "id": "r"}]});
        let item = r#"{"id":"r","type":"reasoning"}"#;
        let expected = [("system", "S", false), ("user", "B", true), ("item", item, false)];
        let reading = check(Wire::Responses, "/v1/responses", body, &expected);
        assert_eq!(reading.wish, Wish::Explicit);

        let body =
            json!({"model": "m", "messages": [{"role": "system", "content": "S"}, {"role": "user", "content": "BQ"}]});
        check(Wire::Ollama, "/api/chat", body, &[("system", "S", false), ("user", "BQ", false)]);
    }
}
