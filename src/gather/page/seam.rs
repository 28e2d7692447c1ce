//! Where two pieces of a line touch without a blank: neither may change what the other means.
//!
//! `CommonMark` sees a mark of emphasis only where no word touches it across a sign (section 6.2), and reads `<`
//! and a letter, `!` and a link, `]` and a bracket as one. Signs move out of the marks that would not be
//! seen, and what would be read as one is escaped; no blank is put in that the page does not have.

/// The signs that go before an opening mark, and the words behind it; none where no mark would be seen.
pub(super) fn open<'a>(out: &str, words: &'a str) -> Option<(&'a str, &'a str)> {
    if !without_marks(out).ends_with(char::is_alphanumeric) {
        return Some(("", words));
    }
    let inside = words.trim_start_matches(|c| is_sign(c) || c == '(');
    inside.starts_with(char::is_alphanumeric).then(|| words.split_at(words.len() - inside.len()))
}

/// Makes the end of a line ready for a word that follows without a blank; the line ends with `mark`, if that is one.
pub(super) fn join(out: &mut String, mark: &str, word: &str) {
    let is_word = without_marks(word).starts_with(char::is_alphanumeric);
    if let Some(marked) = out.strip_suffix(mark).filter(|_| is_word && !mark.is_empty()) {
        let has_link = marked.contains("](");
        let inside = marked.trim_end_matches(|c| is_sign(c) || c == '!' || c == ')' && !has_link);
        let signs = marked[inside.len()..].to_owned();
        if inside.ends_with(char::is_alphanumeric) {
            out.truncate(inside.len());
            out.push_str(mark);
            out.push_str(&signs);
        }
    }
    let next = word.chars().next().unwrap_or(' ');
    let is_read = match out.chars().next_back() {
        Some('<') => next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'),
        Some('!') => next == '[',
        // The mark of a footnote is meant.
        Some(']') => matches!(next, '(' | ':') && !out.rfind('[').is_some_and(|at| out[at..].starts_with("[^")),
        _ => false,
    };
    let n_escapes = out.bytes().rev().skip(1).take_while(|byte| *byte == b'\\').count();
    if is_read && n_escapes % 2 == 0 {
        out.insert(out.len() - 1, '\\');
    }
}

fn without_marks(text: &str) -> &str {
    text.trim_matches(['*', '~'])
}

/// A sign that may stand on either side of a mark: no blank, no word, nothing that Markdown reads.
fn is_sign(c: char) -> bool {
    !c.is_alphanumeric() && !c.is_whitespace() && !"[]()`!\\*_~<>$&#".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_move_out_of_marks_that_would_not_be_seen() {
        for (out, words, expected) in [
            ("", "\"a\"", Some(("", "\"a\""))),
            ("b", "a", Some(("", "a"))),
            ("b", ". a", None),
            ("b", "„a“", Some(("„", "a“"))),
            ("b", "[a](c)", None),
            ("*b*", "(a)", Some(("(", "a)"))),
            ("b:", "(a)", Some(("", "(a)"))),
        ] {
            assert_eq!(open(out, words), expected, "{out} {words}");
        }
    }

    #[test]
    fn what_would_be_read_as_one_is_escaped() {
        for (out, mark, word, expected) in [
            ("**a:**", "**", "b", "**a**:"),
            ("**a:**", "**", "-", "**a:**"),
            ("**「a」**", "**", "字", "**「a**」"),
            ("**[a](b)**", "**", "c", "**[a](b)**"),
            ("a.", "", "b", "a."),
            ("a<", "", "/b>", "a\\<"),
            ("a\\<", "", "b", "a\\<"),
            ("a!", "", "[b](c)", "a\\!"),
            ("[1]", "", "(b)", "[1\\]"),
            ("a[^1]", "", "(b)", "a[^1]"),
        ] {
            let mut joined = out.to_owned();
            join(&mut joined, mark, word);
            assert_eq!(joined, expected, "{out} {word}");
        }
    }
}
