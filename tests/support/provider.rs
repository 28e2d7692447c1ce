//! A provider on loopback that plays scripts: no HTTP library, so it can be as broken as real ones.
//!
//! Each connection takes the next [`Script`], the last one again and again: the request is read,
//! then the script's acts are played in order and the connection is closed.
//! What was asked stays readable through [`Provider::requests`].
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// A running provider; it stops when dropped.
pub(crate) struct Provider {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    listener: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct State {
    scripts: Vec<Script>,
    n_played: usize,
    requests: Vec<Heard>,
    connections: Vec<TcpStream>,
    players: Vec<JoinHandle<()>>,
    is_closing: bool,
}

/// One request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    /// Request line and headers.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: Vec<u8>,
}

/// What happens on one connection once the request's head was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Script {
    greeting: Vec<u8>,
    acts: Vec<Act>,
}

#[derive(Debug, Clone)]
enum Act {
    /// Writes these bytes at once.
    Send(Vec<u8>),
    /// Says nothing until the client hangs up.
    Hold,
    /// Hangs up with a reset instead of an orderly close.
    Reset,
    /// Answers a chat completion as the request wants it: as a stream or whole.
    Say(String),
}

impl Provider {
    /// Listens on a free port of 127.0.0.1.
    pub(crate) fn start(scripts: Vec<Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        let address = listener.local_addr().expect("a bound socket has an address");
        let state = Arc::new(Mutex::new(State { scripts, ..State::default() }));
        let shared = Arc::clone(&state);
        let listener = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut state = locked(&shared);
                if state.is_closing {
                    return;
                }
                let last = state.scripts.len().saturating_sub(1);
                let script = state.scripts.get(state.n_played.min(last)).cloned().unwrap_or_default();
                state.n_played += 1;
                state.connections.extend(stream.try_clone());
                let requests = Arc::clone(&shared);
                state.players.push(thread::spawn(move || play(stream, &script, &requests)));
            }
        });
        Self { address, state, listener: Some(listener) }
    }

    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a client is given as base URL.
    pub(crate) fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// What was asked so far, in order.
    pub(crate) fn requests(&self) -> Vec<Heard> {
        locked(&self.state).requests.clone()
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let players = {
            let mut state = locked(&self.state);
            state.is_closing = true;
            for connection in &state.connections {
                let _ = connection.shutdown(Shutdown::Both);
            }
            std::mem::take(&mut state.players)
        };
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
        for thread in self.listener.take().into_iter().chain(players) {
            let _ = thread.join();
        }
    }
}

impl Heard {
    /// A header by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let headers = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        headers.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Script {
    /// Answers a chat completion with `text`, streamed word by word where the request says so.
    pub(crate) fn says(text: &str) -> Self {
        Self { acts: vec![Act::Say(text.to_owned())], ..Self::default() }
    }

    /// Speaks first and hangs up, as servers of other protocols do.
    pub(crate) fn greets(greeting: &str) -> Self {
        Self { greeting: greeting.as_bytes().to_vec(), acts: Vec::new() }
    }

    /// Answers with a body of known length; `headers` are whole lines without their ends.
    pub(crate) fn answers(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let length = format!("content-length: {}", body.len());
        Self::begins(status, &[headers, &[length.as_str()]].concat()).sends(body)
    }

    /// Answers with the head only; the acts that follow make the body.
    pub(crate) fn begins(status: u16, headers: &[&str]) -> Self {
        let status = format!("HTTP/1.1 {status} Scripted");
        let lines = [&[status.as_str(), "connection: close"], headers, &["", ""]].concat();
        Self::default().sends(lines.join("\r\n"))
    }

    /// Begins an event stream in chunked encoding; go on with [`Script::chunk`] and [`Script::ends`].
    pub(crate) fn streams() -> Self {
        Self::begins(200, &["content-type: text/event-stream", "transfer-encoding: chunked"])
    }

    /// Then writes these bytes at once.
    pub(crate) fn sends(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.acts.push(Act::Send(bytes.as_ref().to_vec()));
        self
    }

    /// Then writes these bytes as one chunk of a chunked body.
    pub(crate) fn chunk(self, bytes: impl AsRef<[u8]>) -> Self {
        self.sends(chunked(bytes.as_ref()))
    }

    /// Then ends a chunked body in order.
    pub(crate) fn ends(self) -> Self {
        self.sends("0\r\n\r\n")
    }

    /// Then says nothing until the client hangs up.
    pub(crate) fn holds(mut self) -> Self {
        self.acts.push(Act::Hold);
        self
    }

