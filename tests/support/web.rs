//! A few sites on loopback: every host has pages by path, whoever asks in whatever order.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The sites; they stop answering when the test ends.
pub(crate) struct Web {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    pages: BTreeMap<String, Page>,
    asked: Vec<String>,
}

#[derive(Clone)]
struct Page {
    status: u16,
    headers: Vec<String>,
    body: Vec<u8>,
}

impl Web {
    /// Starts without a page.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || answer(stream, &shared));
            }
        });
        Self { address, state }
    }

    /// What `host/path` answers from here on.
    pub(crate) fn page(&self, place: &str, status: u16, headers: &[&str], body: &str) {
        let headers = headers.iter().map(|header| (*header).to_owned()).collect();
        let page = Page { status, headers, body: body.as_bytes().to_vec() };
        self.state.lock().unwrap().pages.insert(place.to_owned(), page);
    }

    /// The flags that lead every host below `.test` here.
    pub(crate) fn flags(&self) -> [String; 4] {
        ["--allow-private", "*.test", "--resolve", &format!("*.test={}", self.address)].map(str::to_owned)
    }

    /// What was asked since the last time, in order of its letters.
    pub(crate) fn asked(&self) -> Vec<String> {
        let mut asked = std::mem::take(&mut self.state.lock().unwrap().asked);
        asked.sort();
        asked
    }
}

fn answer(stream: TcpStream, state: &Mutex<State>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    let header = |name: &str| {
        let found =
            headers.iter().filter_map(|line| line.split_once(':')).find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim().to_owned())
    };
    let path = first.split(' ').nth(1).unwrap_or_default();
    let place = format!("{}{path}", header("host").unwrap_or_default());
    let mut state = state.lock().unwrap();
    state.asked.push(place.clone());
    let absent = Page { status: 404, headers: Vec::new(), body: Vec::new() };
    let mut page = state.pages.get(&place).cloned().unwrap_or(absent);
    drop(state);
    let tag = header("if-none-match").map(|tag| format!("etag: {tag}"));
    if tag.is_some_and(|tag| page.headers.contains(&tag)) {
        page = Page { status: 304, body: Vec::new(), ..page };
    }
    let mut head =
        format!("HTTP/1.1 {} Said\r\nconnection: close\r\ncontent-length: {}\r\n", page.status, page.body.len());
    page.headers.iter().for_each(|header| head += &format!("{header}\r\n"));
    let mut stream = stream;
    // A client that hangs up has what it wants.
    let _ = stream.write_all((head + "\r\n").as_bytes()).and_then(|()| stream.write_all(&page.body));
}
