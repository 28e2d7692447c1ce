//! The page as cells of a terminal.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::{Block, Clear, Widget};
use unicode_width::UnicodeWidthStr;

use super::super::table::{bar, shorten, tail, wrapped};
use super::state::{Asked, Over, Page, Pane};
use super::strip::{self, Sign, label};
use crate::budget::{Keep, Policy, Tier};
use crate::content::line;
use crate::tokens::{Tokens, Told};
use crate::workspace::trial::{Fate, Outcome, Row};
use crate::workspace::{Trial, short_amount};

/// The least terminal that the page fits into.
const LEAST: (u16, u16) = (60, 14);

const HELP: &[(&str, &str)] = &[
    ("up down", "the source above, below"),
    ("space", "use it, or leave it out"),
    ("p", "pin it: whole or not at all"),
    ("+ -", "more weight, less weight"),
    ("f", "a floor: tokens that must stay"),
    ("k", "the next cut order"),
    ("left right", "the budget by 1k; [ ] or shift by 10k"),
    ("0-9", "type a budget, as 12k"),
    ("tab", "left and right walk the strip"),
    ("n", "the next unit that is cut"),
    ("w", "why: the unit under the cursor"),
    ("/", "list only what has these letters"),
    ("s", "save wishes and budget into forkful.toml"),
    ("q enter", "leave; asks when something is not saved"),
];

/// Paints the page over `area`.
pub(crate) fn draw(page: &Page, area: Rect, buffer: &mut Buffer) {
    let paint = Paint { page, colour: page.colour };
    if area.width < LEAST.0 || area.height < LEAST.1 {
        let (width, height) = LEAST;
        let told = format!("needs {width}x{height}, has {}x{}; q leaves", area.width, area.height);
        if area.height > 0 {
            buffer.set_stringn(area.x, area.y, told, usize::from(area.width), Style::new());
        }
        return;
    }
    let why = if page.why { (area.height / 3).clamp(5, 9) } else { 0 };
    let top = 3;
    let panes = Rect { y: area.y + top, height: area.height - top - 1 - why, ..area };
    let left = Rect { width: (area.width * 2 / 5).clamp(32, 60), ..panes };
    let right = Rect { x: left.right(), width: panes.width - left.width, ..panes };
    paint.head(Rect { height: top, ..area }, buffer);
    paint.sources(left, buffer);
    paint.strip(right, buffer);
    if page.why {
        paint.why(Rect { y: panes.bottom(), height: why, ..area }, buffer);
    }
    paint.foot(Rect { y: area.bottom() - 1, height: 1, ..area }, buffer);
    if page.over == Over::Help {
        help(area, buffer);
    }
}

struct Paint<'a> {
    page: &'a Page,
    colour: bool,
}

