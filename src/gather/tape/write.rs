//! From the tape back to text.

use super::{Json, Token};

impl Json<'_> {
    /// The value as compact JSON; written without recursion, however deep it is.
    pub(crate) fn written(self) -> String {
        let mut out = String::new();
        // Ends and brackets of the containers that are open, and whether a name comes next in them.
        let mut open: Vec<(usize, char)> = Vec::new();
        let mut at = self.at;
        let mut is_first = true;
        let mut is_value = false;
        while let Some(node) = self.tape.nodes.get(at) {
            if !is_first && !is_value {
                out.push(',');
            }
            let in_object = open.last().is_some_and(|(_, bracket)| *bracket == '}');
            is_first = false;
            let mut opens = None;
            match &node.token {
                Token::Null => out.push_str("null"),
                Token::Bool(is) => out.push_str(if *is { "true" } else { "false" }),
                Token::Number(number) => out.push_str(number),
                Token::Text(_) | Token::Escaped(..) => {
                    let text = Self { at, ..self }.text().unwrap_or_default();
                    out.push_str(&serde_json::Value::from(text).to_string());
                }
                Token::Array => opens = Some(('[', ']')),
                Token::Object => opens = Some(('{', '}')),
            }
            if in_object && !is_value {
                out.push(':');
                is_value = true;
                at += 1;
                continue;
            }
            is_value = false;
            at += 1;
            if let Some((opening, closing)) = opens {
                out.push(opening);
                open.push((node.end, closing));
                is_first = true;
            }
            while open.last().is_some_and(|(end, _)| *end == at) {
                out.extend(open.pop().map(|(_, bracket)| bracket));
                is_first = false;
            }
            if open.is_empty() {
                break;
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use crate::gather::tape::Tape;

    #[test]
    fn a_value_is_written_as_it_was_read() {
        for text in
            [r#"{"a":[1,"tw\"o",null,{"b":true,"c":{}}],"d":1.50e3,"e":[],"f":[[],[{}]]}"#, "[]", "{}", "\"x\"", "null"]
        {
            assert_eq!(Tape::parse(text).root().written(), text);
        }
        let tape = Tape::parse(r#"{"a":{"b":[1,2]},"c":3}"#);
        assert_eq!(tape.root().at("a").written(), r#"{"b":[1,2]}"#);
        assert_eq!(tape.root().at("z").written(), "");
        let deep = "[".repeat(10_000) + &"]".repeat(10_000);
        assert_eq!(Tape::parse(&deep).root().written(), deep);
    }
}
