//! From letters to lines in reading order.
//!
//! Letters that follow one another on a line make a piece; pieces far from each other on the same
//! line stay apart. Where a strip without text separates two flows of lines, the page has columns:
//! what crosses the strip divides them into bands, and in each band the left column is read before
//! the right one. Cells of a table stand side by side too, but they are short.

use super::grid::Grid;
use super::page::{Letter, Look};

/// Letters on one line that belong together.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) base: f32,
    pub(crate) size: f32,
    /// The look of most of its letters.
    pub(crate) look: Look,
    /// Words with the look that they have where it is not that of the piece.
    pub(crate) n_letters: usize,
    /// Blanks that are wide enough to part the cells of a table.
    pub(crate) stops: Vec<Stop>,
    /// The cells, where it stands for a ruled table.
    pub(crate) rows: Vec<Vec<String>>,
}

/// A wide blank in a piece.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stop {
    /// The byte at which the words behind it begin.
    pub(crate) at: usize,
    /// Where the words before it end, and where those behind it begin.
    pub(crate) from: f32,
    pub(crate) to: f32,
}

/// A blank is wide from so many sizes of its letters on; between words of a line it is a third.
const WIDE: f32 = 0.6;

/// A line of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Line {
    /// Left to right; more than one where gaps stand between them.
    pub(crate) pieces: Vec<Piece>,
    /// The left and right borders of its column.
    pub(crate) column: (f32, f32),
    /// Which flow of lines it belongs to, counted through the page.
    pub(crate) flow: usize,
}

impl Line {
    pub(crate) fn left(&self) -> f32 {
        self.pieces.first().map_or(0.0, |piece| piece.left)
    }

    pub(crate) fn right(&self) -> f32 {
        self.pieces.iter().map(|piece| piece.right).fold(f32::MIN, f32::max)
    }

    pub(crate) fn base(&self) -> f32 {
        self.main().map_or(0.0, |piece| piece.base)
    }

    /// The size of most of its letters.
    pub(crate) fn size(&self) -> f32 {
        self.main().map_or(0.0, |piece| piece.size)
    }

    pub(crate) fn look(&self) -> Look {
        let all = |test: fn(&Look) -> bool| self.pieces.iter().all(|piece| test(&piece.look));
        // A sign of another font marks the lines of code that go on.
        let n_mono: usize = self.pieces.iter().filter(|piece| piece.look.mono).map(|piece| piece.n_letters).sum();
        let n_all: usize = self.pieces.iter().map(|piece| piece.n_letters).sum();
        let mono = n_all > 0 && n_mono * 10 >= n_all * 9;
        Look { bold: all(|look| look.bold), italic: all(|look| look.italic), mono }
    }

    fn main(&self) -> Option<&Piece> {
        self.pieces.iter().max_by_key(|piece| piece.n_letters)
    }

    /// The ruled table that stands here in the place of words.
    pub(crate) fn table(&self) -> Option<&[Vec<String>]> {
        self.pieces.first().map(|piece| piece.rows.as_slice()).filter(|rows| !rows.is_empty())
    }

    pub(crate) fn text(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.trim()).collect::<Vec<_>>().join(" ")
    }
}

/// The lines of a page in reading order, tables among them; text that runs in another direction comes last.
pub(crate) fn lines(letters: &[Letter], tables: Vec<Grid>) -> Vec<Line> {
    let mut tables: Vec<Piece> = tables.into_iter().map(standing_for).collect();
    let mut lines = Vec::new();
    // The direction of most of the text is that of the page.
    let count = |turns: u8| letters.iter().filter(|letter| letter.turns == turns).count();
    let mut directions: Vec<u8> = (0..4).filter(|turns| count(*turns) > 0).collect();
    directions.sort_by_key(|turns| std::cmp::Reverse(count(*turns)));
    if !tables.is_empty() && !directions.contains(&0) {
        directions.insert(0, 0);
    }
    for turns in directions {
        let own: Vec<&Letter> = letters.iter().filter(|letter| letter.turns == turns).collect();
        let mut flow = lines.last().map_or(0, |line: &Line| line.flow + 1);
        let mut all = pieces(&own);
        if turns == 0 {
            all.append(&mut tables);
        }
        order(all, &mut flow, 0, &mut lines);
    }
    lines
}