impl Paint<'_> {
    fn tint(&self, colour: Color) -> Style {
        if self.colour { Style::new().fg(colour) } else { Style::new() }
    }

    /// Title, slider and what the plan comes to.
    fn head(&self, area: Rect, buffer: &mut Buffer) {
        let Page { trial, .. } = self.page;
        let width = usize::from(area.width);
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let basis = basis(trial);
        let changed = if trial.is_changed() { " · not saved" } else { "" };
        let name = format!(" forkful plan · {}{changed}", line(&self.page.title));
        buffer.set_stringn(area.x, area.y, filled(&name, width.saturating_sub(basis.width() + 1)), width, bold);
        let at = area.right().saturating_sub(columns(basis.width()));
        buffer.set_stringn(at, area.y, &basis, width, faint());

        let budget = trial.budget.map_or("all".to_owned(), |budget| budget.to_string());
        let front = format!(" budget {budget:>9} ");
        let total = match &trial.outcome {
            Outcome::Fitted { total, .. } => format!(" total {total:>9} "),
            Outcome::Refused { .. } => " does not fit ".to_owned(),
            Outcome::Nothing => " nothing used ".to_owned(),
        };
        let y = area.y + 1;
        buffer.set_stringn(area.x, y, &front, width, bold);
        let track = width.saturating_sub(front.width() + total.width());
        let most = u64::from(self.page.most().0.max(1));
        let knob = trial.budget.map_or(most, |budget| u64::from(budget.0).min(most));
        let knob = usize::try_from(knob * u64::try_from(track.saturating_sub(1)).unwrap_or(0) / most).unwrap_or(0);
        let slider = format!("{}●{}", "━".repeat(knob), "─".repeat(track.saturating_sub(knob + 1)));
        buffer.set_stringn(area.x + columns(front.width()), y, slider, track, self.tint(Color::Cyan));
        buffer.set_stringn(area.x + columns(front.width() + track), y, &total, total.width(), bold);

        let (told, style) = match &trial.outcome {
            Outcome::Fitted { .. } => (self.left_out(), faint()),
            Outcome::Refused { because, needed } => {
                let told = needed.map(|needed| format!("pins, floors and frame need a budget of {needed}"));
                let told = told.unwrap_or_else(|| line(because));
                (told, self.tint(Color::Red).add_modifier(Modifier::BOLD))
            }
            Outcome::Nothing => ("no source is in use: space takes one in".to_owned(), Style::new()),
        };
        buffer.set_stringn(area.x, area.y + 2, filled(&format!(" {told}"), width), width, style);
    }

    fn left_out(&self) -> String {
        let Page { trial, .. } = self.page;
        let used = || trial.rows.iter().filter(|row| row.id.is_some());
        let left_out: Tokens = used().map(|row| row.tokens.tokens - row.kept_tokens.tokens).sum();
        if left_out == Tokens(0) {
            return "everything in use is whole".to_owned();
        }
        let left_out = Told { tokens: left_out, exact: trial.counting().tokenizer.scale().is_none() };
        format!("left out: {left_out} tokens; whole with {}", trial.whole)
    }

    /// The list of sources, two lines each.
    fn sources(&self, area: Rect, buffer: &mut Buffer) {
        let Page { trial, filter, .. } = self.page;
        let listed = self.page.listed();
        let used = trial.rows.iter().filter(|row| row.id.is_some()).count();
        let filtered = if filter.is_empty() { String::new() } else { format!(" /{}", line(filter)) };
        let title = format!("{used} of {} sources{filtered}", trial.rows.len());
        let inner = boxed(&title, self.page.pane == Pane::Sources, area, buffer);
        let fits = usize::from(inner.height / 2).max(1);
        let place = listed.iter().position(|row| *row == self.page.row).unwrap_or(0);
        let from = place.saturating_sub(fits - 1);
        if listed.is_empty() {
            buffer.set_stringn(inner.x, inner.y, "nothing has these letters", inner.width.into(), faint());
        }
        for (at, row) in listed.iter().skip(from).take(fits).enumerate() {
            let y = inner.y + columns(at * 2);
            self.source(*row, Rect { y, height: 2, ..inner }, buffer);
        }
    }

    fn source(&self, index: usize, area: Rect, buffer: &mut Buffer) {
        let Page { trial, row: selected, .. } = self.page;
        let row = &trial.rows[index];
        let hand = &trial.hands[row.hand];
        let width = usize::from(area.width);
        let wishes = wishes(&hand.source.policy);
        let mark = if index == *selected { "▸" } else { " " };
        let tick = if hand.used { "[x]" } else { "[ ]" };
        let front = format!("{mark}{tick} {:<3} ", label(row));
        let room = width.saturating_sub(front.width() + wishes.width() + 1);
        let name = filled(&tail(&line(&row.locator), room), room);
        let style = if index == *selected {
            Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD)
        } else if hand.used {
            Style::new()
        } else {
            faint()
        };
        buffer.set_stringn(area.x, area.y, filled(&format!("{front}{name} {wishes}"), width), width, style);
        let numbers = format!("{} / {}", row.kept_tokens, row.tokens);
        let numbers = if row.id.is_some() { numbers } else { format!("{} not used", row.tokens) };
        let room = width.saturating_sub(numbers.width() + 7).min(20);
        let y = area.y + 1;
        let blocks = bar(row.kept_tokens.tokens, row.tokens.tokens, room);
        let pinned = hand.source.policy.tier == Tier::Pin;
        buffer.set_stringn(area.x + 5, y, blocks, room, self.style(if pinned { Sign::Pinned } else { Sign::Kept }));
        let at = area.x + columns(width.saturating_sub(numbers.width() + 1));
        buffer.set_stringn(at, y, &numbers, width, if hand.used { Style::new() } else { faint() });
    }

    fn style(&self, sign: Sign) -> Style {
        match sign {
            Sign::Kept => self.tint(Color::Green),
            Sign::Pinned => self.tint(Color::Yellow).add_modifier(Modifier::BOLD),
            Sign::Part => self.tint(Color::Cyan),
            Sign::Folded => self.tint(Color::Blue),
            Sign::Cut | Sign::Unused | Sign::Undecided => faint(),
        }
    }

    /// The token strip in document order.
    fn strip(&self, area: Rect, buffer: &mut Buffer) {
        let height = usize::from(area.height.saturating_sub(3));
        let width = usize::from(area.width.saturating_sub(2 + 6));
        let (lines, per_cell) = strip::lines(self.page, width, height);
        let units = if per_cell == 1 { "1 unit".to_owned() } else { format!("{per_cell} units") };
        let title = format!("in document order, {units} a cell");
        let inner = boxed(&title, self.page.pane == Pane::Strip, area, buffer);
        let cursor = lines.iter().position(|line| line.cursor.is_some()).unwrap_or(0);
        let from = cursor.saturating_sub(height.saturating_sub(1));
        for (at, line) in lines.iter().skip(from).take(height).enumerate() {
            let y = inner.y + columns(at);
            let row = &self.page.trial.rows[line.row];
            let name = if line.first { label(row) } else { "" };
            let weight = if line.row == self.page.row { Modifier::BOLD } else { Modifier::DIM };
            buffer.set_stringn(inner.x, y, format!(" {name:<4}"), 5, Style::new().add_modifier(weight));
            for (column, sign) in line.signs.iter().enumerate() {
                let is_cursor = line.cursor == Some(column);
                let style = self.style(*sign);
                let style = if is_cursor { style.add_modifier(Modifier::REVERSED) } else { style };
                buffer.set_stringn(inner.x + 5 + columns(column), y, sign.glyph(), 1, style);
            }
        }
        self.legend(Rect { y: inner.bottom().saturating_sub(1), height: 1, ..inner }, buffer);
    }

    /// The signs that are on the strip, with their words.
    fn legend(&self, area: Rect, buffer: &mut Buffer) {
        let rows = &self.page.trial.rows;
        let has = |is: fn(&Fate) -> bool| rows.iter().any(|row| row.fates.iter().any(is));
        let pinned = self.page.trial.hands.iter().any(|hand| hand.source.policy.tier == Tier::Pin);
        let shown = |sign: &Sign| match sign {
            Sign::Pinned => pinned,
            Sign::Folded => has(|fate| *fate == Fate::Folded),
            Sign::Unused => has(|fate| *fate == Fate::Unused),
            Sign::Undecided => has(|fate| *fate == Fate::Undecided),
            Sign::Kept | Sign::Part | Sign::Cut => true,
        };
        let words = Sign::ALL.into_iter().filter(shown).map(|sign| format!("{} {}", sign.glyph(), sign.word()));
        let text = format!(" {}", words.collect::<Vec<_>>().join("  "));
        buffer.set_stringn(area.x, area.y, shorten(&text, area.width.into()), area.width.into(), faint());
    }

    /// What the unit under the cursor says, and what it takes to keep it.
    fn why(&self, area: Rect, buffer: &mut Buffer) {
        let Page { trial, row, unit, .. } = self.page;
        let Some((row, piece)) = trial.rows.get(*row).and_then(|row| Some((row, row.units.get(*unit)?))) else {
            boxed("why", true, area, buffer);
            return;
        };
        let title = format!("why {}#{} of {}", label(row), unit + 1, row.units.len());
        let inner = boxed(&title, true, area, buffer);
        let width = usize::from(inner.width);
        let tokens = trial.counting().tokenizer.told(piece.tokens);
        let told = format!("{tokens} tokens, {}", self.fate(row, *unit));
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let mut y = inner.y;
        for line in wrapped(&told, width.saturating_sub(2)).into_iter().take(2) {
            buffer.set_stringn(inner.x + 1, y, line, width, bold);
            y += 1;
        }
        let text = line(row.text.get(piece.range.clone()).unwrap_or_default());
        let room = usize::from(inner.bottom().saturating_sub(y));
        for line in wrapped(text.trim(), width.saturating_sub(2)).into_iter().take(room) {
            buffer.set_stringn(inner.x + 1, y, line, width, Style::new());
            y += 1;
        }
    }

    fn fate(&self, row: &Row, unit: usize) -> String {
        let reached = match &self.page.trial.outcome {
            Outcome::Fitted { level, .. } => *level,
            Outcome::Refused { .. } | Outcome::Nothing => 0,
        };
        match row.fates.get(unit) {
            Some(Fate::Kept) => match self.page.trial.level(self.page.row, unit) {
                Some(0) => "kept: a pin or a floor asks for it".to_owned(),
                Some(level) => format!("kept: it enters at level {}", grouped(level)),
                None => "kept".to_owned(),
            },
            Some(Fate::Part) => "kept in part: the budget ends inside of it".to_owned(),
            Some(Fate::Cut { level: Some(level), needs: Some(needs) }) => {
                let (level, reached) = (grouped(*level), grouped(reached));
                format!("cut: it enters at level {level}, the level reached is {reached}; a budget of {needs} keeps it")
            }
            Some(Fate::Cut { .. }) => "cut: the cap of its source keeps it out".to_owned(),
            Some(Fate::Folded) => "told elsewhere in the bundle, so only referred to".to_owned(),
            Some(Fate::Undecided) => "undecided: the plan does not fit".to_owned(),
            Some(Fate::Unused) | None => "its source is not in use".to_owned(),
        }
    }

    /// Keys, what is typed, or what happened.
    fn foot(&self, area: Rect, buffer: &mut Buffer) {
        let width = usize::from(area.width);
        let bold = Style::new().add_modifier(Modifier::BOLD);
        let (text, style) = match (&self.page.prompt, &self.page.note, self.page.over) {
            (_, _, Over::Leaving) => {
                (" not saved: s saves and leaves   n leaves   any other key stays".to_owned(), bold)
            }
            (Some(prompt), ..) => {
                let asked = match prompt.kind {
                    Asked::Budget => "budget".to_owned(),
                    Asked::Floor => format!("floor of {}", label(&self.page.trial.rows[self.page.row])),
                    Asked::Filter => "find".to_owned(),
                };
                (format!(" {asked}: {}▏  enter takes it, esc does not", line(&prompt.text)), bold)
            }
            (None, Some(note), _) => (format!(" {}", line(note)), bold),
            (None, None, _) => {
                let arrows = if self.page.pane == Pane::Sources { "←→ budget" } else { "←→ unit" };
                (keys(arrows, width), faint())
            }
        };
        buffer.set_stringn(area.x, area.y, filled(&text, width), width, style);
    }
}

