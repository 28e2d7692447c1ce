//! Answers in the words of each protocol, as a stream or whole, and what befalls them on their way.

use serde_json::{Value, json};

use super::{Act, Habits, Mishap, Reading, Reply, Wire, error_body};
use crate::content::Usage;

/// What the model says.
pub(super) struct Answer {
    /// The answer's name.
    pub(super) id: String,
    /// The model that speaks.
    pub(super) model: String,
    /// Its words, blanks included.
    pub(super) pieces: Vec<String>,
    /// Whether the output limit ended it.
    pub(super) is_cut: bool,
    /// Tokens as this provider tells them.
    pub(super) usage: Usage,
}

/// The response that brings an answer.
pub(super) fn reply(reading: &Reading, answer: &Answer, habits: &Habits, mishap: Option<&Mishap>) -> Reply {
    let wire = reading.wire;
    let tells = mishap != Some(&Mishap::NoUsage);
    let said_type = if !reading.stream {
        "application/json"
    } else if wire == Wire::Ollama {
        "application/x-ndjson"
    } else {
        "text/event-stream"
    };
    let mut events =
        if reading.stream { stream(reading, answer, tells) } else { vec![whole(reading, answer, tells).to_string()] };
    let n_last = if reading.stream { n_last(reading, tells) } else { 0 };
    match mishap {
        Some(Mishap::NoEnd) => events.truncate(events.len().saturating_sub(n_last)),
        Some(Mishap::Error(n_words)) if reading.stream => {
            let before = events.len().saturating_sub(n_last + answer.pieces.len());
            events.truncate((before + n_words).min(events.len()));
            events.push(event(wire, "error", &error_body(wire, 529, "overloaded_error", "Overloaded")));
        }
        _ => {}
    }
    let content_type = match mishap {
        Some(Mishap::Type(text)) => text.clone(),
        _ => said_type.to_owned(),
    };
    let pause = match mishap {
        Some(Mishap::Slow(pause)) => *pause,
        _ => habits.word,
    };
    let acts = play(&events, habits, pause, mishap);
    Reply { status: 200, headers: vec![("content-type", content_type)], acts, entry: None }
}

/// The pieces of a body with their pauses, as far as a mishap lets them out.
fn play(events: &[String], habits: &Habits, pause: std::time::Duration, mishap: Option<&Mishap>) -> Vec<Act> {
    let (mut most, last) = match mishap {
        Some(Mishap::Cut(n_bytes)) => (*n_bytes, None),
        Some(Mishap::Drop(n_bytes)) => (*n_bytes, Some(Act::Break)),
        Some(Mishap::Hang(n_bytes)) => (*n_bytes, Some(Act::Hang)),
        _ => (usize::MAX, None),
    };
    let mut acts = vec![Act::Wait(habits.first_byte)];
    for (number, event) in events.iter().enumerate() {
        let bytes = &event.as_bytes()[..event.len().min(most)];
        most -= bytes.len();
        if number > 0 {
            acts.push(Act::Wait(pause));
        }
        let size = if mishap == Some(&Mishap::Drip) { 1 } else { bytes.len().max(1) };
        acts.extend(bytes.chunks(size).map(|chunk| Act::Send(chunk.to_vec())));
        if most == 0 {
            break;
        }
    }
    acts.retain(|act| !matches!(act, Act::Wait(time) if time.is_zero()));
    acts.extend(last);
    acts
}

/// How many events stand behind the words of a stream.
fn n_last(reading: &Reading, tells: bool) -> usize {
    match reading.wire {
        Wire::Chat => 2 + usize::from(tells && reading.asks_usage),
        Wire::Responses | Wire::Ollama | Wire::Gemini => 1,
        Wire::Messages => 3,
    }
}

fn event(wire: Wire, name: &str, data: &Value) -> String {
    match wire {
        Wire::Chat => format!("data: {data}\n\n"),
        Wire::Gemini => format!("data: {data}\r\n\r\n"),
        Wire::Ollama => format!("{data}\n"),
        Wire::Responses | Wire::Messages => format!("event: {name}\ndata: {data}\n\n"),
    }
}

