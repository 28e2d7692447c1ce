//! What opens above a page: a question to its readers, or a part of it that waits for a press of a button.
//!
//! Shops keep tables of sizes, materials and guarantees so. A dialog asks for something, an address or
//! a consent, where it has a field to fill in; in the main part of the page of a thing, others belong to it.

use super::attribute::Key;
use super::kind::PageKind;
use super::policy::Policy;
use super::tree::{Id, Tree};

/// The dialogs of a page.
#[derive(Debug)]
pub(super) struct Dialogs<'a> {
    tree: &'a Tree,
    kind: PageKind,
    has_main: bool,
}

impl<'a> Dialogs<'a> {
    /// `elements` are those of the page.
    pub(super) fn of(tree: &'a Tree, elements: &[Id], kind: PageKind) -> Self {
        Self { tree, kind, has_main: elements.iter().any(|id| is_main(tree, *id)) }
    }

    /// The most prose of the page that a dialog may hold and still go, in per cent; none for one that belongs to it.
    pub(super) fn most(&self, id: Id, policy: &Policy) -> Option<u32> {
        let tree = self.tree;
        let is_in_main = self.has_main && tree.ancestors(id).any(|above| is_main(tree, above));
        let asks = || tree.within(id).any(|at| matches!(tree.name(at), "input" | "select" | "textarea"));
        match () {
            () if is_in_main && self.kind == PageKind::Product && !asks() => None,
            () if self.has_main && !is_in_main => Some(policy.frame),
            () => Some(policy.named),
        }
    }
}

fn is_main(tree: &Tree, id: Id) -> bool {
    tree.name(id) == "main" || tree.attribute(id, Key::Role) == Some("main")
}

#[cfg(test)]
mod tests {
    use super::super::tests::read;

    #[test]
    fn a_dialog_that_asks_for_nothing_is_a_part_of_a_thing() {
        let prose = "Words of a shop about a pear, of its taste and of its colour, as shops have them. ".repeat(4);
        let guide = "Sizes, all of them in centimetres: ten, twelve.";
        let whole = format!("{}\n\n{guide}", prose.trim());
        for (is_thing, inside, after, expected) in [
            (true, format!("<div class=modal><p>{guide}</p></div>"), String::new(), &whole),
            (true, format!("<div role=dialog><p>{guide}</p></div>"), String::new(), &whole),
            (true, format!("<div class=modal><p>{guide}</p><input name=address></div>"), String::new(), &prose),
            (false, format!("<div class=modal><p>{guide}</p></div>"), String::new(), &prose),
            (true, String::new(), format!("<div role=dialog><p>{}</p></div>", guide.repeat(5)), &prose),
        ] {
            let kind = if is_thing { "<meta property=og:type content=product>" } else { "" };
            let html = format!("<title>A pear</title>{kind}<main><p>{prose}</p>{inside}</main>{after}");
            assert_eq!(read(&html).unwrap().main, expected.trim(), "{html}");
        }
    }
}
