//! A parsed page: its nodes in one list, linked by their places in it, and what they are in one list a kind.
//!
//! `html5ever` reads HTML as browsers do; this is what it builds. Nothing is ever freed: what is
//! taken out of the tree is only unlinked, so that places stay true.

use std::borrow::Cow;
use std::cell::{Ref, RefCell};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, QualName, local_name, ns};

use super::attribute::Key;
use super::names;

/// The place of a node in its tree.
pub(crate) type Id = usize;

/// A place as nodes hold it: pages are far smaller than this reaches.
type Link = u32;

/// Bytes of a page for each of its nodes, at least as most are; the room that nothing fills costs nothing.
const BYTES_A_NODE: usize = 24;

/// No node: the parent of the root, the next of the last.
const NONE: Link = Link::MAX;

#[derive(Debug, Clone, Copy)]
struct Node {
    parent: Link,
    first: Link,
    last: Link,
    previous: Link,
    next: Link,
    /// How many are above it, as it was put there.
    depth: u32,
    data: Data,
}

/// What a node is, and where that stands.
#[derive(Debug, Clone, Copy)]
enum Data {
    /// The root, comments, declarations: nothing that anyone reads.
    Other,
    Text(Link),
    Element(Link),
}

#[derive(Debug)]
struct Element {
    name: QualName,
    /// The first of its attributes, and how many follow it.
    attributes: (Link, Link),
    /// Where the content of a `<template>` hangs.
    template: Link,
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
    elements: Vec<Element>,
    /// Those of one element beside each other.
    attributes: Vec<(Key, StrTendril)>,
    texts: Vec<StrTendril>,
    /// The greatest depth at which anything was put.
    deepest: u32,
    /// The name of what has none.
    nameless: QualName,
}

impl Tree {
    fn push(&mut self, data: Data) -> Id {
        self.nodes.push(Node { parent: NONE, first: NONE, last: NONE, previous: NONE, next: NONE, depth: 0, data });
        self.nodes.len() - 1
    }

    fn push_text(&mut self, text: StrTendril) -> Id {
        self.texts.push(text);
        self.push(Data::Text(link(self.texts.len() - 1)))
    }

    /// Keeps those of an element's attributes that are read, and says where they stand.
    fn push_attributes(&mut self, attributes: Vec<Attribute>) -> (Link, Link) {
        let first = self.attributes.len();
        self.attributes.extend(attributes.into_iter().filter_map(read));
        (link(first), link(self.attributes.len() - first))
    }

    fn element(&self, id: Id) -> Option<&Element> {
        match self.nodes[id].data {
            Data::Element(at) => Some(&self.elements[place(at)]),
            _ => None,
        }
    }

    fn attributes_of(&self, id: Id) -> &[(Key, StrTendril)] {
        let (first, n) = self.element(id).map_or((0, 0), |element| element.attributes);
        &self.attributes[place(first)..place(first) + place(n)]
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
        self.element(id).map_or("", |element| &element.name.local)
    }

    pub(crate) fn is_element(&self, id: Id) -> bool {
        matches!(self.nodes[id].data, Data::Element(_))
    }

    fn nature(&self, id: Id) -> Nature {
        self.element(id).map_or(Nature::default(), |element| element.nature)
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
        match self.nodes[id].data {
            Data::Text(at) => Some(&self.texts[place(at)]),
            _ => None,
        }
    }

    pub(crate) fn attribute(&self, id: Id, key: Key) -> Option<&str> {
        self.attributes(id).find(|(known, _)| *known == key).map(|(_, value)| value)
    }

    /// The attributes of an element that are read, and their values.
    pub(crate) fn attributes(&self, id: Id) -> impl Iterator<Item = (Key, &str)> {
        self.attributes_of(id).iter().map(|(key, value)| (*key, &**value))
    }

    /// All text at and below a node, as it stands.
    pub(crate) fn text_of(&self, id: Id) -> String {
        self.within(id).filter_map(|id| self.text(id)).collect()
    }

