//! Posts of a big archive that answer each other: listed, and one thread picked, without holding
//! what they say.
//!
//! A first pass keeps some forty bytes of each post: its id, whom it answers, when, and where in
//! which file it stands. Those give the threads. A second pass takes the posts of one thread from
//! their places, with what the archive says of its owner and the long texts of the same seconds, and
//! hands them to the reader of the format.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::num::NonZeroU64;
use std::sync::Arc;

use super::forest::roots;
use crate::content::{Digest, Problem};
use crate::cores;
use crate::gather::elements::{Element, Elements};
use crate::gather::outline::{Lens, Outline, Roll};
use crate::gather::source::MAX_BYTES;
use crate::gather::stream::{self, MAX_ELEMENT, PER_COUNTED};
use crate::gather::tape::{Json, Tape};
use crate::gather::{Error, Format, Reading, Wishes, moment};

/// How posts that answer each other are told apart.
#[derive(Debug, Clone, Copy)]
pub struct Links {
    /// What an element is.
    pub(crate) skim: fn(Json) -> Skim,
    /// Members that tell nothing of that but the name of the owner.
    pub(crate) passed: &'static [&'static str],
    /// What a post or a long text says.
    pub(crate) text: fn(Json) -> String,
}

/// What an element of an archive is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Skim {
    Post {
        id: u64,
        parent: Option<u64>,
        second: i64,
        n_bytes: usize,
        /// Ids of its earlier versions.
        earlier: Vec<u64>,
        /// Whose it is, by the address of a picture.
        author: Option<String>,
    },
    /// The full text of a post that is named nowhere, but for its second.
    Full {
        second: i64,
        n_bytes: usize,
    },
    /// What the archive says of its owner, perhaps the name.
    Owner(Option<String>),
    Other,
}

/// Hands the reader of a file, by its number, to whoever asks.
pub(crate) type Visit<'v> =
    &'v mut dyn FnMut(usize, &mut dyn FnMut(&mut dyn Read) -> Result<(), Error>) -> Result<(), Error>;

/// Lists the threads that pass.
pub(crate) fn list(
    name: &str,
    (n_files, visit): (usize, Visit),
    (format, links): (&Format, Links),
    wishes: Wishes,
    lens: Lens,
) -> Result<(Roll, Vec<Problem>), Error> {
    let mut index = Index::default();
    for file in 0..n_files {
        visit(file, &mut |reader| index.take(name, file, reader, (format, links), Some(lens)))?;
    }
    let (rate, n_hidden) = (index.rate(), index.posts.iter().filter(|post| post.hidden).count());
    let mut problems = Vec::new();
    if n_hidden > 0 {
        let message = format!("left out, earlier versions of edited posts: {n_hidden}");
        problems.push(Problem::note(name, message));
    }
    let titles = Titles::of(index.author().as_deref());
    let wants = |row: &Row, hit: bool| {
        let outline = row.outline(&titles);
        outline.n_messages > 0
            && (hit || lens.sieve.grep.is_none())
            && lens.sieve.has_days(&outline)
            && wishes.want(outline.id.as_deref(), outline.title.as_deref())
    };
    // Rows are small: the posts are gone before the outlines are made.
    let mut rows = Vec::new();
    index.threads(|row, posts, hit| {
        if wants(&row, hit || posts.iter().any(|post| post.hit)) {
            rows.push(row);
        }
    });
    let outlines = rows.iter().map(|row| row.outline(&titles)).collect();
    let (locator, format, kind) = (name.to_owned(), format.name.to_owned(), format.kind);
    Ok((Roll { locator, format, kind, outlines, rate }, problems))
}