/// A piece as wide as a table, where its first line stands.
fn standing_for(grid: Grid) -> Piece {
    let text = grid.rows.iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ").replace('\n', " ");
    Piece {
        n_letters: text.chars().count().max(1),
        text,
        left: grid.left,
        right: grid.right,
        base: grid.top - grid.size,
        size: grid.size,
        look: Look::default(),
        stops: Vec::new(),
        rows: grid.rows,
    }
}

/// Joins letters that follow one another.
fn pieces(letters: &[&Letter]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut looks = (0, 0, 0);
    // How many letters have which size: the number of an item and a first letter may be larger.
    let mut sizes: Vec<(f32, usize)> = Vec::new();
    // How far apart the letters of a word are in the piece, together, and how many gaps that is.
    let mut apart = (0.0, 0);
    // Where the last letter ends, whatever blanks stand behind it.
    let mut ink = 0.0;
    // A slanted letter leaves a gap before an upright bracket.
    let mut is_slanted = false;
    for letter in letters {
        let blank = letter.text.trim().is_empty();
        let size = letter.size.max(0.5);
        if let Some(last) = pieces.last_mut() {
            let gap = letter.left - last.right;
            let reach = size.max(last.size);
            let same_line = (letter.base - last.base).abs() < reach * 0.35;
            // A mark above or below its letter, a letter painted twice to be bold.
            let again = gap < -0.5 * reach && (letter.left - last.left).abs() < 0.3 * reach && last.n_letters == 1;
            if same_line && gap > -0.6 * reach && gap < 1.2 * reach && !again {
                if blank {
                    if !last.text.ends_with(' ') && !letter.text.is_empty() {
                        last.text.push(' ');
                    }
                    // A blank reaches to where it ends, but carries no ink.
                    last.right = last.right.max(letter.right);
                    continue;
                }
                // Lines that are squeezed have small blanks, and letters that are spaced out wide gaps.
                let usual = if apart.1 > 2 { apart.0 / apart.1 as f32 } else { 0.08 * reach };
                let is_leaning = is_slanted && !letter.look.italic && !letter.text.starts_with(char::is_alphabetic);
                let is_narrow = gap > 0.11 * reach && gap > usual + 0.09 * reach;
                let is_blank = gap > 0.17 * reach || is_narrow && !is_leaning;
                if !is_blank {
                    apart = (apart.0 + gap.max(0.0), apart.1 + 1);
                } else if !last.text.ends_with(' ') && !is_ideograph(&last.text, &letter.text) {
                    last.text.push(' ');
                }
                if last.text.ends_with(' ') && letter.left - ink > WIDE * reach {
                    last.stops.push(Stop { at: last.text.len(), from: ink, to: letter.left });
                }
                ink = letter.right;
                is_slanted = letter.look.italic;
                compose(&mut last.text, &letter.text);
                last.right = last.right.max(letter.right);
                last.n_letters += 1;
                match sizes.iter_mut().find(|(own, _)| (own - size).abs() < 0.05) {
                    Some((_, n)) => *n += 1,
                    None => sizes.push((size, 1)),
                }
                let most = sizes.iter().max_by(|a, b| a.1.cmp(&b.1).then(a.0.total_cmp(&b.0)));
                last.size = most.map_or(size, |(size, _)| *size);
                looks.0 += usize::from(letter.look.bold);
                looks.1 += usize::from(letter.look.italic);
                looks.2 += usize::from(letter.look.mono);
                let most = |n: usize| n * 5 >= last.n_letters * 4;
                last.look = Look { bold: most(looks.0), italic: most(looks.1), mono: most(looks.2) };
                continue;
            }
        }
        if blank {
            continue;
        }
        looks = (usize::from(letter.look.bold), usize::from(letter.look.italic), usize::from(letter.look.mono));
        sizes = vec![(size, 1)];
        apart = (0.0, 0);
        ink = letter.right;
        is_slanted = letter.look.italic;
        pieces.push(Piece {
            text: letter.text.clone(),
            left: letter.left,
            right: letter.right,
            base: letter.base,
            size,
            look: letter.look,
            n_letters: 1,
            stops: Vec::new(),
            rows: Vec::new(),
        });
    }
    for piece in &mut pieces {
        let n_blank = piece.text.len() - piece.text.trim_end().len();
        if n_blank > 0 {
            piece.right -= 0.25 * piece.size;
            piece.text.truncate(piece.text.trim_end().len());
        }
    }
    pieces.retain(|piece| !piece.text.is_empty());
    once(pieces)
}

