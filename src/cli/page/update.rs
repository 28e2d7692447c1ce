//! What a key does to the page.

use super::state::{Asked, Over, Page, Pane, Prompt, Want};
use crate::tokens::Tokens;
use crate::workspace::amount;
use crate::workspace::trial::Fate;

/// A key as a person thinks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    Char(char),
    Left,
    Right,
    /// With shift.
    FarLeft,
    /// With shift.
    FarRight,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Tab,
    Enter,
    Escape,
    Backspace,
    /// Ctrl-C.
    Interrupt,
}

const STEP: u32 = 1_000;
const STRIDE: u32 = 10_000;
/// Units that page up and down pass.
const LEAP: usize = 10;

/// The page after a key.
pub(crate) fn update(mut page: Page, key: Key) -> Page {
    page.note = None;
    if key == Key::Interrupt {
        page.want = Want::Interrupt;
        return page;
    }
    match (page.over, &page.prompt) {
        (Over::Help, _) => page.over = Over::Nothing,
        (Over::Leaving, _) => leaving(&mut page, key),
        (Over::Nothing, Some(_)) => typed(&mut page, key),
        (Over::Nothing, None) => pressed(&mut page, key),
    }
    page
}

fn leaving(page: &mut Page, key: Key) {
    match key {
        Key::Char('s' | 'y') => page.want = Want::SaveAndLeave,
        Key::Char('n' | 'q') => page.want = Want::Leave,
        _ => {}
    }
    page.over = Over::Nothing;
}

fn pressed(page: &mut Page, key: Key) {
    let hand = page.hand();
    match (key, page.pane) {
        (Key::Up, _) => step(page, false),
        (Key::Down, _) => step(page, true),
        (Key::Tab, Pane::Sources) => page.pane = Pane::Strip,
        (Key::Tab, Pane::Strip) => page.pane = Pane::Sources,
        (Key::Left, Pane::Sources) => slide(page, STEP, false),
        (Key::Right, Pane::Sources) => slide(page, STEP, true),
        (Key::FarLeft | Key::Char('['), _) => slide(page, STRIDE, false),
        (Key::FarRight | Key::Char(']'), _) => slide(page, STRIDE, true),
        (Key::Left, Pane::Strip) => page.unit = page.unit.saturating_sub(1),
        (Key::Right, Pane::Strip) => page.unit += 1,
        (Key::PageUp, _) => page.unit = page.unit.saturating_sub(LEAP),
        (Key::PageDown, _) => page.unit += LEAP,
        (Key::Home, _) => page.unit = 0,
        (Key::End, _) => page.unit = usize::MAX,
        (Key::Char('n'), _) => next_cut(page),
        (Key::Char(key @ (' ' | 'p')), _) => {
            let done = if key == 'p' { page.trial.pin(hand) } else { page.trial.tick(hand) };
            page.note = done.err().map(|error| error.to_string()).or(page.note.take());
        }
        (Key::Char('+' | '='), _) => page.trial.weigh(hand, true),
        (Key::Char('-' | '_'), _) => page.trial.weigh(hand, false),
        (Key::Char('k'), _) => page.trial.turn(hand),
        (Key::Char('f'), _) => ask(page, Asked::Floor, String::new()),
        (Key::Char(digit @ '0'..='9'), _) => ask(page, Asked::Budget, digit.to_string()),
        (Key::Char('/'), _) => ask(page, Asked::Filter, String::new()),
        (Key::Char('w'), _) => page.why = !page.why,
        (Key::Char('?' | 'h'), _) => page.over = Over::Help,
        (Key::Char('s'), _) => page.want = Want::Save,
        (Key::Escape, _) => {
            page.filter.clear();
            page.why = false;
        }
        (Key::Char('q') | Key::Enter, _) if page.trial.is_changed() => page.over = Over::Leaving,
        (Key::Char('q') | Key::Enter, _) => page.want = Want::Leave,
        _ => {}
    }
    if matches!(key, Key::Char(' ' | 'p' | '+' | '=' | '-' | '_' | 'k' | 'f')) && page.note.is_none() {
        page.note = together(page, hand);
    }
    settle(page);
}