/// Usage in the shape and with the meaning of the protocol.
fn usage(wire: Wire, model: &str, usage: Usage) -> Value {
    let Usage { input, cached, cache_write, output, .. } = usage;
    let (read, written) = (cached.unwrap_or(0), cache_write.unwrap_or(0));
    let total = input.unwrap_or(0) + output.unwrap_or(0);
    let mut details = json!({ "cached_tokens": read });
    if let Some(written) = cache_write {
        details["cache_write_tokens"] = json!(written);
    }
    match wire {
        Wire::Chat => {
            let mut told = json!({
                "prompt_tokens": input, "completion_tokens": output, "total_tokens": total,
                "prompt_tokens_details": details, "completion_tokens_details": { "reasoning_tokens": 0 },
            });
            if model.starts_with("deepseek") {
                told["prompt_cache_hit_tokens"] = json!(read);
                told["prompt_cache_miss_tokens"] = json!(input.unwrap_or(0).saturating_sub(read));
            }
            told
        }
        Wire::Responses => json!({
            "input_tokens": input, "output_tokens": output, "total_tokens": total,
            "input_tokens_details": details, "output_tokens_details": { "reasoning_tokens": 0 },
        }),
        // The three are disjoint here.
        Wire::Messages => json!({
            "input_tokens": input.unwrap_or(0).saturating_sub(read + written), "cache_read_input_tokens": read,
            "cache_creation_input_tokens": written, "output_tokens": output,
            "cache_creation": { "ephemeral_5m_input_tokens": written, "ephemeral_1h_input_tokens": 0 },
        }),
        Wire::Gemini => {
            let mut told =
                json!({ "promptTokenCount": input, "candidatesTokenCount": output, "totalTokenCount": total });
            if let Some(read) = cached {
                told["cachedContentTokenCount"] = json!(read);
            }
            told
        }
        Wire::Ollama => json!({ "prompt_eval_count": input, "eval_count": output }),
    }
}

/// The answer as one object.
fn whole(reading: &Reading, answer: &Answer, tells: bool) -> Value {
    let Answer { id, model, pieces, is_cut, usage: counts } = answer;
    let text = pieces.concat();
    let told = tells.then(|| usage(reading.wire, model, *counts));
    match reading.wire {
        Wire::Chat => {
            let message = json!({ "role": "assistant", "content": text, "refusal": null });
            let choice =
                json!({ "index": 0, "message": message, "finish_reason": if *is_cut { "length" } else { "stop" } });
            json!({ "id": id, "object": "chat.completion", "created": 0, "model": model, "choices": [choice], "usage": told })
        }
        Wire::Responses => response(answer, told.as_ref()),
        Wire::Messages => {
            let blocks = if text.is_empty() { json!([]) } else { json!([{ "type": "text", "text": text }]) };
            let stop = if *is_cut { "max_tokens" } else { "end_turn" };
            let told = told.unwrap_or_else(|| json!({}));
            json!({ "id": id, "type": "message", "role": "assistant", "model": model, "content": blocks,
                "stop_reason": stop, "stop_sequence": null, "usage": told })
        }
        Wire::Gemini => candidate(answer, &text, true, told),
        Wire::Ollama => said(answer, &text, true, told.as_ref()),
    }
}

fn response(answer: &Answer, told: Option<&Value>) -> Value {
    let text = answer.pieces.concat();
    let why = if answer.is_cut { json!({ "reason": "max_output_tokens" }) } else { Value::Null };
    let status = if answer.is_cut { "incomplete" } else { "completed" };
    let part = json!({ "type": "output_text", "text": text, "annotations": [] });
    let item = json!({ "type": "message", "id": "item-1", "role": "assistant", "status": status, "content": [part] });
    json!({ "id": answer.id, "object": "response", "created_at": 0, "model": answer.model, "status": status,
        "incomplete_details": why, "error": null, "output": [item], "usage": told })
}

fn candidate(answer: &Answer, text: &str, is_last: bool, told: Option<Value>) -> Value {
    let mut candidate = json!({ "index": 0, "content": { "role": "model", "parts": [{ "text": text }] } });
    if is_last {
        candidate["finishReason"] = json!(if answer.is_cut { "MAX_TOKENS" } else { "STOP" });
    }
    let mut chunk = json!({ "candidates": [candidate], "modelVersion": answer.model, "responseId": answer.id });
    if let Some(told) = told {
        chunk["usageMetadata"] = told;
    }
    chunk
}