/// Without pieces that stand on one another: a shadow, letters painted twice.
fn once(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut kept: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let near = |other: &&Piece| {
            (other.base - piece.base).abs() < 0.2 * piece.size && (other.left - piece.left).abs() < 0.2 * piece.size
        };
        let doubled = kept.iter().rev().take(40).find(near).is_some_and(|other| other.text == piece.text);
        if !doubled {
            kept.push(piece);
        }
    }
    kept
}

/// Appends a letter; an accent that stands alone joins the letter before it.
fn compose(text: &mut String, letter: &str) {
    let mark = match letter {
        "\u{b4}" => '\u{301}',
        "\u{60}" => '\u{300}',
        "\u{a8}" => '\u{308}',
        "\u{2c6}" => '\u{302}',
        "\u{2dc}" => '\u{303}',
        "\u{b8}" => '\u{327}',
        _ => return text.push_str(letter),
    };
    match text.pop() {
        Some(last) if last.is_alphabetic() => text.push_str(&composed(last, mark)),
        last => {
            text.extend(last);
            text.push_str(letter);
        }
    }
}

/// A letter with its accent as one character, for the letters that Latin texts have.
fn composed(letter: char, mark: char) -> String {
    const PAIRS: &[(&str, &str, char)] = &[
        ("aeiouycnszAEIOUYCNSZ", "áéíóúýćńśźÁÉÍÓÚÝĆŃŚŹ", '\u{301}'),
        ("aeiouAEIOU", "àèìòùÀÈÌÒÙ", '\u{300}'),
        ("aeiouyAEIOU", "äëïöüÿÄËÏÖÜ", '\u{308}'),
        ("aeiouAEIOU", "âêîôûÂÊÎÔÛ", '\u{302}'),
        ("anoANO", "ãñõÃÑÕ", '\u{303}'),
        ("csCS", "çşÇŞ", '\u{327}'),
    ];
    let pair = PAIRS.iter().filter(|(.., own)| *own == mark).find_map(|(plain, marked, _)| {
        let at = plain.chars().position(|c| c == letter)?;
        marked.chars().nth(at)
    });
    pair.map_or_else(|| format!("{letter}{mark}"), String::from)
}

/// Whether two texts meet in writing that has no blanks between words.
pub(crate) fn is_ideograph(before: &str, after: &str) -> bool {
    let is_one = |c: Option<char>| {
        c.is_some_and(|c| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}'))
    };
    is_one(before.chars().next_back()) && is_one(after.chars().next())
}

/// Brings pieces into reading order, column by column.
fn order(pieces: Vec<Piece>, flow: &mut usize, depth: usize, out: &mut Vec<Line>) {
    if depth < 6
        && let Some(gutter) = gutter(&pieces)
    {
        let is_left = |piece: &Piece| piece.right <= gutter;
        let is_right = |piece: &Piece| piece.left >= gutter;
        let (crossing, mut sided): (Vec<Piece>, Vec<Piece>) =
            pieces.into_iter().partition(|p| !is_left(p) && !is_right(p));
        let mut bands = rows(crossing);
        bands.sort_by(|a, b| b[0].base.total_cmp(&a[0].base));
        for band in bands {
            let base = band[0].base;
            let above: Vec<Piece> = sided.extract_if(.., |piece| piece.base > base + 0.3 * piece.size).collect();
            sides(above, gutter, flow, depth, out);
            // What stands on the line of a crossing piece is a part of that line.
            let beside: Vec<Piece> =
                sided.extract_if(.., |piece| (piece.base - base).abs() <= 0.3 * piece.size).collect();
            let all: Vec<Piece> = band.into_iter().chain(beside).collect();
            flush(all, flow, out);
        }
        sides(sided, gutter, flow, depth, out);
        return;
    }
    flush(pieces, flow, out);
    *flow += 1;
}