/// Reads the threads that `wishes` pick, with digest and number of the bytes that they stand in.
pub(crate) fn pick(
    name: &str,
    (n_files, visit): (usize, Visit),
    (format, links): (&Format, Links),
    wishes: Wishes,
) -> Result<(Reading, (Digest, usize)), Error> {
    let mut index = Index { spots: Some(Vec::new()), ..Index::default() };
    for file in 0..n_files {
        visit(file, &mut |reader| index.take(name, file, reader, (format, links), None))?;
    }
    let places = index.spots.take().unwrap_or_default();
    let (fulls, mut spots) = (std::mem::take(&mut index.fulls), std::mem::take(&mut index.owner));
    let (n_before, author) = (spots.len(), index.author());
    let titles = Titles::of(author.as_deref());
    index.threads(|row, posts, _| {
        let outline = row.outline(&titles);
        if wishes.want(outline.id.as_deref(), outline.title.as_deref()) {
            spots.extend(posts.iter().filter_map(|post| places.get(post.spot as usize)));
            let around = posts.iter().flat_map(|post| fulls.range(post.near()));
            spots.extend(around.flat_map(|(_, fulls)| fulls).map(|full| full.spot));
        }
    });
    if spots.len() == n_before {
        return Err(Error::not_inside(name, wishes.pick.unwrap_or_default()));
    }
    spots.sort_unstable();
    spots.dedup();
    if spots.iter().map(|spot| spot.length as usize).sum::<usize>() > MAX_BYTES {
        return Err(Error::TooLarge { name: name.to_owned(), limit: MAX_BYTES });
    }
    let mut json = b"[".to_vec();
    for file in 0..n_files {
        let here: Vec<Spot> = spots.iter().copied().filter(|spot| spot.file() == file).collect();
        if !here.is_empty() {
            visit(file, &mut |reader| {
                cut_out(reader, &here, &mut json).map_err(|source| Error::Read { path: name.to_owned(), source })
            })?;
        }
    }
    // Without a word of the owner the reader would look for the name in the posts that are left.
    let owner = serde_json::json!({"account": {"username": author}});
    json.extend_from_slice(owner.to_string().as_bytes());
    json.push(b']');
    let reading = crate::gather::read_as(name, &json, Wishes { format: Some(format.name), ..wishes })?;
    Ok((reading, (Digest::of(&json), json.len())))
}

/// Takes the bytes of `spots`, which come in order, each followed by a comma.
fn cut_out(reader: &mut dyn Read, spots: &[Spot], json: &mut Vec<u8>) -> io::Result<()> {
    let mut at = 0;
    for spot in spots {
        io::copy(&mut reader.take(spot.offset() - at), &mut io::sink())?;
        reader.take(spot.length.into()).read_to_end(json)?;
        json.push(b',');
        at = spot.offset() + u64::from(spot.length);
    }
    Ok(())
}

/// Where an element stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    /// The number of the file, above forty-eight bits of place in it.
    place: u64,
    length: u32,
}

impl Spot {
    fn new(file: usize, offset: u64, length: usize) -> Self {
        Self { place: (file as u64) << 48 | offset, length: u32::try_from(length).unwrap_or(u32::MAX) }
    }

    fn file(self) -> usize {
        usize::try_from(self.place >> 48).unwrap_or_default()
    }

    fn offset(self) -> u64 {
        self.place & ((1 << 48) - 1)
    }
}

/// What is kept of a post.
#[derive(Debug, Clone, Copy)]
struct Post {
    id: u64,
    parent: Option<NonZeroU64>,
    /// Since 1970; no archive has a post from before that.
    second: u32,
    n_bytes: u32,
    /// Its place among the spots, where one is picked.
    spot: u32,
    hidden: bool,
    /// It has the words that are asked for.
    hit: bool,
}

impl Post {
    /// The seconds that its full text may have.
    fn near(&self) -> std::ops::RangeInclusive<i64> {
        i64::from(self.second) - 1..=i64::from(self.second) + 1
    }
}

/// What is kept of a full text.
struct Full {
    start: String,
    n_bytes: usize,
    hit: bool,
    /// A post begins like it.
    used: bool,
    spot: Spot,
}

/// What was seen of one element.
struct Seen {
    skim: Skim,
    spot: Spot,
    /// The first words, of a text that may be full or cut.
    start: String,
    hit: bool,
    /// Tokens, of one that was counted.
    tokens: Option<u32>,
}

