//! Words that change what a passage says: numbers, negations, names and clock times.
//!
//! Two texts that word a passage almost alike may say the opposite, as two versions of a contract do.
//! Where they differ in such a word, neither stands for the other.

use super::shingle::is_alone;

/// Words that turn a sentence round, in languages with many writers.
const NEGATIONS: [&str; 64] = [
    "not",
    "no",
    "never",
    "none",
    "nor",
    "neither",
    "nobody",
    "nothing",
    "nowhere",
    "without",
    "cannot",
    "t",
    "except",
    "unless",
    "nicht",
    "kein",
    "keine",
    "keinen",
    "keinem",
    "keiner",
    "keines",
    "nie",
    "niemals",
    "ohne",
    "weder",
    "ne",
    "n",
    "pas",
    "jamais",
    "aucun",
    "aucune",
    "sans",
    "ni",
    "nunca",
    "jamás",
    "sin",
    "ningún",
    "ninguna",
    "tampoco",
    "non",
    "mai",
    "senza",
    "nessun",
    "nessuna",
    "não",
    "sem",
    "nem",
    "nenhum",
    "nenhuma",
    "niet",
    "geen",
    "nooit",
    "zonder",
    "не",
    "нет",
    "ни",
    "никогда",
    "без",
    "不",
    "没",
    "沒",
    "無",
    "无",
    "未",
];

/// What the words between two places say for certain.
#[derive(Debug, Default, PartialEq, Eq)]
struct Facts<'a> {
    numbers: Vec<&'a str>,
    negations: Vec<String>,
    names: Vec<&'a str>,
    clocks: Vec<&'a str>,
}

/// Whether two wordings of the same place say different things.
///
/// A name or a clock time differs only from another one: recognition drops names, captions have times.
pub(super) fn differ(here: &str, there: &str) -> bool {
    let (here, there) = (facts(here), facts(there));
    let others = |left: &[&str], right: &[&str]| !left.is_empty() && !right.is_empty() && left != right;
    here.numbers != there.numbers
        || here.negations != there.negations
        || others(&here.names, &there.names)
        || others(&here.clocks, &there.clocks)
}

fn facts(text: &str) -> Facts<'_> {
    let mut facts = Facts::default();
    let is_part = |c: char| c.is_alphanumeric() || c == ':';
    let mut before = ' ';
    for token in text.split_inclusive(|c: char| !is_part(c)) {
        let (token, after) = match token.char_indices().next_back() {
            Some((at, c)) if !is_part(c) => (&token[..at], c),
            _ => (token, ' '),
        };
        let opened = std::mem::replace(&mut before, after);
        let token = token.trim_matches(':');
        if token.contains(':') && token.bytes().all(|byte| byte.is_ascii_digit() || byte == b':') {
            // A time mark stands in brackets or opens its line.
            if !matches!(opened, '[' | '(' | '\n') && after != ']' {
                facts.clocks.push(token);
            }
            continue;
        }
        for word in token.split(':') {
            facts.add(word);
        }
    }
    facts
}

impl<'a> Facts<'a> {
    fn add(&mut self, word: &'a str) {
        let Some(first) = word.chars().next() else { return };
        if first.is_numeric() {
            self.numbers.push(word);
        } else if is_alone(first) {
            // Scripts without blanks: every sign is a word.
            self.negations.extend(word.chars().map(String::from).filter(|sign| is_negation(sign)));
        } else if is_negation(&word.to_lowercase()) {
            self.negations.push(word.to_lowercase());
        } else if first.is_uppercase() {
            self.names.push(word);
        }
    }
}

fn is_negation(word: &str) -> bool {
    NEGATIONS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_number_negation_or_name_is_another_fact() {
        let check = |here: &str, there: &str, expected: bool| {
            assert_eq!((differ(here, there), differ(there, here)), (expected, expected), "{here:?} {there:?}");
        };
        check(" winter ", " water ", false);
        check(", and — ", " whoever ", false);
        check(" 12,000 ", " 97,000 ", true);
        check(" 12 crowns ", " 12 coins ", false);
        check(" 2nd ", " ", true);
        check(" not ", " ", true);
        check(" Not a ", " not the ", false);
        check("'t ", " ", true);
        check(" nicht ", " ", true);
        check("不", "也", true);
        check(" Alice ", " Bob ", true);
        check(" Sutton ", " ", false);
        check(" at 9:30, ", " at 10:30, ", true);
        check("\n[1:02:03] ", "\n[1:02:07] ", false);
        check("\n9:30 ", "\n9:31 ", false);
        check(" 0:09 ", " ", false);
        check("", "", false);
    }
}