fn sides(pieces: Vec<Piece>, gutter: f32, flow: &mut usize, depth: usize, out: &mut Vec<Line>) {
    if pieces.is_empty() {
        return;
    }
    *flow += 1;
    let (left, right): (Vec<Piece>, Vec<Piece>) = pieces.into_iter().partition(|piece| piece.right <= gutter);
    for side in [left, right] {
        if !side.is_empty() {
            order(side, flow, depth + 1, out);
        }
    }
}

/// Writes the lines of one flow, top to bottom.
fn flush(pieces: Vec<Piece>, flow: &mut usize, out: &mut Vec<Line>) {
    if pieces.is_empty() {
        return;
    }
    let left = pieces.iter().map(|piece| piece.left).fold(f32::MAX, f32::min);
    let right = pieces.iter().map(|piece| piece.right).fold(f32::MIN, f32::max);
    for row in rows(pieces) {
        let (tables, words): (Vec<Piece>, Vec<Piece>) = row.into_iter().partition(|piece| !piece.rows.is_empty());
        let mut line = |pieces: Vec<Piece>| out.push(Line { pieces, column: (left, right), flow: *flow });
        if !words.is_empty() {
            line(joined(words));
        }
        for table in tables {
            line(vec![table]);
        }
    }
}

/// Pieces by the line they stand on, top to bottom, each left to right.
fn rows(mut pieces: Vec<Piece>) -> Vec<Vec<Piece>> {
    pieces.sort_by(|a, b| b.base.total_cmp(&a.base).then(a.left.total_cmp(&b.left)));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        let fits = |row: &Vec<Piece>| {
            let main = row.iter().max_by(|a, b| a.size.total_cmp(&b.size)).expect("a row has a piece");
            let (large, small) = (main.size.max(piece.size), main.size.min(piece.size));
            // Raised and lowered signs are smaller and stand off the line.
            let reach = if small < 0.85 * large { 0.55 } else { 0.35 } * large;
            let apart = row
                .iter()
                .all(|other| piece.left > other.right - 0.3 * small || piece.right < other.left + 0.3 * small);
            (main.base - piece.base).abs() < reach && apart
        };
        match rows.iter_mut().rev().take(3).find(|row| fits(row)) {
            Some(row) => row.push(piece),
            None => rows.push(vec![piece]),
        }
    }
    for row in &mut rows {
        row.sort_by(|a, b| a.left.total_cmp(&b.left));
    }
    rows
}

/// The pieces of a row, those that touch joined to one.
fn joined(row: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for piece in row {
        if let Some(last) = out.last_mut() {
            let gap = piece.left - last.right;
            let reach = piece.size.max(last.size);
            if gap < 1.2 * reach {
                // Numbers of notes and exponents are set close.
                if gap > 0.15 * reach && !is_ideograph(&last.text, &piece.text) {
                    last.text.push(' ');
                }
                let n = last.text.len();
                if gap > WIDE * reach {
                    last.stops.push(Stop { at: n, from: last.right, to: piece.left });
                }
                last.stops.extend(piece.stops.iter().map(|stop| Stop { at: stop.at + n, ..*stop }));
                last.text.push_str(&piece.text);
                last.right = last.right.max(piece.right);
                if piece.n_letters > last.n_letters {
                    (last.size, last.base) = (piece.size, piece.base);
                }
                let look = |a: bool, b: bool| a && b;
                last.look = Look {
                    bold: look(last.look.bold, piece.look.bold),
                    italic: look(last.look.italic, piece.look.italic),
                    mono: look(last.look.mono, piece.look.mono),
                };
                last.n_letters += piece.n_letters;
                continue;
            }
        }
        out.push(piece);
    }
    out
}