#[derive(Default)]
struct Index {
    posts: Vec<Post>,
    /// Where the posts stand; kept only to pick one.
    spots: Option<Vec<Spot>>,
    /// By the second of their posts.
    fulls: BTreeMap<i64, Vec<Full>>,
    owner: Vec<Spot>,
    name: Option<String>,
    votes: BTreeMap<String, usize>,
    /// Later version by earlier one.
    later: BTreeMap<u64, u64>,
    n_tokens: f64,
    n_bytes: f64,
}

impl Index {
    /// Looks at every element of a file; full texts come before the posts they belong to.
    fn take(
        &mut self,
        name: &str,
        file: usize,
        reader: &mut dyn Read,
        (format, links): (&Format, Links),
        lens: Option<Lens>,
    ) -> Result<(), Error> {
        let unreadable = |source| Error::Read { path: name.to_owned(), source };
        let mut elements = Elements::open(reader, &[], MAX_ELEMENT).map_err(unreadable)?;
        while let Some(window) = elements.window().map_err(unreadable)? {
            let (bytes, fulls, is_named) = (elements.bytes(), &self.fulls, self.name.is_some());
            let look = |element: &Element| {
                let text = element.text(bytes);
                let is_whole = element.number % PER_COUNTED == 1;
                let passed = if is_named { links.passed } else { &[] };
                let skim = (links.skim)(Tape::without(&text, passed).root());
                let (near, is_post) = match &skim {
                    Skim::Post { second, .. } => (fulls.range(second - 1..=second + 1).next().is_some(), true),
                    skim => (matches!(skim, Skim::Full { .. }), false),
                };
                let asked = lens.filter(|lens| lens.sieve.grep.is_some() && lens.sieve.may_stand_in(text.as_bytes()));
                let words =
                    if near || asked.is_some() { (links.text)(Tape::parse(&text).root()) } else { String::new() };
                let is_counted = is_post && is_whole;
                let counted = lens.filter(|lens| is_counted || lens.every && is_post).and_then(|lens| {
                    let reading = stream::read(name, format, Wishes::default(), &text, element).ok()?;
                    reading.documents.first().map(lens.measure)
                });
                Seen {
                    skim,
                    spot: Spot::new(file, element.offset, element.len()),
                    start: if near { start(&words) } else { String::new() },
                    hit: asked.is_some_and(|lens| lens.sieve.stand_in(&words)),
                    tokens: counted,
                }
            };
            for seen in cores::each(&window, |element| stream::work(lens, element), look) {
                self.keep(seen);
            }
        }
        Ok(())
    }

    fn keep(&mut self, seen: Seen) {
        let Seen { skim, spot, start, mut hit, tokens } = seen;
        match skim {
            Skim::Post { id, parent, second, n_bytes, earlier, author } => {
                if let Some(tokens) = tokens {
                    self.n_tokens += f64::from(tokens);
                    self.n_bytes += f64::from(u32::try_from(n_bytes).unwrap_or(u32::MAX));
                }
                let mut n_bytes = n_bytes;
                for full in self.fulls.range_mut(second - 1..=second + 1).flat_map(|(_, fulls)| fulls) {
                    if !start.is_empty() && full.start.starts_with(start.trim_end_matches('…').trim_end()) {
                        (full.used, n_bytes) = (true, full.n_bytes);
                        hit |= full.hit;
                    }
                }
                self.later.extend(earlier.into_iter().map(|earlier| (earlier, id)));
                if let Some(author) = author {
                    *self.votes.entry(author).or_default() += 1;
                }
                let n_bytes = u32::try_from(n_bytes).unwrap_or(u32::MAX);
                let parent = parent.and_then(NonZeroU64::new);
                let second = u32::try_from(second).unwrap_or(0);
                let place = u32::try_from(self.posts.len()).unwrap_or(u32::MAX);
                if let Some(spots) = &mut self.spots {
                    spots.push(spot);
                }
                self.posts.push(Post { id, parent, second, n_bytes, spot: place, hidden: false, hit });
            }
            Skim::Full { second, n_bytes } => {
                self.fulls.entry(second).or_default().push(Full { start, n_bytes, hit, used: false, spot });
            }
            Skim::Owner(name) => {
                self.owner.push(spot);
                self.name = self.name.take().or(name);
            }
            Skim::Other => {}
        }
    }

