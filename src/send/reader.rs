//! From the bytes of a successful response to deltas.
//!
//! Servers mislabel: event streams come as plain text, errors come as event streams. So the first
//! visible byte decides what a body is, and the content type only where that byte leaves it open.
//! A protocol of lines reads objects one after the other, each over as many lines as it takes.

use super::failure::visible;
use super::provider::{Decoder, Framing, Garbled};
use super::sse::{Event, Frames, Oversized};
use super::{Delta, sse};

/// How much of something that is no answer is read before giving up.
const MAX_FOREIGN: usize = 64 << 10;

/// Reads one body.
pub(super) struct Reader {
    decoder: Box<dyn Decoder>,
    content_type: String,
    framing: Framing,
    shape: Shape,
    has_begun: bool,
    has_ended: bool,
}

enum Shape {
    Unknown(Vec<u8>),
    Events(Frames),
    /// What of an object has come.
    Lines(Vec<u8>),
    Whole(Vec<u8>),
    Foreign(Vec<u8>),
}

/// Why reading stops before the body does.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Halt {
    /// This is no answer of the protocol: what it says.
    Foreign(String),
    /// In the middle of an answer came this, which is not its protocol.
    Garbled(String),
    /// An event or a whole body passed the cap.
    Oversized,
}

impl Reader {
    pub(super) fn new(decoder: Box<dyn Decoder>, framing: Framing, content_type: &str) -> Self {
        let content_type = content_type.to_ascii_lowercase();
        let shape = Shape::Unknown(Vec::new());
        Self { decoder, content_type, framing, shape, has_begun: false, has_ended: false }
    }

    /// Whether the end mark or a failure was read: what follows does not count.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Takes the next bytes and adds the deltas they complete.
    pub(super) fn push(&mut self, bytes: &[u8], deltas: &mut Vec<Delta>) -> Result<(), Halt> {
        match &mut self.shape {
            Shape::Unknown(held) => {
                held.extend_from_slice(bytes);
                let held = std::mem::take(held);
                self.shape = match shape(&held, &self.content_type, self.framing) {
                    None => Shape::Unknown(held),
                    Some(known) => {
                        self.shape = known;
                        return self.push(&held, deltas);
                    }
                };
                Ok(())
            }
            Shape::Events(frames) => {
                let mut events = Vec::new();
                let pushed = frames.push(bytes, &mut events);
                events.iter().try_for_each(|event| self.decode(event, deltas))?;
                pushed.map_err(|Oversized| Halt::Oversized)
            }
            Shape::Lines(line) => {
                let mut line = std::mem::take(line);
                let mut rest = bytes;
                while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                    let (head, after) = rest.split_at(end + 1);
                    line.extend_from_slice(head);
                    rest = after;
                    // An object may be printed over several lines; what is no object yet waits.
                    if !is_torn(&line) {
                        self.decode_line(&line, deltas)?;
                        line.clear();
                    }
                }
                line.extend_from_slice(rest);
                if line.len() > sse::MAX_EVENT {
                    return Err(Halt::Oversized);
                }
                self.shape = Shape::Lines(line);
                Ok(())
            }
            Shape::Whole(body) if body.len() + bytes.len() > sse::MAX_EVENT => Err(Halt::Oversized),
            Shape::Foreign(body) if body.len() + bytes.len() > MAX_FOREIGN => {
                body.extend_from_slice(&bytes[..MAX_FOREIGN - body.len()]);
                Err(foreign(body))
            }
            Shape::Whole(body) | Shape::Foreign(body) => {
                body.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Takes the end of the body.
    pub(super) fn finish(&mut self, deltas: &mut Vec<Delta>) -> Result<(), Halt> {
        match std::mem::replace(&mut self.shape, Shape::Unknown(Vec::new())) {
            Shape::Events(frames) => {
                // A last event without its blank line may be whole or torn; torn, it is nothing.
                let last = frames.finish().and_then(|event| self.decode(&event, deltas).err());
                drop(last);
                Ok(())
            }
            Shape::Lines(line) if is_torn(&line) => Ok(()),
            Shape::Lines(line) => self.decode_line(&line, deltas),
            Shape::Whole(body) => self.decode_whole(&body, deltas),
            Shape::Unknown(body) if body.is_empty() => Ok(()),
            Shape::Unknown(body) | Shape::Foreign(body) => Err(foreign(&body)),
        }
    }

    fn decode_whole(&mut self, body: &[u8], deltas: &mut Vec<Delta>) -> Result<(), Halt> {
        if is_torn(body) {
            return Ok(());
        }
        let data = String::from_utf8_lossy(body).into_owned();
        let decoded = self.decode(&Event { name: String::new(), data }, deltas);
        let is_answer =
            |delta: &Delta| matches!(delta, Delta::Text(_) | Delta::Stop(_) | Delta::End | Delta::Failed(_));
        if decoded.is_err() || !deltas.iter().any(is_answer) {
            return Err(foreign(body));
        }
        if !self.has_ended {
            deltas.push(Delta::End);
            self.has_ended = true;
        }
        Ok(())
    }

    fn decode_line(&mut self, line: &[u8], deltas: &mut Vec<Delta>) -> Result<(), Halt> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        let data = String::from_utf8_lossy(line).into_owned();
        let decoded = self.decode(&Event { name: String::new(), data }, deltas);
        match decoded {
            Err(Halt::Garbled(said)) if !self.has_begun => Err(Halt::Foreign(said)),
            other => {
                self.has_begun = true;
                other
            }
        }
    }

    fn decode(&mut self, event: &Event, deltas: &mut Vec<Delta>) -> Result<(), Halt> {
        if self.has_ended {
            return Ok(());
        }
        let n_before = deltas.len();
        self.decoder.decode(event, deltas).map_err(|Garbled| Halt::Garbled(visible(&event.data)))?;
        self.has_ended = deltas[n_before..].iter().any(|delta| matches!(delta, Delta::End | Delta::Failed(_)));
        Ok(())
    }
}

/// Whether a JSON text ends before its value does.
fn is_torn(text: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_err_and(|error| error.is_eof())
}

fn foreign(body: &[u8]) -> Halt {
    Halt::Foreign(visible(&String::from_utf8_lossy(body)))
}

/// What a body is by its beginning; `None` while that is open.
fn shape(beginning: &[u8], content_type: &str, framing: Framing) -> Option<Shape> {
    let visible = beginning.strip_prefix(b"\xef\xbb\xbf").unwrap_or(beginning).trim_ascii_start();
    let fields: [&[u8]; 5] = [b"data:", b"event:", b"id:", b"retry:", b":"];
    match visible.first()? {
        b'{' if framing == Framing::Lines => Some(Shape::Lines(Vec::new())),
        b'{' | b'[' => Some(Shape::Whole(Vec::new())),
        b'<' => Some(Shape::Foreign(Vec::new())),
        _ if content_type.contains("event-stream") => Some(Shape::Events(Frames::default())),
        _ if fields.iter().any(|field| visible.starts_with(field)) => Some(Shape::Events(Frames::default())),
        _ if fields.iter().any(|field| field.starts_with(visible)) => None,
        _ => Some(Shape::Foreign(Vec::new())),
    }
}
