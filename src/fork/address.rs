//! How people say where: a name, the start of an id, `@`, and turns back from there.

use super::{Branch, Error, View, turns};
use crate::content::{Digest, nearest};
use crate::store::{BRANCHES, BUNDLES, ObjectKind, Resolved, SPACES, Store};

/// An address as written: a word, how many turns back from it, and whether the question there is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// A name, the start of an id, or `@`.
    pub word: String,
    /// Turns back.
    pub back: usize,
    /// The question of the turn instead of its end.
    pub question: bool,
}

/// What an address stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A branch, which can move on.
    Branch(Branch),
    /// A bundle, with the name it was called by.
    Bundle {
        /// The short name, where it was said.
        name: Option<String>,
        /// The bundle.
        id: Digest,
    },
    /// A message.
    Message {
        /// The message.
        id: Digest,
    },
}

impl Place {
    /// The message or bundle that stands there.
    pub fn id(&self) -> Digest {
        match self {
            Self::Branch(branch) => branch.tip,
            Self::Bundle { id, .. } | Self::Message { id } => *id,
        }
    }
}

impl Address {
    /// Reads `NAME`, `NAME~2`, `NAME~` (one turn), `@`, `@~1`, each with a `^` for the question there.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = || Error::Address { text: text.to_owned() };
        let (path, question) = text.strip_suffix('^').map_or((text, false), |path| (path, true));
        let (word, back) = match path.split_once('~') {
            None => (path, 0),
            Some((word, "")) => (word, 1),
            Some((word, digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                (word, digits.parse().map_err(|_| refuse())?)
            }
            Some(_) => return Err(refuse()),
        };
        if word.is_empty() || word.contains('^') {
            Err(refuse())
        } else {
            Ok(Self { word: word.to_owned(), back, question })
        }
    }
}

/// Finds what an address stands for; names win over the starts of ids.
pub fn resolve(store: &Store, text: &str) -> Result<Place, Error> {
    resolve_in(&View::present(store), text)
}

/// Finds what an address stands for, or stood for.
pub fn resolve_in(view: &View<'_>, text: &str) -> Result<Place, Error> {
    let Address { word, back, question } = Address::parse(text)?;
    let place = match word.as_str() {
        "@" => left_off(view)?,
        word => find(view, word)?,
    };
    if back == 0 && !question {
        return Ok(place);
    }
    let turns = turns(view.store, place.id())?;
    match turns.len().checked_sub(back) {
        None => Err(Error::TooFarBack { name: word, n_turns: turns.len(), asked: back }),
        Some(0) if question => Err(Error::NoQuestion { address: text.to_owned() }),
        Some(0) => Ok(Place::Bundle { name: None, id: super::bundle_of(view.store, place.id())? }),
        Some(n_kept) if question => Ok(Place::Message { id: turns[n_kept - 1].question }),
        Some(n_kept) => Ok(Place::Message { id: turns[n_kept - 1].end() }),
    }
}

/// The existing short name that looks most like `name`, if one does.
pub(super) fn similar(view: &View<'_>, name: &str) -> Result<Option<String>, Error> {
    let pointers = view.pointers("")?;
    let shorts = pointers.keys().filter_map(|pointer| SPACES.iter().find_map(|space| pointer.strip_prefix(space)));
    Ok(nearest(name, shorts).map(str::to_owned))
}

fn left_off(view: &View<'_>) -> Result<Place, Error> {
    let at = view.left_off()?.ok_or(Error::NowhereYet)?;
    if let Ok(id) = at.parse() {
        return placed(view.store, id);
    }
    match view.pointer(&at)? {
        Some(target) => pointed(view.store, &at, target),
        None => Err(Error::Unknown { name: at, nearest: None }),
    }
}

fn find(view: &View<'_>, word: &str) -> Result<Place, Error> {
    let store = view.store;
    // A name may also be written with its space, as `remotes/ada/main`.
    for space in SPACES.into_iter().chain([""]) {
        let pointer = format!("{space}{word}");
        if let Some(target) = view.pointer(&pointer)? {
            return pointed(store, &pointer, target);
        }
    }
    let prefix = word.strip_prefix("sha256:").unwrap_or(word);
    match store.resolve_prefix(&[ObjectKind::Bundle, ObjectKind::Message], prefix)? {
        Resolved::One(id, _) => placed(store, id),
        Resolved::Ambiguous(ids) => Err(Error::Ambiguous { prefix: word.to_owned(), ids }),
        Resolved::None => Err(Error::Unknown { name: word.to_owned(), nearest: similar(view, word)? }),
    }
}

/// What a pointer makes of its target.
fn pointed(store: &Store, pointer: &str, target: Digest) -> Result<Place, Error> {
    if let Some(name) = pointer.strip_prefix(BRANCHES) {
        return Ok(Place::Branch(Branch { name: name.to_owned(), tip: target }));
    }
    match pointer.strip_prefix(BUNDLES) {
        Some(name) => Ok(Place::Bundle { name: Some(name.to_owned()), id: target }),
        None => placed(store, target),
    }
}