/// The keys that fit into one line, the most needed first.
fn keys(arrows: &str, width: usize) -> String {
    let words =
        ["space use", "? help", "q leave", "s save", "p pin", "+- weight", "w why", "f floor", "k order", "tab strip"];
    let mut told = format!(" {arrows}");
    for word in words {
        if told.width() + 2 + word.width() <= width {
            told += &format!("  {word}");
        }
    }
    told
}

/// Format, tokenizer and model: `md · exact, o200k_base`.
fn basis(trial: &Trial) -> String {
    let counting = trial.counting();
    let model = counting.model.as_ref().map(|model| format!("{} · ", model.id)).unwrap_or_default();
    format!("{} · {model}{} ", trial.request().renderer.name, counting.tokenizer)
}

/// The keys, over the page.
fn help(area: Rect, buffer: &mut Buffer) {
    let width = 60.min(area.width);
    let height = columns(HELP.len() + 2).min(area.height);
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height - height) / 2;
    let over = Rect { x, y, width, height };
    Clear.render(over, buffer);
    let inner = boxed("keys", true, over, buffer);
    for (at, (key, does)) in HELP.iter().take(inner.height.into()).enumerate() {
        let told = format!(" {} {does}", filled(key, 12));
        buffer.set_stringn(inner.x, inner.y + columns(at), told, inner.width.into(), Style::new());
    }
}

