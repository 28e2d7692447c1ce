//! Texts as words that can be compared: case, signs, marks and link targets do not count.

use std::ops::Range;

/// A word as it is compared, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) key: String,
    pub(super) range: Range<usize>,
}

/// The words of `text`; offsets are into it.
///
/// Apostrophes join (`don't` is one word), everything else that is no letter and no digit parts.
/// Characters of scripts without blanks are words of their own. Time marks, citation marks, link
/// targets and tags are no words.
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut key = String::new();
    let mut start = 0;
    let mut at = 0;
    let mut close = |key: &mut String, range: Range<usize>| {
        if !key.is_empty() {
            words.push(Word { key: std::mem::take(key), range });
        }
    };
    while let Some(character) = text[at..].chars().next() {
        let next = at + character.len_utf8();
        if let Some(length) = silent(&text[at..]) {
            close(&mut key, start..at);
            at += length;
        } else if stands_alone(character) {
            close(&mut key, start..at);
            key.push(character);
            close(&mut key, at..next);
            at = next;
        } else if character.is_alphanumeric() {
            if key.is_empty() {
                start = at;
            }
            key.extend(character.to_lowercase().filter(|c| !is_accent(*c)));
            at = next;
        } else if is_accent(character) || (is_apostrophe(character) && !key.is_empty() && starts_word(&text[next..])) {
            at = next;
        } else {
            close(&mut key, start..at);
            at = next;
        }
    }
    close(&mut key, start..at);
    words
}

/// The length of what stands in a text and is not said: `](target)`, `<tag>`, `[41:07]`, `[s2 41:07]`.
fn silent(text: &str) -> Option<usize> {
    let inside = |open: &str, close: char, longest: usize| {
        let rest = text.strip_prefix(open)?;
        let end = rest.char_indices().take(longest).find(|(_, c)| *c == close)?.0;
        Some((&rest[..end], open.len() + end + close.len_utf8()))
    };
    if let Some((target, length)) = inside("](", ')', 2000) {
        return (!target.contains(char::is_whitespace)).then_some(length);
    }
    if let Some((tag, length)) = inside("<", '>', 200) {
        let is_tag = tag.trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic());
        return is_tag.then_some(length);
    }
    let (mark, length) = inside("[", ']', 120)?;
    (is_clock(mark) || super::marks::is_mark(mark)).then_some(length)
}

/// Whether the text is a time such as `41:07` or `1:02:03`.
pub(super) fn is_clock(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    matches!(parts.len(), 2 | 3)
        && parts.iter().all(|part| matches!(part.len(), 1..=3) && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn starts_word(text: &str) -> bool {
    text.chars().next().is_some_and(char::is_alphanumeric)
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '\u{2019}' | '\u{2bc}' | '\u{2018}')
}

/// Combining accents, so that composed and decomposed letters compare alike where the letter does.
fn is_accent(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}')
}

/// Characters of scripts that put no blanks between words.
fn stands_alone(character: char) -> bool {
    matches!(character,
        '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3134f}' | '\u{0e00}'..='\u{0e7f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_is_said() {
        for (text, expected) in [
            ("She CAN\u{2019}t, \u{201c}really\u{201d} \u{2014} can't!", "she|cant|really|can|t"),
            ("rock 'n' roll, the workers' choice", "rock|n|roll|the|workers|choice"),
            ("well-known **bold** [link](https://example.com/a_b) end", "well|known|bold|link|end"),
            ("[4:55] Ada: yes [s2 4:55], [1:02:03] no <b>x</b> 3 < 4 > 2", "ada|yes|no|x|3|4|2"),
            ("\u{732b}\u{304c}好き ok", "\u{732b}|\u{304c}|好|き|ok"),
            ("na\u{ef}ve cafe\u{301}", "na\u{ef}ve|cafe"),
            ("[not a mark] 10:30", "not|a|mark|10|30"),
            ("", ""),
        ] {
            let found: Vec<String> = words(text).into_iter().map(|word| word.key).collect();
            let expected = expected.replace("can|t", "cant");
            assert_eq!(found.join("|"), expected, "{text}");
        }
        let text = "Ein \u{201e}Satz\u{201c}.";
        let shown: Vec<&str> = words(text).into_iter().map(|word| &text[word.range]).collect();
        assert_eq!(shown, ["Ein", "Satz"]);
    }
}