/// The place of an id that nobody named.
fn placed(store: &Store, id: Digest) -> Result<Place, Error> {
    match store.kind(id)? {
        Some(ObjectKind::Bundle) => Ok(Place::Bundle { name: None, id }),
        Some(ObjectKind::Message) => Ok(Place::Message { id }),
        Some(ObjectKind::Blob | ObjectKind::Document | ObjectKind::Stub) => Err(Error::NoPlace { id }),
        None => Err(crate::store::Error::Missing { id }.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{append, create, name_bundle, tag};
    use super::*;
    use crate::content::{Message, Role};
    use crate::store::sample::{self, entry};
    use crate::store::{At, Change};

    #[test]
    fn an_address_is_a_word_and_turns_back() {
        let check = |text: &str, expected: Option<(&str, usize)>| {
            let parsed = Address::parse(text).ok();
            assert_eq!(parsed.as_ref().map(|a| (a.word.as_str(), a.back)), expected, "{text}");
            let asked = Address::parse(&format!("{text}^")).ok();
            assert_eq!(asked, parsed.map(|address| Address { question: true, ..address }), "{text}^");
        };
        check("main", Some(("main", 0)));
        check("main~2", Some(("main", 2)));
        check("main~", Some(("main", 1)));
        check("@", Some(("@", 0)));
        check("@~1", Some(("@", 1)));
        for text in
            ["", "~1", "^", "main^~1", "main^^", "main~x", "main~1~1", "main~-1", "main~99999999999999999999999"]
        {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_finds_its_place() {
        let (store, bundle) = sample::store();
        let say = |parent, role, text: &str| append(&store, parent, &Message::text(role, text)).unwrap();
        let q1 = say(bundle, Role::User, "one");
        let a1 = say(q1, Role::Assistant, "1");
        let q2 = say(a1, Role::User, "two");
        let a2 = say(q2, Role::Assistant, "2");
        let q3 = say(a2, Role::User, "three");
        assert!(matches!(resolve(&store, "@"), Err(Error::NowhereYet)));
        name_bundle(&store, "bitter", bundle, entry("pack")).unwrap();
        let open = create(&store, "open", q3, entry("ask")).unwrap();
        tag(&store, "good", a1, entry("tag")).unwrap();
        let main = create(&store, "main", a2, entry("ask")).unwrap();
        let message = |id| Place::Message { id };
        let root = Place::Bundle { name: None, id: bundle };
        let named = Place::Bundle { name: Some("bitter".to_owned()), id: bundle };
        let check = |text: &str, expected: &Place| assert_eq!(&resolve(&store, text).unwrap(), expected, "{text}");
        check("main", &Place::Branch(main.clone()));
        check("main~0", &Place::Branch(main.clone()));
        check("main~1", &message(a1));
        check("main~", &message(a1));
        check("main~2", &root);
        check("open", &Place::Branch(open));
        check("open~1", &message(a2));
        check("open~2", &message(a1));
        check("open~3", &root);
        check("@", &Place::Branch(main));
        check("@~1", &message(a1));
        check("bitter", &named);
        check("bitter~0", &named);
        check("good", &message(a1));
        check("good~1", &root);
        check("main^", &message(q2));
        check("main~1^", &message(q1));
        check("open^", &message(q3));
        check("good^", &message(q1));
        check(&bundle.short(), &root);
        check(&a2.to_string(), &message(a2));
        check(&format!("sha256:{a2}"), &message(a2));
        check(&format!("{}~1", &q2.to_string()[..12]), &message(a1));

        let refused = |text: &str| format!("{:?}", resolve(&store, text).unwrap_err());
        for (text, expected) in [
            ("main~3", r#"TooFarBack { name: "main", n_turns: 2, asked: 3 }"#),
            ("bitter~1", r#"TooFarBack { name: "bitter", n_turns: 0, asked: 1 }"#),
            ("main~2^", r#"NoQuestion { address: "main~2^" }"#),
            ("bitter^", r#"NoQuestion { address: "bitter^" }"#),
            ("mian", r#"Unknown { name: "mian", nearest: Some("main") }"#),
            ("bittr", r#"Unknown { name: "bittr", nearest: Some("bitter") }"#),
            ("sceptic", r#"Unknown { name: "sceptic", nearest: None }"#),
            ("0000", r#"Unknown { name: "0000", nearest: None }"#),
            ("a b", r#"Unknown { name: "a b", nearest: None }"#),
        ] {
            assert_eq!(refused(text), expected);
        }
        let text = store.bundle(bundle).unwrap().text;
        assert_eq!(refused(&text.to_string()), format!("Unknown {{ name: \"{text}\", nearest: None }}"));
        store.transact(&Change { at: At::Go(a1.to_string()), ..Change::new(entry("show")) }).unwrap();
        check("@", &message(a1));
    }
}