    /// The elements at and below a node that have this name.
    pub(crate) fn named(&self, top: Id, name: &str) -> impl Iterator<Item = Id> + use<'_> {
        // Names of one kind are one number to the parser.
        let name = LocalName::from(name);
        self.within(top).filter(move |id| self.element(*id).is_some_and(|element| element.name.local == name))
    }

    /// Whether an element of this name stands below.
    pub(crate) fn has(&self, top: Id, name: &str) -> bool {
        self.named(top, name).any(|id| id != top)
    }

    /// The longest way from the root to a leaf.
    pub(crate) fn depth(&self) -> usize {
        let mut depths = vec![0_u32; self.nodes.len()];
        let mut deepest = 0;
        for id in self.within(Self::ROOT).skip(1) {
            depths[id] = depths[place(self.nodes[id].parent)] + 1;
            deepest = deepest.max(depths[id]);
        }
        place(deepest)
    }

    /// Takes a node, and all below it, out of the tree.
    pub(crate) fn remove(&mut self, id: Id) {
        let Node { parent, previous, next, .. } = self.nodes[id];
        if let Some(node) = self.node(previous) {
            node.next = next;
        } else if let Some(node) = self.node(parent) {
            node.first = next;
        }
        if let Some(node) = self.node(next) {
            node.previous = previous;
        } else if let Some(node) = self.node(parent) {
            node.last = previous;
        }
        let node = &mut self.nodes[id];
        (node.parent, node.previous, node.next) = (NONE, NONE, NONE);
    }

    fn node(&mut self, at: Link) -> Option<&mut Node> {
        self.nodes.get_mut(place(at))
    }

    fn append(&mut self, parent: Id, id: Id) {
        self.remove(id);
        let previous = self.nodes[parent].last;
        (self.nodes[id].parent, self.nodes[id].previous) = (link(parent), previous);
        match self.node(previous) {
            Some(node) => node.next = link(id),
            None => self.nodes[parent].first = link(id),
        }
        self.nodes[parent].last = link(id);
        self.stands_under(parent, id);
    }

    fn stands_under(&mut self, parent: Id, id: Id) {
        let depth = self.nodes[parent].depth + 1;
        self.nodes[id].depth = depth;
        self.deepest = self.deepest.max(depth);
    }

    fn insert_before(&mut self, sibling: Id, id: Id) {
        self.remove(id);
        let Node { parent, previous, .. } = self.nodes[sibling];
        let node = &mut self.nodes[id];
        (node.parent, node.previous, node.next) = (parent, previous, link(sibling));
        self.nodes[sibling].previous = link(id);
        if let Some(node) = self.node(previous) {
            node.next = link(id);
        } else if let Some(node) = self.node(parent) {
            node.first = link(id);
        }
        if let Some(parent) = some(parent) {
            self.stands_under(parent, id);
        }
    }

    /// Puts text behind the text node `at`, if it is one.
    fn grow(&mut self, at: Link, more: &StrTendril) -> bool {
        match self.nodes.get(place(at)).map(|node| node.data) {
            Some(Data::Text(at)) => {
                self.texts[place(at)].push_tendril(more);
                true
            }
            _ => false,
        }
    }
}

/// An attribute, if it is one that is read.
fn read(attribute: Attribute) -> Option<(Key, StrTendril)> {
    Some((Key::of(&attribute.name.local)?, attribute.value))
}

/// A page is told to be too large long before its nodes are too many.
fn link(at: usize) -> Link {
    Link::try_from(at).expect("a page has fewer nodes than bytes, and those are few")
}

fn place(at: Link) -> usize {
    at as usize
}

fn some(at: Link) -> Option<Id> {
    (at != NONE).then_some(place(at))
}

/// What the parser writes to; it hands out shared references only.
pub(super) struct Sink {
    tree: RefCell<Tree>,
}

impl Sink {
    /// An empty tree for a page of so many bytes.
    pub(super) fn new(n_bytes: usize) -> Self {
        let nodes = Vec::with_capacity(n_bytes / BYTES_A_NODE);
        let mut tree = Tree {
            elements: Vec::with_capacity(nodes.capacity() / 2),
            texts: Vec::with_capacity(nodes.capacity() / 2),
            attributes: Vec::with_capacity(nodes.capacity() / 2),
            nodes,
            deepest: 0,
            nameless: QualName::new(None, ns!(), local_name!("")),
        };
        tree.push(Data::Other);
        Self { tree: RefCell::new(tree) }
    }

    /// The greatest depth at which the parser has put anything, and how many nodes it has made.
    pub(super) fn extent(&self) -> (usize, usize) {
        let tree = self.tree.borrow();
        (place(tree.deepest), tree.len())
    }
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
        Ref::map(self.tree.borrow(), |tree| tree.element(*target).map_or(&tree.nameless, |element| &element.name))
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, flags: ElementFlags) -> Id {
        let mut tree = self.tree.borrow_mut();
        let template = if flags.template { link(tree.push(Data::Other)) } else { NONE };
        let nature = Nature::of(&name.local);
        let attributes = tree.push_attributes(attributes);
        tree.elements.push(Element { name, attributes, template, nature });
        let at = link(tree.elements.len() - 1);
        tree.push(Data::Element(at))
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
                    let id = tree.push_text(text);
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
        self.tree.borrow().element(*target).and_then(|element| some(element.template)).unwrap_or(*target)
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
                    let id = tree.push_text(text);
                    tree.insert_before(*sibling, id);
                }
            }
        }
    }

    fn add_attrs_if_missing(&self, target: &Id, attributes: Vec<Attribute>) {
        let tree = &mut *self.tree.borrow_mut();
        let Data::Element(at) = tree.nodes[*target].data else { return };
        let mut all = tree.attributes_of(*target).to_vec();
        for (key, value) in attributes.into_iter().filter_map(read) {
            if all.iter().all(|(known, _)| *known != key) {
                all.push((key, value));
            }
        }
        // They stand beside each other, behind all others.
        tree.elements[place(at)].attributes = (link(tree.attributes.len()), link(all.len()));
        tree.attributes.extend(all);
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
