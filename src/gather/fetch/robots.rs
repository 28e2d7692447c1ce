//! robots.txt by RFC 9309: the group that names us, else the group for everybody; the longest rule wins.

/// The bytes of a robots.txt that are read.
pub(super) const MAX_BYTES: usize = 512 * 1024;
/// The name that a group may call us by.
const NAME: &str = "forkful";

/// What a host asks programs to leave alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rules {
    /// Whether it allows, and the start of a path with `*` and a last `$`.
    rules: Vec<(bool, String)>,
}

impl Rules {
    /// A host that asks for nothing.
    pub(super) fn open() -> Self {
        Self::default()
    }

    /// A host whose wishes cannot be known, though it has some.
    pub(super) fn shut() -> Self {
        Self { rules: vec![(false, "/".to_owned())] }
    }

    /// The rules that hold for us.
    pub(super) fn parse(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        let (mut ours, mut everybodys) = (None::<Vec<_>>, Vec::new());
        let (mut for_us, mut for_all, mut in_rules) = (false, false, false);
        for line in text.split(['\n', '\r']) {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "user-agent" => {
                    if std::mem::take(&mut in_rules) {
                        (for_us, for_all) = (false, false);
                    }
                    let name = value.split(['/', ' ']).next().unwrap_or_default();
                    for_us |= name.eq_ignore_ascii_case(NAME);
                    for_all |= name == "*";
                    if for_us {
                        ours.get_or_insert_default();
                    }
                }
                word @ ("allow" | "disallow") => {
                    in_rules = true;
                    // An empty rule says nothing.
                    let rule = (word == "allow", value.to_owned());
                    match &mut ours {
                        Some(ours) if for_us && !value.is_empty() => ours.push(rule),
                        _ if for_all && !value.is_empty() => everybodys.push(rule),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        Self { rules: ours.unwrap_or(everybodys) }
    }

    /// Whether a path with its query may be asked for.
    pub(super) fn allow(&self, path: &str) -> bool {
        let matching = self.rules.iter().filter(|(_, pattern)| matches(pattern, path));
        matching.max_by_key(|(allows, pattern)| (pattern.len(), *allows)).is_none_or(|(allows, _)| *allows)
    }
}

/// Whether a path begins as the pattern says.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let mut pieces = pattern.split('*');
    let Some(mut rest) = path.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, between)) = pieces.split_last() else { return !to_end || rest.is_empty() };
    for piece in between {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    if to_end { rest.ends_with(last) } else { rest.contains(last) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_rule_of_our_group_wins() {
        let check = |text: &str, path: &str, expected: bool| {
            assert_eq!(Rules::parse(text).allow(path), expected, "{text:?} {path}");
        };
        check("", "/", true);
        check("User-agent: *\nDisallow: /", "/a", false);
        check("User-agent: *\nDisallow:", "/a", true);
        check("User-agent: other\nDisallow: /", "/a", true);
        check("user-AGENT: Forkful/1.0\nDisallow: /a\n\nUser-agent: *\nDisallow: /", "/b", true);
        check("User-agent: *\nDisallow: /\nUser-agent: forkful\nAllow: /", "/b", true);
        check("User-agent: x\nUser-agent: forkful\nDisallow: /a", "/ab", false);
        check("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true);
        check("User-agent: *\nAllow: /a\nDisallow: /a", "/a", true);
        check("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", false);
        check("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", true);
        check("User-agent: *\nDisallow: /a*c*e", "/abcde/f", false);
        check("User-agent: *\nDisallow: /a*c*e", "/abde", true);
        check("\u{feff}User-agent: * # all\rDisallow: /a # here\r", "/a", false);
        assert!(!Rules::shut().allow("/") && Rules::open().allow("/"));
    }
}
