//! References to characters, in as far as they are plain: those that nearly all of a page are.

/// Where a reference stands: before an `=` in the value of an attribute none is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Text,
    Value,
}

/// What is read for the references that stand for signs of markup and for blanks.
const PLAIN: &[(&str, char)] = &[
    ("amp;", '&'),
    ("nbsp;", '\u{a0}'),
    ("quot;", '"'),
    ("lt;", '<'),
    ("gt;", '>'),
    ("#39;", '\''),
    ("#039;", '\''),
    ("#x27;", '\''),
];

/// A text with its references decoded; none where one is not plain, or what is no text stands in it.
pub(super) fn plain(text: &str, within: Within) -> Option<String> {
    if memchr::memchr2(b'\r', 0, text.as_bytes()).is_some() {
        return None;
    }
    let mut parts = text.split('&');
    let mut out = String::with_capacity(text.len());
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        if let Some((name, sign)) = PLAIN.iter().find(|(name, _)| part.starts_with(name)) {
            out.push(*sign);
            out.push_str(&part[name.len()..]);
            continue;
        }
        let n_letters = part.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let is_key = within == Within::Value && n_letters > 0 && part[n_letters..].starts_with('=');
        let is_sign = n_letters == 0 && !part.starts_with('#');
        if !is_key && !is_sign {
            return None;
        }
        out.push('&');
        out.push_str(part);
    }
    Some(out)
}