/// Steps across the page, for each of which it is counted how many pieces lie over it.
const STEPS: usize = 256;

/// Where a strip without text separates two columns, if one does.
fn gutter(pieces: &[Piece]) -> Option<f32> {
    if pieces.len() < 8 {
        return None;
    }
    let left = pieces.iter().map(|piece| piece.left).fold(f32::MAX, f32::min);
    let right = pieces.iter().map(|piece| piece.right).fold(f32::MIN, f32::max);
    let width = right - left;
    let size = middle(pieces.iter().map(|piece| piece.size).collect())?;
    if width < 20.0 * size {
        return None;
    }
    let step = width / STEPS as f32;
    let mut over = [0_usize; STEPS];
    let place = |x: f32| (((x - left) / step).max(0.0) as usize).min(STEPS - 1);
    for piece in pieces {
        for n in &mut over[place(piece.left)..=place(piece.right - 0.01)] {
            *n += 1;
        }
    }
    let mut best: Option<(f32, f32)> = None;
    let allowed = pieces.len() / 5;
    let mut at = STEPS / 8;
    while at < STEPS * 7 / 8 {
        // The widest run of steps over which few lie, fewer than in all steps around.
        let low = over[at];
        if low > allowed {
            at += 1;
            continue;
        }
        let n = over[at..].iter().take_while(|n| **n <= low).count();
        let wide = n as f32 * step;
        let x = left + (at as f32 + n as f32 / 2.0) * step;
        if wide > 0.7 * size && at + n < STEPS {
            let worth = columns(pieces, x, size).map(|worth| worth + wide.min(3.0 * size) - low as f32);
            if let Some(worth) = worth.filter(|worth| best.is_none_or(|(_, best)| *worth > best)) {
                best = Some((x, worth));
            }
        }
        at += n.max(1);
    }
    best.map(|(x, _)| x)
}

/// Whether text flows on both sides of a strip; how much of it, if so.
fn columns(pieces: &[Piece], x: f32, size: f32) -> Option<f32> {
    let left: Vec<&Piece> = pieces.iter().filter(|piece| piece.right <= x).collect();
    let right: Vec<&Piece> = pieces.iter().filter(|piece| piece.left >= x).collect();
    let n_crossing = pieces.len() - left.len() - right.len();
    if left.len() < 4 || right.len() < 4 || n_crossing * 2 > left.len() + right.len() {
        return None;
    }
    // Lines of prose fill their column; cells of a table and items of an index do not.
    let fill = |side: &[&Piece]| {
        let start = side.iter().map(|piece| piece.left).fold(f32::MAX, f32::min);
        let end = side.iter().map(|piece| piece.right).fold(f32::MIN, f32::max);
        let n_full = side.iter().filter(|piece| piece.right - piece.left > 0.6 * (end - start)).count();
        let letters = side.iter().map(|piece| piece.n_letters).sum::<usize>() as f32 / side.len() as f32;
        (n_full as f32 / side.len() as f32, letters, end - start)
    };
    let ((full_left, letters_left, wide_left), (full_right, letters_right, wide_right)) = (fill(&left), fill(&right));
    let prose = |full: f32, letters: f32, wide: f32| full > 0.4 && letters > 14.0 && wide > 9.0 * size;
    let both = prose(full_left, letters_left, wide_left) && prose(full_right, letters_right, wide_right);
    // They run side by side.
    let span = |side: &[&Piece]| {
        let top = side.iter().map(|piece| piece.base).fold(f32::MIN, f32::max);
        let bottom = side.iter().map(|piece| piece.base).fold(f32::MAX, f32::min);
        (bottom, top)
    };
    let ((bottom_left, top_left), (bottom_right, top_right)) = (span(&left), span(&right));
    let shared = top_left.min(top_right) - bottom_left.max(bottom_right);
    let shorter = (top_left - bottom_left).min(top_right - bottom_right);
    (both && shared > 0.5 * shorter && shared > 3.0 * size).then_some(left.len().min(right.len()) as f32)
}

/// The value in the middle.
pub(crate) fn middle(mut values: Vec<f32>) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied()
}
