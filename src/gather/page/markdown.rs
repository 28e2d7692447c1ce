//! A chosen part of a page, written as Markdown.
//!
//! Blocks become paragraphs, headings, lists, quotes, tables and fenced code; whatever HTML has no
//! Markdown for (captions, summaries, terms) becomes the nearest of these. No tag is ever written.

use std::collections::BTreeSet;

use super::Images;
use super::attribute::Key;
use super::code;
use super::inline::Words;
use super::lines::{guard, prefixed};
use super::names;
use super::notes::Notes;
use super::table;
use super::tree::{Id, Tree};

/// A page as it is written: its tree, its notes, and what nobody sees of it.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    pub(crate) tree: &'a Tree,
    pub(crate) notes: Notes,
    pub(crate) unseen: &'a [bool],
    /// What makes addresses absolute.
    pub(crate) base: Option<&'a str>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(tree: &'a Tree, unseen: &'a [bool], base: Option<&'a str>) -> Self {
        Self { tree, notes: Notes::of(tree, unseen), unseen, base }
    }
}

/// The Markdown of `opening` and of what stands in `root` and is not gone, footnotes that stand elsewhere behind it.
pub(crate) fn write(source: &Source, gone: &[bool], opening: &[Id], root: Id) -> String {
    let Source { tree, notes, unseen, base } = source;
    let writer = Writer { tree, gone, base: *base, notes, every_image: false, is_whole: false };
    let mut page = Blocks::new(&writer);
    for part in opening {
        page.element(*part);
    }
    page.end_line();
    page.children(root);
    page.end_line();
    let stands = |id: Id| {
        let mut above = tree.ancestors(id).take_while(|above| *above != root);
        above.all(|above| !gone[above])
    };
    let is_inside = |id: Id| tree.ancestors(id).any(|above| above == root || opening.contains(&above));
    let mut done = page.done;
    let mut written: BTreeSet<Id> = BTreeSet::new();
    for (mark, (label, text)) in &notes.marks {
        let is_out = !is_inside(*text) || !stands(*text);
        if is_out && is_inside(*mark) && stands(*mark) && written.insert(*text) {
            let mut apart = Blocks::new(&Writer { gone: unseen, ..writer });
            apart.note(*text, label);
            done.extend(apart.done);
        }
    }
    join(&done)
}

/// The Markdown of all that is not gone.
pub(crate) fn write_whole(tree: &Tree, gone: &[bool], images: Images) -> String {
    let every_image = images == Images::All;
    let writer = Writer { tree, gone, base: None, notes: &Notes::of(tree, gone), every_image, is_whole: true };
    let mut page = Blocks::new(&writer);
    page.children(Tree::ROOT);
    page.end_line();
    join(&page.done)
}

/// Lists nested deeper than this are written as flat as this.
const MAX_NESTED: usize = 8;

/// What writing goes by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer<'a> {
    pub(super) tree: &'a Tree,
    pub(super) gone: &'a [bool],
    pub(super) base: Option<&'a str>,
    pub(super) notes: &'a Notes,
    /// Whether images without words are written too.
    pub(super) every_image: bool,
    /// Whether it is no page but a mail, an entry or a chapter, in which tables lay out as often as they list.
    pub(super) is_whole: bool,
}

impl<'a> Writer<'a> {
    /// The blocks that stand in an element.
    pub(super) fn blocks(&self, id: Id, depth: usize) -> Vec<Block> {
        let mut inside = Blocks { depth, ..Blocks::new(self) };
        inside.children(id);
        inside.end_line();
        inside.done
    }

    /// One line of the words in an element.
    pub(super) fn line(&self, id: Id) -> String {
        let mut words = Words::new(*self);
        words.children(id);
        words.finish().replace('\n', " ").trim().to_owned()
    }

    /// The children of an element that are not gone.
    pub(super) fn children(&self, id: Id) -> impl Iterator<Item = Id> + use<'a> {
        let Self { tree, gone, .. } = *self;
        tree.children(id).filter(move |child| !gone[*child] || is_formula(tree, *child))
    }

    /// Whether a block stands in an inline element.
    pub(super) fn holds_block(&self, id: Id) -> bool {
        let is_block =
            |at: Id| at != id && self.tree.is_element(at) && !self.tree.is_inline(at) && !self.tree.is_custom(at);
        self.tree.within(id).any(|at| is_block(at) && !self.gone[at])
    }
}

/// Formulas of `MathJax` stand in scripts.
pub(super) fn is_formula(tree: &Tree, id: Id) -> bool {
    tree.name(id) == "script" && tree.attribute(id, Key::Type).is_some_and(|kind| kind.starts_with("math/tex"))
}

/// One block of Markdown, and whether it may follow the one before it without a blank line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    pub(super) text: String,
    pub(super) is_list: bool,
}

/// Blocks with blank lines between them.
pub(super) fn join(blocks: &[Block]) -> String {
    blocks.iter().map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n\n")
}