    /// Then resets the connection; nothing must have been sent before, or the client may see that too.
    pub(crate) fn resets(mut self) -> Self {
        self.acts.push(Act::Reset);
        self
    }
}

/// The events of a streamed chat completion that says `text`, the end mark included.
pub(crate) fn stream_of(text: &str) -> Vec<String> {
    let chunk = |delta: String, finish: &str| {
        format!(
            "data: {{\"id\":\"chatcmpl-scripted\",\"object\":\"chat.completion.chunk\",\"created\":0,\"model\":\"scripted\",\
             \"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":{finish}}}]}}\n\n"
        )
    };
    let mut events = vec![chunk("{\"role\":\"assistant\",\"content\":\"\"}".to_owned(), "null")];
    events.extend(text.split_inclusive(' ').map(|word| chunk(format!("{{\"content\":{}}}", quoted(word)), "null")));
    events.push(chunk("{}".to_owned(), "\"stop\""));
    events.push(format!(
        "data: {{\"id\":\"chatcmpl-scripted\",\"object\":\"chat.completion.chunk\",\"created\":0,\"model\":\"scripted\",\
         \"choices\":[],\"usage\":{}}}\n\n",
        usage_of(text)
    ));
    events.push("data: [DONE]\n\n".to_owned());
    events
}

fn whole(text: &str) -> String {
    format!(
        "{{\"id\":\"chatcmpl-scripted\",\"object\":\"chat.completion\",\"created\":0,\"model\":\"scripted\",\"choices\":[{{\"index\":0,\
         \"message\":{{\"role\":\"assistant\",\"content\":{}}},\"finish_reason\":\"stop\"}}],\"usage\":{}}}",
        quoted(text),
        usage_of(text)
    )
}

/// One token a word, and a prompt of which all but the question was cached.
fn usage_of(text: &str) -> String {
    let n_words = text.split_inclusive(' ').count();
    format!(
        "{{\"prompt_tokens\":100,\"completion_tokens\":{n_words},\"total_tokens\":{},\"prompt_tokens_details\":{{\"cached_tokens\":90}}}}",
        100 + n_words
    )
}

fn quoted(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|character| match character {
            '"' | '\\' => format!("\\{character}"),
            control if u32::from(control) < 0x20 => format!("\\u{:04x}", u32::from(control)),
            plain => plain.to_string(),
        })
        .collect();
    format!("\"{escaped}\"")
}

fn chunked(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

fn locked(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Plays one connection; a client that hangs up early ends it.
fn play(mut stream: TcpStream, script: &Script, state: &Mutex<State>) {
    let _ = stream.set_nodelay(true);
    if !script.greeting.is_empty() {
        let _ = stream.write_all(&script.greeting).and_then(|()| stream.shutdown(Shutdown::Both));
        return;
    }
    let Some(head) = read_head(&mut stream) else { return };
    let length: usize = Heard { head: head.clone(), body: Vec::new() }
        .header("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    // A reset comes of closing while sent bytes lie unread.
    let resets = script.acts.iter().any(|act| matches!(act, Act::Reset));
    let mut body = vec![0; if resets { 0 } else { length }];
    if stream.read_exact(&mut body).is_err() {
        return;
    }
    let is_streamed = String::from_utf8_lossy(&body).contains("\"stream\":true");
    locked(state).requests.push(Heard { head, body });
    for act in &script.acts {
        let written = match act {
            Act::Send(bytes) => stream.write_all(bytes),
            Act::Hold => stream.read(&mut [0]).map(|_| ()),
            Act::Reset => stream.peek(&mut [0]).map(|_| ()),
            Act::Say(text) => say(&mut stream, text, is_streamed),
        };
        if written.is_err() {
            return;
        }
    }
    let _ = stream.flush();
    if resets {
        // The clone kept for the end of the test would hold the socket open.
        let peer = stream.peer_addr().ok();
        locked(state).connections.retain(|connection| connection.peer_addr().ok() != peer);
    } else {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn say(stream: &mut TcpStream, text: &str, is_streamed: bool) -> std::io::Result<()> {
    let script = if is_streamed {
        stream_of(text).iter().fold(Script::streams(), Script::chunk).ends()
    } else {
        Script::answers(200, &["content-type: application/json"], whole(text))
    };
    script.acts.iter().try_for_each(|act| match act {
        Act::Send(bytes) => stream.write_all(bytes),
        _ => Ok(()),
    })
}

fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}
