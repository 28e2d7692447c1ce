//! Lines of Markdown: behind the mark of what they stand in, and guarded from reading as a mark themselves.

/// Lines behind a prefix: the first of them behind its own.
pub(super) fn prefixed(text: &str, first: &str, rest: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for (index, line) in text.lines().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        let prefix = if index == 0 { first } else { rest };
        out.push_str(if line.is_empty() { prefix.trim_end() } else { prefix });
        out.push_str(line);
    }
    out
}

/// Keeps a line of words from reading as a heading, a list, a quote or a rule.
pub(super) fn guard(line: &str) -> String {
    let bytes = line.as_bytes();
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let blank = |at: usize| bytes.get(at).is_none_or(|byte| *byte == b' ');
    let hashes = bytes.iter().take_while(|byte| **byte == b'#').count();
    let rule = line.len() > 1 && line.bytes().all(|byte| matches!(byte, b'-' | b'=' | b' '));
    let opens = matches!(bytes.first(), Some(b'>'))
        || matches!(bytes.first(), Some(b'-' | b'+' | b'*')) && blank(1)
        || (1..=6).contains(&hashes) && blank(hashes)
        || rule
        || line.starts_with("~~~");
    match () {
        () if opens => format!("\\{line}"),
        () if (1..10).contains(&digits) && matches!(bytes.get(digits), Some(b'.' | b')')) && blank(digits + 1) => {
            format!("{}\\{}", &line[..digits], &line[digits..])
        }
        () => line.to_owned(),
    }
}
