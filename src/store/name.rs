//! Which names people may give to branches, bundles and tags.

/// Where the pointers of branches stand.
pub const BRANCHES: &str = "branches/";
/// Where the pointers of bundles stand.
pub const BUNDLES: &str = "bundles/";
/// Where the pointers of tags stand.
pub const TAGS: &str = "tags/";
/// Where the branches of others stand as they last came: `remotes/PEER/NAME`.
pub const REMOTES: &str = "remotes/";
/// Every space of pointers; a short name stands in one of them only. The order is that of look-up.
pub const SPACES: [&str; 4] = [BRANCHES, BUNDLES, TAGS, REMOTES];

/// The longest name, in characters.
const LONGEST: usize = 64;
/// So many hex digits are read as the start of an id.
const SHORTEST_ID: usize = 4;

/// Why a text cannot be a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or more than 64 characters.
    #[error("a name has 1 to 64 characters: {0:?}")]
    Length(String),
    /// Something else than letters A to Z, digits, `.`, `_`, `/` and `-`.
    #[error("{character:?} cannot stand in the name {name:?}")]
    Character {
        /// The text.
        name: String,
        /// The first character that is refused.
        character: char,
    },
    /// A leading `-`, a `..`, or an empty part between slashes.
    #[error("{found:?} cannot stand there in the name {name:?}")]
    Place {
        /// The text.
        name: String,
        /// What stands in the wrong place.
        found: &'static str,
    },
    /// Four or more hex digits, which are read as the start of an id.
    #[error("the name {0:?} looks like an id")]
    LooksLikeId(String),
    /// A pointer outside the known spaces.
    #[error("no such space of names: {0:?}")]
    Space(String),
}

/// Says whether `name` can be the name of a branch, a bundle or a tag.
pub fn check_name(name: &str) -> Result<(), NameError> {
    if name.is_empty() || name.chars().count() > LONGEST {
        return Err(NameError::Length(name.to_owned()));
    }
    let refused = name.chars().find(|c| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '_' | '/' | '-'));
    if let Some(character) = refused {
        return Err(NameError::Character { name: name.to_owned(), character });
    }
    let misplaced = [
        ("-", name.starts_with('-')),
        ("..", name.contains("..")),
        ("/", name.split('/').any(str::is_empty)),
        (".", name.split('/').any(|part| part.starts_with('.') || part.ends_with('.'))),
    ];
    if let Some((found, _)) = misplaced.into_iter().find(|(_, is_there)| *is_there) {
        return Err(NameError::Place { name: name.to_owned(), found });
    }
    if name.len() >= SHORTEST_ID && name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(NameError::LooksLikeId(name.to_owned()));
    }
    Ok(())
}

/// The name itself for 1, `NAME-2` and on for more, shortened where the number would not fit.
pub fn numbered(name: &str, number: usize) -> String {
    if number < 2 {
        return name.to_owned();
    }
    let suffix = format!("-{number}");
    let kept: String = name.chars().take(LONGEST - suffix.len()).collect();
    format!("{}{suffix}", kept.trim_end_matches(['.', '/', '-']))
}

/// Splits `branches/main` into its space and its short name, both checked.
pub(super) fn split_pointer(pointer: &str) -> Result<(&'static str, &str), NameError> {
    let found = SPACES.into_iter().find_map(|space| Some((space, pointer.strip_prefix(space)?)));
    let (space, name) = found.ok_or_else(|| NameError::Space(pointer.to_owned()))?;
    if space == REMOTES {
        let (peer, branch) = name.split_once('/').ok_or_else(|| NameError::Space(pointer.to_owned()))?;
        check_name(peer)?;
        check_name(branch)?;
    } else {
        check_name(name)?;
    }
    Ok((space, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain_and_never_look_like_an_id_or_an_option() {
        let owned = str::to_owned;
        let place = |name: &str, found| Err(NameError::Place { name: owned(name), found });
        let character = |name: &str, character| Err(NameError::Character { name: owned(name), character });
        let longest = "x".repeat(64);
        let cases = [
            ("main", Ok(())),
            ("a/b_c-d.2", Ok(())),
            ("abc", Ok(())),
            ("face-off", Ok(())),
            (&longest, Ok(())),
            ("", Err(NameError::Length(String::new()))),
            (&format!("{longest}x"), Err(NameError::Length(format!("{longest}x")))),
            ("-b", place("-b", "-")),
            ("a..b", place("a..b", "..")),
            ("/a", place("/a", "/")),
            ("a//b", place("a//b", "/")),
            ("a/", place("a/", "/")),
            (".a", place(".a", ".")),
            ("a/b.", place("a/b.", ".")),
            ("@", character("@", '@')),
            ("main~1", character("main~1", '~')),
            ("a b", character("a b", ' ')),
            ("a\u{1b}[2J", character("a\u{1b}[2J", '\u{1b}')),
            ("beef", Err(NameError::LooksLikeId(owned("beef")))),
            ("2025", Err(NameError::LooksLikeId(owned("2025")))),
            ("DEAD", Err(NameError::LooksLikeId(owned("DEAD")))),
        ];
        for (name, expected) in cases {
            assert_eq!(check_name(name), expected, "{name:?}");
        }
    }

    #[test]
    fn a_numbered_name_is_a_name() {
        let long = "x".repeat(63) + "/";
        for (name, number, expected) in [
            ("main", 1, "main".to_owned()),
            ("main", 2, "main-2".to_owned()),
            (&"x".repeat(64), 12, "x".repeat(61) + "-12"),
            (&long, 2, "x".repeat(62) + "-2"),
        ] {
            assert_eq!(numbered(name, number), expected);
        }
    }

    #[test]
    fn a_pointer_stands_in_a_known_space() {
        assert_eq!(split_pointer("branches/a/b"), Ok((BRANCHES, "a/b")));
        assert_eq!(split_pointer("tags/x"), Ok((TAGS, "x")));
        assert_eq!(split_pointer("remotes/ada/a/b"), Ok((REMOTES, "ada/a/b")));
        for pointer in ["main", "head", "remotes/x", "../x", ""] {
            assert_eq!(split_pointer(pointer), Err(NameError::Space(pointer.to_owned())));
        }
        assert_eq!(split_pointer("branches/"), Err(NameError::Length(String::new())));
    }
}
