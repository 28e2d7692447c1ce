//! How much prose stands where: the weight of running text below every element.

use super::attribute::Key;
use super::names;
use super::tree::{Id, Tree};

/// What was measured at and below an element.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Measure {
    /// Characters, runs of white space counted as one.
    pub(crate) n_chars: u32,
    /// Those inside of links.
    pub(crate) n_linked: u32,
    /// Characters of runs that read like prose.
    pub(crate) prose: u32,
    /// Runs of text.
    pub(crate) n_runs: u32,
    /// Links.
    pub(crate) n_links: u32,
}

impl Measure {
    /// Whether more than this share of the characters, in per cent, are links.
    pub(crate) fn is_linked(self, percent: u32) -> bool {
        self.n_chars > 0
            && !holds(self.n_chars - self.n_linked.min(self.n_chars), self.n_chars, 100u32.saturating_sub(percent))
    }

    fn add(&mut self, other: Self) {
        self.n_chars += other.n_chars;
        self.n_linked += other.n_linked;
        self.prose += other.prose;
        self.n_runs += other.n_runs;
        self.n_links += other.n_links;
    }
}

/// Whether a part is at least this share of the whole, in per cent.
pub(crate) fn holds(part: u32, whole: u32, percent: u32) -> bool {
    u64::from(part) * 100 >= u64::from(whole) * u64::from(percent)
}

/// A run of text between two borders of blocks.
#[derive(Debug, Default)]
struct Run {
    n_chars: u32,
    n_linked: u32,
    ends: u32,
}

impl Run {
    /// What the run counts as prose.
    fn prose(&self) -> u32 {
        let free = self.n_chars.saturating_sub(self.n_linked);
        match () {
            () if self.n_chars < 20 || self.n_linked * 2 > self.n_chars => 0,
            () if self.n_chars >= 80 || self.ends > 0 => free,
            () => free / 4,
        }
    }
}

/// What the texts of a page weigh, looked at once.
#[derive(Debug)]
pub(crate) struct Sizes(Vec<Size>);

/// What one text weighs.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    /// Characters behind the white space that it opens with.
    n_chars: u32,
    /// Signs that end or divide sentences.
    ends: u32,
    opens_blank: bool,
    ends_blank: bool,
}

impl Sizes {
    pub(crate) fn of(tree: &Tree) -> Self {
        let is_read = |id: Id| tree.parent(id).is_some_and(|parent| !tree.is_silent(parent));
        let size = |id: Id| tree.text(id).filter(|_| is_read(id)).map(Size::of).unwrap_or_default();
        Self((0..tree.len()).map(size).collect())
    }
}

impl Size {
    fn of(text: &str) -> Self {
        let mut size = Self { opens_blank: text.starts_with(char::is_whitespace), ..Self::default() };
        let mut blank = true;
        for c in text.chars() {
            if c.is_ascii_alphanumeric() {
                size.n_chars += 1;
                blank = false;
            } else if c.is_whitespace() {
                size.n_chars += u32::from(!blank);
                blank = true;
            } else {
                // One sign of Chinese or Japanese says as much as a few letters.
                size.n_chars += if names::is_dense(c) { 3 } else { 1 };
                blank = false;
                size.ends +=
                    u32::from(matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？' | ';' | ',' | '、' | '，'));
            }
        }
        size.ends_blank = blank && !text.is_empty();
        size
    }
}

/// Measures every element that is not gone; `open` reads a link around blocks as a block.
pub(crate) fn measure(tree: &Tree, sizes: &Sizes, gone: &[bool], open: bool) -> Vec<Measure> {
    let mut scale = Scale {
        tree,
        sizes,
        gone,
        open,
        measures: vec![Measure::default(); tree.len()],
        run: Run::default(),
        linked: false,
        blank: true,
    };
    scale.enter(Tree::ROOT, Tree::ROOT);
    scale.end_run(Tree::ROOT);
    scale.measures
}

struct Scale<'a> {
    tree: &'a Tree,
    sizes: &'a Sizes,
    gone: &'a [bool],
    open: bool,
    measures: Vec<Measure>,
    run: Run,
    linked: bool,
    blank: bool,
}

impl Scale<'_> {
    fn end_run(&mut self, owner: Id) {
        let run = std::mem::take(&mut self.run);
        self.blank = true;
        if run.n_chars > 0 {
            let measure = &mut self.measures[owner];
            measure.n_chars += run.n_chars;
            measure.n_linked += run.n_linked;
            measure.prose += run.prose();
            measure.n_runs += 1;
        }
    }

    /// `owner` is the block that the run at hand belongs to.
    fn enter(&mut self, id: Id, owner: Id) {
        let mut child = self.tree.first(id);
        while let Some(at) = child {
            child = self.tree.next(at);
            if self.tree.text(at).is_some() {
                self.text(at);
            } else if self.tree.is_element(at) && !self.gone[at] {
                self.element(at, owner);
            }
        }
    }

    fn element(&mut self, id: Id, owner: Id) {
        let name = self.tree.name(id);
        let is_line = |at: Id| !self.tree.is_element(at) || self.tree.is_inline(at) || self.tree.is_custom(at);
        if self.tree.is_inline(id) || self.tree.is_custom(id) && self.tree.within(id).all(is_line) {
            let outer = self.linked;
            if name == "a" {
                let wraps = self.open
                    && self.tree.within(id).skip(1).any(|x| self.tree.is_element(x) && !self.tree.is_inline(x));
                self.linked |= !wraps && self.tree.attribute(id, Key::Href).is_some();
                self.measures[owner].n_links += 1;
            }
            // Inline elements carry what stands in them too, for those that ask.
            let before = self.measures[owner];
            let (n_chars, n_linked) = (self.run.n_chars, self.run.n_linked);
            self.enter(id, owner);
            let after = self.measures[owner];
            self.measures[id] = Measure {
                n_chars: (after.n_chars + self.run.n_chars).saturating_sub(before.n_chars + n_chars),
                n_linked: (after.n_linked + self.run.n_linked).saturating_sub(before.n_linked + n_linked),
                prose: after.prose - before.prose,
                n_runs: after.n_runs - before.n_runs,
                n_links: after.n_links - before.n_links,
            };
            self.linked = outer;
        } else {
            self.end_run(owner);
            self.enter(id, id);
            self.end_run(id);
            let own = self.measures[id];
            self.measures[owner].add(own);
        }
    }

    fn text(&mut self, id: Id) {
        let size = self.sizes.0[id];
        let n = size.n_chars + u32::from(size.opens_blank && !self.blank);
        self.blank = size.ends_blank || self.blank && n == 0;
        self.run.n_chars += n;
        self.run.ends += size.ends;
        if self.linked {
            self.run.n_linked += n;
        }
    }
}
