//! A parsed page: elements and texts in one list, linked by their places in it.
//!
//! `html5ever` reads HTML as browsers do; this is what it builds. Nothing is ever freed: what is
//! taken out of the tree is only unlinked, so that places stay true.

use std::borrow::Cow;
use std::cell::{Ref, RefCell};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, LocalName, QualName, local_name, ns, parse_document};

use super::names;

/// The place of a node in its tree.
pub(crate) type Id = usize;

/// No node: the parent of the root, the next of the last.
const NONE: Id = usize::MAX;

#[derive(Debug)]
struct Node {
    parent: Id,
    first: Id,
    last: Id,
    previous: Id,
    next: Id,
    data: Data,
}

#[derive(Debug)]
enum Data {
    /// The root, comments, declarations: nothing that anyone reads.
    Other,
    Text(StrTendril),
    Element(Element),
}

#[derive(Debug)]
struct Element {
    name: QualName,
    attributes: Vec<Attribute>,
    /// Where the content of a `<template>` hangs.
    template: Id,
    nature: Nature,
}

/// What an element is to a reader by its name, asked of it again and again.
#[derive(Debug, Clone, Copy, Default)]
struct Nature {
    is_inline: bool,
    is_custom: bool,
    is_silent: bool,
}

impl Nature {
    fn of(name: &str) -> Self {
        let (is_inline, is_custom) = (names::is_inline(name), names::is_custom(name));
        Self { is_inline, is_custom, is_silent: names::is_silent(name) }
    }
}

/// A parsed page.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
    /// The name of what has none.
    nameless: QualName,
}

impl Tree {
    /// Parses a page; every text is one.
    pub(crate) fn parse(html: &str) -> Self {
        let nameless = QualName::new(None, ns!(), local_name!(""));
        let sink = Sink { tree: RefCell::new(Self { nodes: Vec::new(), nameless }) };
        sink.tree.borrow_mut().push(Data::Other);
        let options = html5ever::ParseOpts {
            // Without scripts, what stands in `<noscript>` is markup.
            tree_builder: html5ever::tree_builder::TreeBuilderOpts { scripting_enabled: false, ..Default::default() },
            ..Default::default()
        };
        parse_document(sink, options).one(StrTendril::from(html))
    }

    fn push(&mut self, data: Data) -> Id {
        self.nodes.push(Node { parent: NONE, first: NONE, last: NONE, previous: NONE, next: NONE, data });
        self.nodes.len() - 1
    }

    /// How many nodes were ever made; each [`Id`] is smaller.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The root of all.
    pub(crate) const ROOT: Id = 0;

    pub(crate) fn parent(&self, id: Id) -> Option<Id> {
        some(self.nodes[id].parent)
    }

    pub(crate) fn next(&self, id: Id) -> Option<Id> {
        some(self.nodes[id].next)
    }

    pub(crate) fn previous(&self, id: Id) -> Option<Id> {
        some(self.nodes[id].previous)
    }

    pub(crate) fn first(&self, id: Id) -> Option<Id> {
        some(self.nodes[id].first)
    }

    pub(crate) fn children(&self, id: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(self.first(id), |child| self.next(*child))
    }