    /// Tokens that a byte of the posts comes to in those that were counted.
    fn rate(&self) -> f64 {
        if self.n_bytes > 0.0 { self.n_tokens / self.n_bytes } else { 0.25 }
    }

    /// Who the owner says to be, else whose name most pictures have.
    fn author(&self) -> Option<String> {
        self.name.clone().or_else(|| self.votes.iter().max_by_key(|(_, n)| **n).map(|(name, _)| name.clone()))
    }

    /// Every thread with its posts, oldest first, then the full texts without a post of their own and
    /// whether they have the words that are asked for.
    fn threads(mut self, mut take: impl FnMut(Row, &[Post], bool)) {
        self.posts.shrink_to_fit();
        self.posts.sort_unstable_by_key(|post| (post.id, post.second));
        self.posts.dedup_by_key(|post| post.id);
        for post in &mut self.posts {
            if let Some(later) = self.later.get(&post.id) {
                (post.hidden, post.parent) = (true, NonZeroU64::new(*later));
            }
        }
        let find = |id: u64| self.posts.binary_search_by_key(&id, |post| post.id).ok();
        let roots = roots(&self.posts.iter().map(|post| post.parent.and_then(|id| find(id.get()))).collect::<Vec<_>>());
        let mut order: Vec<(u32, u32)> = roots.iter().enumerate().map(|(at, root)| (small(*root), small(at))).collect();
        drop(roots);
        order.sort_unstable_by_key(|(root, at)| (*root, self.posts[*at as usize].second, *at));
        let mut posts: Vec<Post> = Vec::new();
        for group in order.chunk_by(|left, right| left.0 == right.0) {
            posts.clear();
            posts.extend(group.iter().map(|(_, at)| self.posts[*at as usize]));
            let shown = posts.iter().filter(|post| !post.hidden);
            let Some(first) = posts.iter().find(|post| post.parent.is_none()).or(posts.first()) else { continue };
            let row = Row {
                id: first.id,
                begun: posts[0].second,
                last: posts[posts.len() - 1].second,
                n_messages: small(shown.clone().count()),
                n_bytes: shown.fold(0, |sum: u32, post| sum.saturating_add(post.n_bytes)),
            };
            take(row, &posts, false);
        }
        let loose = self.fulls.iter().flat_map(|(second, fulls)| fulls.iter().map(move |full| (*second, full)));
        for (second, full) in loose.filter(|(_, full)| !full.used) {
            let second = u32::try_from(second).unwrap_or(0);
            let row = Row { id: 0, begun: second, last: second, n_messages: 1, n_bytes: small(full.n_bytes) };
            take(row, &[], full.hit);
        }
    }
}

/// What a list says of a thread, without words.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// Of its first post; 0 where nothing names it.
    id: u64,
    begun: u32,
    last: u32,
    n_messages: u32,
    n_bytes: u32,
}

impl Row {
    fn outline(&self, titles: &Titles) -> Outline {
        let stamp = |second: u32| moment::of_second(second.into()).map(Into::into);
        Outline {
            id: (self.id != 0).then(|| self.id.to_string().into()),
            title: if self.n_messages > 1 { titles.thread.clone() } else { titles.post.clone() },
            date: stamp(self.begun),
            last: (self.last != self.begun).then(|| stamp(self.last)).flatten(),
            n_messages: self.n_messages,
            n_bytes: self.n_bytes,
            tokens: None,
        }
    }
}

/// What threads and single posts are called.
struct Titles {
    thread: Option<Arc<str>>,
    post: Option<Arc<str>>,
}

impl Titles {
    fn of(author: Option<&str>) -> Self {
        let title = |word: &str| author.map(|author| Arc::<str>::from(format!("{word} by {author}")));
        Self { thread: title("Thread"), post: title("Post") }
    }
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Characters of a post that a full text must begin with.
const SAME_START: usize = 60;

/// The first words of a text, single spaces between them.
pub(super) fn start(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SAME_START).collect()
}