struct Blocks<'a> {
    writer: Writer<'a>,
    done: Vec<Block>,
    /// The line of words that is open.
    words: Words<'a>,
    /// How many lists this stands in.
    depth: usize,
}

impl<'a> Blocks<'a> {
    fn new(writer: &Writer<'a>) -> Self {
        Self { writer: *writer, done: Vec::new(), words: Words::new(*writer), depth: 0 }
    }

    fn push(&mut self, text: String) {
        if !text.trim().is_empty() {
            self.done.push(Block { text, is_list: false });
        }
    }

    fn end_line(&mut self) {
        let mut words = std::mem::replace(&mut self.words, Words::new(self.writer));
        if words.is_wordless() {
            self.words.link = words.link.take();
        }
        let text = words.finish();
        for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
            let text = paragraph.lines().map(|line| guard(line.trim())).collect::<Vec<_>>().join("\n");
            self.push(text);
        }
    }

    fn children(&mut self, id: Id) {
        for child in self.writer.children(id) {
            if self.writer.tree.text(child).is_some() || is_formula(self.writer.tree, child) {
                self.words.node(child);
            } else if self.writer.tree.is_element(child) {
                self.element(child);
            }
        }
    }

    fn element(&mut self, id: Id) {
        let name = self.writer.tree.name(id);
        if self.writer.tree.is_inline(id) || self.writer.tree.is_custom(id) {
            if !self.writer.holds_block(id) {
                self.words.node(id);
            } else if let Some(href) = self.writer.tree.attribute(id, Key::Href).filter(|_| name == "a") {
                // A link around blocks: its first words carry it.
                self.end_line();
                self.words.link = self.words.address(href);
                self.children(id);
                self.end_line();
                self.words.link = None;
            } else {
                self.children(id);
            }
            return;
        }
        if name == "math" {
            self.words.node(id);
            return;
        }
        self.end_line();
        if let Some(label) = self.writer.notes.texts.get(&id) {
            return self.note(id, label);
        }
        if let Some(level) = names::level(name) {
            let linked = self.words.link.take();
            let mut words = Words::new(self.writer);
            words.link = linked;
            words.children(id);
            let text = words.finish().replace('\n', " ");
            let text = text.trim();
            // A picture heads nothing.
            let is_picture = text.starts_with("![") && text.ends_with(')') && text.matches("](").count() == 1;
            match (text.is_empty(), is_picture) {
                (true, _) => {}
                (_, true) => self.push(text.to_owned()),
                _ => self.push(format!("{} {text}", "#".repeat(level))),
            }
            return;
        }
        match name {
            "ul" | "ol" | "menu" | "dir" => self.list(id, name == "ol"),
            "li" => self.list_of(&[id], None),
            "blockquote" => {
                let inside = join(&self.writer.blocks(id, self.depth));
                self.push(prefixed(&inside, "> ", "> "));
            }
            "pre" | "listing" | "xmp" => code::write(&self.writer, id).into_iter().for_each(|text| self.push(text)),
            "table" => match table::write(&self.writer, id, self.depth) {
                Some(table) => self.push(table),
                None => self.children(id),
            },
            "figure" if !self.figure(id) => self.children(id),
            "figure" => {}
            "hr" => self.push("---".to_owned()),
            "dt" | "summary" | "legend" => {
                let line = self.writer.line(id);
                let bare = line.trim_matches('*');
                self.push(if bare.is_empty() { String::new() } else { format!("**{bare}**") });
            }
            "caption" if self.writer.tree.parent(id).is_some_and(|parent| self.writer.tree.name(parent) == "table") => {
                self.push(self.writer.line(id));
            }
            _ => self.children(id),
        }
        self.end_line();
    }

    /// A footnote, its further lines indented.
    fn note(&mut self, id: Id, label: &str) {
        let text = join(&self.writer.blocks(id, 0));
        if !text.trim().is_empty() {
            self.push(prefixed(&text, &format!("[^{label}]: "), "    "));
        }
    }

    /// A figure of one image whose caption is plain words: they are the words of the image.
    fn figure(&mut self, id: Id) -> bool {
        let tree = self.writer.tree;
        let caption = tree.named(id, "figcaption").find(|caption| !self.writer.gone[*caption]);
        let image = tree.named(id, "img").next();
        let (Some(caption), Some(image)) = (caption, image) else { return false };
        if ["a", "em", "i", "b", "strong", "table", "pre", "p"].iter().any(|name| tree.has(caption, name)) {
            return false;
        }
        let mut words = Words::new(self.writer);
        words.picture(image, &tree.text_of(caption));
        self.push(words.finish());
        true
    }

    fn list(&mut self, id: Id, is_ordered: bool) {
        let tree = self.writer.tree;
        let items: Vec<Id> = self
            .writer
            .children(id)
            .filter(|child| !tree.text(*child).is_some_and(|text| text.trim().is_empty()))
            .collect();
        let is_note = |item: &Id| self.writer.notes.texts.contains_key(item);
        if !items.is_empty() && items.iter().all(|item| is_list(tree.name(*item))) && self.under_last(&items) {
            return;
        }
        if items.iter().all(|item| tree.name(*item) != "li") || items.iter().any(is_note) {
            return self.children(id);
        }
        let start = tree.attribute(id, Key::Start).and_then(|start| start.trim().parse().ok()).unwrap_or(1);
        self.list_of(&items, is_ordered.then_some(start));
    }

    /// Writes lists under the last item of the list before them: a list around lists only moves them in.
    fn under_last(&mut self, lists: &[Id]) -> bool {
        let Some(mut last) = self.done.pop_if(|last| last.is_list) else { return false };
        for list in lists {
            self.nest(*list, &mut last.text);
        }
        self.done.push(last);
        true
    }

    /// Writes a list under the last item of `above`, in as far as the lists that are only around it say.
    fn nest(&self, list: Id, above: &mut String) {
        let tree = self.writer.tree;
        let (mut inner, mut level) = (list, 1);
        while let [only] = self.writer.children(inner).filter(|id| tree.is_element(*id)).collect::<Vec<_>>()[..]
            && is_list(tree.name(only))
        {
            (inner, level) = (only, level + 1);
        }
        let column = if self.depth < MAX_NESTED { indentation(above, level) } else { 0 };
        let indent = " ".repeat(column);
        let text = prefixed(&join(&self.nested(inner)), &indent, &indent);
        if !text.trim().is_empty() {
            above.push('\n');
            above.push_str(&text);
        }
    }

    /// The blocks of a list that stands in a list.
    fn nested(&self, list: Id) -> Vec<Block> {
        let mut inside = Blocks { depth: self.depth + 1, ..Blocks::new(&self.writer) };
        inside.element(list);
        inside.end_line();
        inside.done
    }

    fn list_of(&mut self, items: &[Id], start: Option<u32>) {
        let mut texts: Vec<(String, bool)> = Vec::new();
        let mut number = start;
        // Lists that touch are one, unless their marks differ; items without a list of their own are one.
        let last = self.done.last().filter(|last| last.is_list).and_then(|last| last.text.chars().next());
        let joins = last.is_some() && start.is_none() && items.len() == 1;
        let bullet = if last == Some(if joins { '*' } else { '-' }) { "* " } else { "- " };
        let point = if last.is_some_and(|mark| mark.is_ascii_digit()) { ')' } else { '.' };
        for item in items {
            let name = self.writer.tree.name(*item);
            if name.is_empty() {
                continue;
            }
            // A list beside items stands under the one before it.
            if let Some((above, _)) = texts.last_mut().filter(|_| is_list(name)) {
                self.nest(*item, above);
                continue;
            }
            let is_item = name == "li";
            let blocks = self.writer.blocks(*item, self.depth + 1);
            if blocks.is_empty() {
                continue;
            }
            // A list under the words of an item needs no blank line; paragraphs do.
            let mut text = String::new();
            let mut is_loose = false;
            for (index, block) in blocks.iter().enumerate() {
                let tight = block.is_list && index > 0 && !text.ends_with("```");
                is_loose |= index > 0 && !block.is_list;
                text.push_str(match (index, tight) {
                    (0, _) => "",
                    (_, true) => "\n",
                    _ => "\n\n",
                });
                text.push_str(&block.text);
            }
            let mark = match &mut number {
                Some(number) if is_item => {
                    *number = number.saturating_add(1);
                    format!("{}{point} ", number.saturating_sub(1))
                }
                _ => bullet.to_owned(),
            };
            let indent = if self.depth < MAX_NESTED { " ".repeat(mark.len()) } else { String::new() };
            texts.push((prefixed(&text, &mark, &indent), is_loose));
        }
        let separator = if texts.iter().any(|(_, is_loose)| *is_loose) { "\n\n" } else { "\n" };
        let text = texts.into_iter().map(|(text, _)| text).collect::<Vec<_>>().join(separator);
        if !text.is_empty() {
            match self.done.last_mut() {
                Some(last) if joins => {
                    last.text.push('\n');
                    last.text.push_str(&text);
                }
                _ => self.done.push(Block { text, is_list: true }),
            }
        }
    }
}

/// Lists that may stand in a list without an item around them, as word processors and old pages have it.
fn is_list(name: &str) -> bool {
    matches!(name, "ul" | "ol" | "menu" | "dir")
}

/// Where the words of the last item begin that is `level` deep in a list, or as deep as there is one.
fn indentation(list: &str, level: usize) -> usize {
    let mut open: Vec<usize> = Vec::new();
    for line in list.lines() {
        let words = line.trim_start();
        let digits = words.bytes().take_while(u8::is_ascii_digit).count();
        let at = line.len() - words.len();
        let marks = if digits > 0 { [". ", ") "] } else { ["- ", "* "] };
        let is_item = marks.iter().any(|mark| words[digits..].starts_with(mark));
        if is_item {
            open.retain(|column| *column <= at);
            open.push(at + if digits > 0 { digits + 2 } else { 2 });
        }
    }
    open.get(level.min(open.len()).saturating_sub(1)).copied().unwrap_or_default()
}