    /// The node and all above it.
    pub(crate) fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(Some(id), |above| self.parent(*above))
    }

    /// The node and all below it, in the order of the page.
    pub(crate) fn within(&self, id: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(Some(id), move |at| self.first(*at).or_else(|| self.after(*at, id)))
    }

    /// What follows a node and all below it, inside of `top`.
    pub(crate) fn after(&self, id: Id, top: Id) -> Option<Id> {
        self.ancestors(id).take_while(|above| *above != top).find_map(|above| self.next(above))
    }

    /// The name of an element; empty for what is none.
    pub(crate) fn name(&self, id: Id) -> &str {
        match &self.nodes[id].data {
            Data::Element(element) => &element.name.local,
            _ => "",
        }
    }

    pub(crate) fn is_element(&self, id: Id) -> bool {
        matches!(self.nodes[id].data, Data::Element(_))
    }

    fn nature(&self, id: Id) -> Nature {
        match &self.nodes[id].data {
            Data::Element(element) => element.nature,
            _ => Nature::default(),
        }
    }

    /// Whether a node is an element of [`names::is_inline`].
    pub(crate) fn is_inline(&self, id: Id) -> bool {
        self.nature(id).is_inline
    }

    /// Whether a node is an element of [`names::is_custom`].
    pub(crate) fn is_custom(&self, id: Id) -> bool {
        self.nature(id).is_custom
    }

    /// Whether a node is an element of [`names::is_silent`].
    pub(crate) fn is_silent(&self, id: Id) -> bool {
        self.nature(id).is_silent
    }

    /// The characters of a text node.
    pub(crate) fn text(&self, id: Id) -> Option<&str> {
        match &self.nodes[id].data {
            Data::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn attribute(&self, id: Id, name: &str) -> Option<&str> {
        let Data::Element(element) = &self.nodes[id].data else { return None };
        element.attributes.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| &*attribute.value)
    }

    /// The names and values of the attributes of an element.
    pub(crate) fn attributes(&self, id: Id) -> impl Iterator<Item = (&str, &str)> {
        let attributes = match &self.nodes[id].data {
            Data::Element(element) => element.attributes.as_slice(),
            _ => &[],
        };
        attributes.iter().map(|attribute| (&*attribute.name.local, &*attribute.value))
    }

    /// All text at and below a node, as it stands.
    pub(crate) fn text_of(&self, id: Id) -> String {
        self.within(id).filter_map(|id| self.text(id)).collect()
    }

    /// The elements at and below a node that have this name.
    pub(crate) fn named(&self, top: Id, name: &str) -> impl Iterator<Item = Id> {
        self.within(top).filter(move |id| self.name(*id) == name)
    }

    /// Whether an element of this name stands below.
    pub(crate) fn has(&self, top: Id, name: &str) -> bool {
        self.within(top).skip(1).any(|id| self.name(id) == name)
    }

    /// The longest way from the root to a leaf.
    pub(crate) fn depth(&self) -> usize {
        let mut depths = vec![0; self.nodes.len()];
        let mut deepest = 0;
        for id in self.within(Self::ROOT).skip(1) {
            depths[id] = depths[self.nodes[id].parent] + 1;
            deepest = deepest.max(depths[id]);
        }
        deepest
    }

    /// Takes a node, and all below it, out of the tree.
    pub(crate) fn remove(&mut self, id: Id) {
        let Node { parent, previous, next, .. } = self.nodes[id];
        if let Some(node) = self.nodes.get_mut(previous) {
            node.next = next;
        } else if let Some(node) = self.nodes.get_mut(parent) {
            node.first = next;
        }
        if let Some(node) = self.nodes.get_mut(next) {
            node.previous = previous;
        } else if let Some(node) = self.nodes.get_mut(parent) {
            node.last = previous;
        }
        let node = &mut self.nodes[id];
        (node.parent, node.previous, node.next) = (NONE, NONE, NONE);
    }

    fn append(&mut self, parent: Id, id: Id) {
        self.remove(id);
        let previous = self.nodes[parent].last;
        (self.nodes[id].parent, self.nodes[id].previous) = (parent, previous);
        match self.nodes.get_mut(previous) {
            Some(node) => node.next = id,
            None => self.nodes[parent].first = id,
        }
        self.nodes[parent].last = id;
    }

    fn insert_before(&mut self, sibling: Id, id: Id) {
        self.remove(id);
        let Node { parent, previous, .. } = self.nodes[sibling];
        (self.nodes[id].parent, self.nodes[id].previous, self.nodes[id].next) = (parent, previous, sibling);
        self.nodes[sibling].previous = id;
        match self.nodes.get_mut(previous) {
            Some(node) => node.next = id,
            None => {
                if let Some(node) = self.nodes.get_mut(parent) {
                    node.first = id;
                }
            }
        }
    }

    /// Puts text behind the text node `at`, if it is one.
    fn grow(&mut self, at: Id, more: &StrTendril) -> bool {
        match self.nodes.get_mut(at).map(|node| &mut node.data) {
            Some(Data::Text(text)) => {
                text.push_tendril(more);
                true
            }
            _ => false,
        }
    }
}