/// A word about a folder, whose documents share their wishes.
fn together(page: &Page, hand: usize) -> Option<String> {
    let n = page.trial.rows.iter().filter(|row| row.hand == hand).count();
    let folder = page.trial.hands.get(hand).filter(|_| n > 1)?;
    Some(format!("the {n} documents of {} go together", folder.source.locator))
}

fn ask(page: &mut Page, kind: Asked, text: String) {
    page.prompt = Some(Prompt { kind, text });
}

fn typed(page: &mut Page, key: Key) {
    let Some(mut prompt) = page.prompt.take() else { return };
    match key {
        Key::Escape => {
            if prompt.kind == Asked::Filter {
                page.filter.clear();
            }
            return settle(page);
        }
        Key::Enter => return entered(page, &prompt),
        Key::Backspace => drop(prompt.text.pop()),
        Key::Char(character) if !character.is_control() && prompt.text.chars().count() < 40 => {
            prompt.text.push(character);
        }
        _ => {}
    }
    if prompt.kind == Asked::Filter {
        page.filter.clone_from(&prompt.text);
        settle(page);
    }
    page.prompt = Some(prompt);
}

fn entered(page: &mut Page, prompt: &Prompt) {
    if prompt.kind == Asked::Filter {
        return;
    }
    match (amount(prompt.text.trim()), prompt.kind) {
        (Ok(Tokens(0)), Asked::Budget) => page.note = Some("a budget of 0 holds nothing".to_owned()),
        (Ok(tokens), Asked::Budget) => page.trial.set_budget(Some(tokens)),
        (Ok(tokens), _) => {
            let hand = page.hand();
            page.trial.set_floor(hand, tokens);
        }
        (Err(error), _) => page.note = Some(error.to_string()),
    }
}

/// The next or the previous row of the list.
fn step(page: &mut Page, down: bool) {
    let listed = page.listed();
    let place = listed.iter().position(|row| *row == page.row).unwrap_or(0);
    let next = if down { place + 1 } else { place.saturating_sub(1) };
    if let Some(row) = listed.get(next).filter(|row| **row != page.row) {
        (page.row, page.unit) = (*row, 0);
    }
}

/// The budget to the next full step; never beyond what everything takes.
fn slide(page: &mut Page, step: u32, up: bool) {
    let now = page.trial.budget.unwrap_or(page.trial.whole).0;
    let next = if up {
        let most = page.trial.whole.0.div_ceil(STEP).saturating_mul(STEP);
        (now / step + 1).saturating_mul(step).min(most.max(now))
    } else {
        (now.saturating_sub(1) / step * step).max(STEP.min(now))
    };
    if page.trial.budget.is_some() || !up {
        page.trial.set_budget(Some(Tokens(next)));
    }
}

/// The next unit that is not kept whole.
fn next_cut(page: &mut Page) {
    let fates = page.trial.rows.get(page.row).map_or(&[][..], |row| &row.fates);
    let is_cut = |fate: &Fate| !matches!(fate, Fate::Kept | Fate::Unused | Fate::Undecided);
    let later = fates.iter().enumerate().skip(page.unit + 1).find(|(_, fate)| is_cut(fate));
    if let Some((unit, _)) = later.or_else(|| fates.iter().enumerate().find(|(_, fate)| is_cut(fate))) {
        page.unit = unit;
    }
}

/// Keeps the cursors on something that is there.
fn settle(page: &mut Page) {
    let listed = page.listed();
    if !listed.contains(&page.row)
        && let Some(first) = listed.first()
    {
        (page.row, page.unit) = (*first, 0);
    }
    let n_units = page.trial.rows.get(page.row).map_or(0, |row| row.units.len());
    page.unit = page.unit.min(n_units.saturating_sub(1));
}
