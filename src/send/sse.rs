//! Server-sent events: bytes in, events out.
//!
//! The framing of the WHATWG HTML standard, section 9.2.6 "Interpreting an event stream", read
//! 2026-11: CR, LF or CRLF end a line, a blank line ends an event, a byte order mark may lead.
//! Two departures: an event without its blank line at the end of the stream is given out too, since
//! servers forget it, and an event is capped. Cutting the bytes elsewhere never changes the events.

/// The largest event that is read.
pub const MAX_EVENT: usize = 16 << 20;

/// One event of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The `event` field, empty where there is none.
    pub name: String,
    /// The `data` lines, joined by LF.
    pub data: String,
}

/// An event passed [`MAX_EVENT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event of more than {MAX_EVENT} bytes")]
pub struct Oversized;

/// Frames events out of bytes.
#[derive(Debug, Default)]
pub struct Frames {
    line: Vec<u8>,
    name: String,
    data: Option<String>,
    after_first_line: bool,
    after_cr: bool,
}

impl Frames {
    /// Takes the next bytes and adds the events they end, also those before an oversized one.
    pub fn push(&mut self, bytes: &[u8], events: &mut Vec<Event>) -> Result<(), Oversized> {
        let mut rest = bytes;
        while let Some((&first, after_first)) = rest.split_first() {
            if std::mem::take(&mut self.after_cr) && first == b'\n' {
                rest = after_first;
                continue;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
            if self.line.len() + line.len() + self.data.as_ref().map_or(0, String::len) > MAX_EVENT {
                return Err(Oversized);
            }
            self.line.extend_from_slice(line);
            rest = after;
            if let Some((&ending, after_ending)) = after.split_first() {
                self.after_cr = ending == b'\r';
                rest = after_ending;
                events.extend(self.end_line());
            }
        }
        Ok(())
    }

    /// Gives the event that the end of the stream cut off from its blank line.
    pub fn finish(mut self) -> Option<Event> {
        let complete = self.end_line();
        complete.or_else(|| self.end_event())
    }

    fn end_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        let is_first = !std::mem::replace(&mut self.after_first_line, true);
        let line = if is_first { line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&line) } else { &line };
        if line.is_empty() {
            return self.end_event();
        }
        // UTF-8 is decoded a line at a time: no character holds a CR or LF byte.
        let line = String::from_utf8_lossy(line);
        let (field, value) = line.split_once(':').unwrap_or((&line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match (field, &mut self.data) {
            ("data", Some(data)) => {
                data.push('\n');
                data.push_str(value);
            }
            ("data", data) => *data = Some(value.to_owned()),
            ("event", _) => value.clone_into(&mut self.name),
            _ => {}
        }
        None
    }

    fn end_event(&mut self) -> Option<Event> {
        let name = std::mem::take(&mut self.name);
        self.data.take().map(|data| Event { name, data })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(chunks: &[&[u8]]) -> Vec<(String, String)> {
        let mut frames = Frames::default();
        let mut events = Vec::new();
        for chunk in chunks {
            frames.push(chunk, &mut events).expect("small events");
        }
        events.extend(frames.finish());
        events.into_iter().map(|event| (event.name, event.data)).collect()
    }

    #[test]
    fn events_are_framed_as_the_standard_says() {
        let check = |stream: &str, expected: &[(&str, &str)]| {
            let expected: Vec<_> =
                expected.iter().map(|(name, data)| ((*name).to_owned(), (*data).to_owned())).collect();
            assert_eq!(events(&[stream.as_bytes()]), expected, "{stream:?}");
        };
        check("", &[]);
        check("\n\n\n", &[]);
        check("data: a\n\n", &[("", "a")]);
        check("data:a\r\rdata:b\r\n\r\ndata: c\n\n", &[("", "a"), ("", "b"), ("", "c")]);
        check("data: a\r\ndata: b\r\n\r\n", &[("", "a\nb")]);
        check("\u{feff}data: a\n\n\u{feff}data: b\n\n", &[("", "a")]);
        check(": a comment\n\n:another\ndata: a\n\n", &[("", "a")]);
        check("data: a\ndata:  b\ndata\ndata:\n\n", &[("", "a\n b\n\n")]);
        check("event: error\ndata: a\n\ndata: b\n\n", &[("error", "a"), ("", "b")]);
        check("event: ping\n\ndata: a\n\n", &[("", "a")]);
        check("id: 1\u{0}\nretry: x\nnonsense\n data: a\ndata: b: c\n\n", &[("", "b: c")]);
        check("data: no blank line\n", &[("", "no blank line")]);
        check("data: no line end", &[("", "no line end")]);
        check("data: a\n\ndata", &[("", "a"), ("", "")]);
    }

    #[test]
    fn an_event_past_the_cap_is_refused() {
        let mut stream = b"data: a\n\ndata: ".to_vec();
        stream.resize(stream.len() + MAX_EVENT, b'x');
        let mut events = Vec::new();
        assert_eq!(Frames::default().push(&stream, &mut events), Err(Oversized));
        assert_eq!(events, [Event { name: String::new(), data: "a".to_owned() }]);
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_events(
            pieces in proptest::collection::vec(
                prop_oneof![
                    Just("data: "), Just("data"), Just("event: e"), Just("\r"), Just("\n"), Just("\r\n"), Just("\n\n"),
                    Just(": c"), Just("\u{feff}"), Just("🌍é"), Just("x"), Just(" "),
                ],
                0..24,
            ),
            borders in proptest::collection::vec(any::<proptest::sample::Index>(), 0..8),
        ) {
            let stream = pieces.concat().into_bytes();
            let whole = events(&[&stream]);
            let bytes: Vec<&[u8]> = stream.chunks(1).collect();
            prop_assert_eq!(&events(&bytes), &whole);
            let mut cuts: Vec<usize> = borders.iter().map(|border| border.index(stream.len() + 1)).collect();
            cuts.extend([0, stream.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|pair| &stream[pair[0]..pair[1]]).collect();
            prop_assert_eq!(&events(&chunks), &whole);
        }
    }
}