fn some(id: Id) -> Option<Id> {
    (id != NONE).then_some(id)
}

/// What the parser writes to; it hands out shared references only.
struct Sink {
    tree: RefCell<Tree>,
}

impl TreeSink for Sink {
    type Handle = Id;
    type Output = Tree;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Tree {
        self.tree.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Id {
        Tree::ROOT
    }

    fn elem_name<'a>(&'a self, target: &'a Id) -> Ref<'a, QualName> {
        // The parser asks for names of elements only; anything else answers as an element of no name.
        Ref::map(self.tree.borrow(), |tree| match &tree.nodes[*target].data {
            Data::Element(element) => &element.name,
            _ => &tree.nameless,
        })
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> Id {
        let mut tree = self.tree.borrow_mut();
        let template = if flags.template { tree.push(Data::Other) } else { NONE };
        let nature = Nature::of(&name.local);
        tree.push(Data::Element(Element { name, attributes, template, nature }))
    }

    fn create_comment(&self, _: StrTendril) -> Id {
        self.tree.borrow_mut().push(Data::Other)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Id {
        self.tree.borrow_mut().push(Data::Other)
    }

    fn append(&self, parent: &Id, child: NodeOrText<Id>) {
        let mut tree = self.tree.borrow_mut();
        match child {
            NodeOrText::AppendNode(id) => tree.append(*parent, id),
            NodeOrText::AppendText(text) => {
                let last = tree.nodes[*parent].last;
                if !tree.grow(last, &text) {
                    let id = tree.push(Data::Text(text));
                    tree.append(*parent, id);
                }
            }
        }
    }

    fn append_based_on_parent_node(&self, element: &Id, previous: &Id, child: NodeOrText<Id>) {
        let has_parent = self.tree.borrow().parent(*element).is_some();
        if has_parent { self.append_before_sibling(element, child) } else { self.append(previous, child) }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &Id) -> Id {
        match &self.tree.borrow().nodes[*target].data {
            Data::Element(element) => some(element.template).unwrap_or(*target),
            _ => *target,
        }
    }

    fn same_node(&self, left: &Id, right: &Id) -> bool {
        left == right
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Id, child: NodeOrText<Id>) {
        let mut tree = self.tree.borrow_mut();
        match child {
            NodeOrText::AppendNode(id) => tree.insert_before(*sibling, id),
            NodeOrText::AppendText(text) => {
                let previous = tree.nodes[*sibling].previous;
                if !tree.grow(previous, &text) {
                    let id = tree.push(Data::Text(text));
                    tree.insert_before(*sibling, id);
                }
            }
        }
    }

    fn add_attrs_if_missing(&self, target: &Id, attributes: Vec<Attribute>) {
        if let Data::Element(element) = &mut self.tree.borrow_mut().nodes[*target].data {
            for attribute in attributes {
                let known: Option<&LocalName> =
                    element.attributes.iter().map(|old| &old.name.local).find(|name| **name == attribute.name.local);
                if known.is_none() {
                    element.attributes.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &Id) {
        self.tree.borrow_mut().remove(*target);
    }

    fn reparent_children(&self, node: &Id, new_parent: &Id) {
        let mut tree = self.tree.borrow_mut();
        while let Some(child) = tree.first(*node) {
            tree.append(*new_parent, child);
        }
    }
}