fn said(answer: &Answer, text: &str, is_last: bool, told: Option<&Value>) -> Value {
    let message = json!({ "role": "assistant", "content": text });
    let mut line =
        json!({ "model": answer.model, "created_at": "1970-01-01T00:00:00Z", "message": message, "done": is_last });
    if is_last {
        line["done_reason"] = json!(if answer.is_cut { "length" } else { "stop" });
        for (name, count) in told.and_then(Value::as_object).into_iter().flatten() {
            line[name] = count.clone();
        }
    }
    line
}

/// The answer event by event.
fn stream(reading: &Reading, answer: &Answer, tells: bool) -> Vec<String> {
    let wire = reading.wire;
    let told = tells.then(|| usage(wire, &answer.model, answer.usage));
    let pieces = answer.pieces.iter();
    let mut events = Vec::new();
    match wire {
        Wire::Chat => {
            let chunk = |delta: Value, stop: Value| {
                let choice = json!({ "index": 0, "delta": delta, "finish_reason": stop });
                event(
                    wire,
                    "",
                    &json!({ "id": answer.id, "object": "chat.completion.chunk", "created": 0,
                    "model": answer.model, "choices": [choice], "usage": null }),
                )
            };
            events.push(chunk(json!({ "role": "assistant", "content": "" }), Value::Null));
            events.extend(pieces.map(|piece| chunk(json!({ "content": piece }), Value::Null)));
            events.push(chunk(json!({}), json!(if answer.is_cut { "length" } else { "stop" })));
            if let Some(told) = told.filter(|_| reading.asks_usage) {
                events.push(event(
                    wire,
                    "",
                    &json!({ "id": answer.id, "object": "chat.completion.chunk", "created": 0,
                    "model": answer.model, "choices": [], "usage": told }),
                ));
            }
            events.push("data: [DONE]\n\n".to_owned());
        }
        Wire::Responses => {
            let head = json!({ "id": answer.id, "object": "response", "model": answer.model, "status": "in_progress" });
            events.push(event(wire, "response.created", &json!({ "type": "response.created", "response": head })));
            let kind = "response.output_text.delta";
            events.extend(
                pieces.map(|piece| event(wire, kind, &json!({ "type": kind, "item_id": "item-1", "delta": piece }))),
            );
            let kind = if answer.is_cut { "response.incomplete" } else { "response.completed" };
            events.push(event(wire, kind, &json!({ "type": kind, "response": response(answer, told.as_ref()) })));
        }
        Wire::Messages => {
            let mut head = told.clone().unwrap_or_else(|| json!({}));
            head["output_tokens"] = json!(1);
            let message = json!({ "id": answer.id, "type": "message", "role": "assistant", "model": answer.model,
                "content": [], "stop_reason": null, "usage": if tells { head } else { json!({}) } });
            events.push(event(wire, "message_start", &json!({ "type": "message_start", "message": message })));
            let block = json!({ "type": "text", "text": "" });
            let kind = "content_block_start";
            events.push(event(wire, kind, &json!({ "type": kind, "index": 0, "content_block": block })));
            let kind = "content_block_delta";
            let delta =
                |piece: &String| json!({ "type": kind, "index": 0, "delta": { "type": "text_delta", "text": piece } });
            events.extend(pieces.map(|piece| event(wire, kind, &delta(piece))));
            let kind = "content_block_stop";
            events.push(event(wire, kind, &json!({ "type": kind, "index": 0 })));
            let stop =
                json!({ "stop_reason": if answer.is_cut { "max_tokens" } else { "end_turn" }, "stop_sequence": null });
            let last = if tells { json!({ "output_tokens": answer.usage.output }) } else { json!({}) };
            let kind = "message_delta";
            events.push(event(wire, kind, &json!({ "type": kind, "delta": stop, "usage": last })));
            events.push(event(wire, "message_stop", &json!({ "type": "message_stop" })));
        }
        Wire::Gemini => {
            events.extend(pieces.map(|piece| event(wire, "", &candidate(answer, piece, false, None))));
            events.push(event(wire, "", &candidate(answer, "", true, told)));
        }
        Wire::Ollama => {
            events.extend(pieces.map(|piece| event(wire, "", &said(answer, piece, false, None))));
            events.push(event(wire, "", &said(answer, "", true, told.as_ref())));
        }
    }
    events
}