fn faint() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

/// A box with a title; gives what is inside.
fn boxed(title: &str, is_active: bool, area: Rect, buffer: &mut Buffer) -> Rect {
    let weight = if is_active { Modifier::BOLD } else { Modifier::DIM };
    let title = shorten(title, usize::from(area.width.saturating_sub(4)));
    let block = Block::bordered().title(format!(" {title} ")).border_style(Style::new().add_modifier(weight));
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}

/// Wishes in a few signs: `pin w2 f2k c8k ends`.
fn wishes(policy: &Policy) -> String {
    let Policy { weight, floor, ceiling, tier, keep } = *policy;
    let plain = Policy::PLAIN;
    let words = [
        match tier {
            Tier::Pin => Some("pin".to_owned()),
            Tier::Must => Some("must".to_owned()),
            Tier::Normal => None,
            Tier::Spare => Some("spare".to_owned()),
        },
        (weight != plain.weight).then(|| format!("w{weight}")),
        (floor > Tokens(0)).then(|| format!("f{}", short_amount(floor))),
        ceiling.map(|cap| format!("c{}", short_amount(cap))),
        (keep != Keep::Head).then(|| keep.to_string()),
    ];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// `text` in exactly `width` columns, its blanks kept.
fn filled(text: &str, width: usize) -> String {
    let short = shorten(text, width);
    let missing = width.saturating_sub(short.width());
    short + &" ".repeat(missing)
}

fn grouped(number: u64) -> String {
    Tokens(u32::try_from(number).unwrap_or(u32::MAX)).to_string()
}

/// A count of columns or lines as the terminal counts.
fn columns(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}
