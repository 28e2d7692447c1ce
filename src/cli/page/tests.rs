//! The page without a terminal: keys as data, whole screens as snapshots.

use std::io;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Modifier;

use super::{Key, Page, Want, draw, update};
use crate::budget::Policy;
use crate::bundle::render::Renderer;
use crate::bundle::{Duplicates, Request};
use crate::tokens::{Encoding, Tokens, Told};
use crate::workspace::trial::Outcome;
use crate::workspace::web::gather_files;
use crate::workspace::{Counting, Source, Trial, amount};

const EXAMPLES: [&str; 3] = ["examples/thread.md", "examples/talk.vtt", "examples/essay.md"];

fn page(sources: &[&str], budget: Option<u32>, format: &str) -> Page {
    let parse = |text: &&str| Source::parse(text, Policy::PLAIN, |text| amount(text).ok(), |_| false).unwrap();
    let named: Vec<Source> = sources.iter().map(parse).collect();
    let read = gather_files(&named, &mut io::empty());
    let request = Request {
        encoding: Encoding::O200kBase,
        budget: budget.map(Tokens),
        reserve: Tokens(0),
        renderer: Renderer::named(format).unwrap(),
        focus: None,
        duplicates: Duplicates::Fold,
    };
    let used = vec![true; named.len()];
    Page::new(
        Trial::new(read, named, &used, request, Counting::by(Encoding::O200kBase)).unwrap(),
        "forkful.toml".to_owned(),
        true,
    )
}

/// Presses keys written as words: `right`, `shift-left`, `space`, a character, or `"text`.
fn press(mut page: Page, keys: &str) -> Page {
    for word in keys.split_whitespace() {
        let key = match word {
            "left" => Key::Left,
            "right" => Key::Right,
            "far-left" => Key::FarLeft,
            "far-right" => Key::FarRight,
            "up" => Key::Up,
            "down" => Key::Down,
            "page-up" => Key::PageUp,
            "page-down" => Key::PageDown,
            "home" => Key::Home,
            "end" => Key::End,
            "tab" => Key::Tab,
            "enter" => Key::Enter,
            "escape" => Key::Escape,
            "back" => Key::Backspace,
            "interrupt" => Key::Interrupt,
            "space" => Key::Char(' '),
            typed => {
                page = typed.chars().fold(page, |page, character| update(page, Key::Char(character)));
                continue;
            }
        };
        page = update(page, key);
    }
    page
}

/// Budget, total and what each source keeps, in one line.
fn told(page: &Page) -> String {
    let budget = page.trial.budget.map_or("all".to_owned(), |budget| budget.0.to_string());
    let total = match &page.trial.outcome {
        Outcome::Fitted { total, .. } => total.tokens.0.to_string(),
        Outcome::Refused { needed, .. } => format!("needs {}", needed.unwrap_or_default().0),
        Outcome::Nothing => "nothing".to_owned(),
    };
    let kept = page.trial.rows.iter().map(|row| match row.id {
        Some(_) => row.kept_tokens.tokens.0.to_string(),
        None => "-".to_owned(),
    });
    format!("{budget} {total}: {}", kept.collect::<Vec<_>>().join(" "))
}

#[test]
fn keys_move_the_plan() {
    let start = page(&EXAMPLES, Some(5000), "md");
    let check = |keys: &str, expected: &str| assert_eq!(told(&press(start.clone(), keys)), expected, "{keys}");
    check("", "5000 5000: 804 2229 1749");
    check("right", "6000 5997: 804 3226 1749");
    check("left left", "3000 3000: 804 974 999");
    check("far-right right right", "9000 8576: 804 5811 1749");
    check("far-left left", "1000 999: 251 276 243");
    check("4200 enter", "4200 4200: 804 1569 1604");
    check("45k back back 2k enter", "42000 8576: 804 5811 1749");
    check("0 enter", "5000 5000: 804 2229 1749");
    check("9 escape", "5000 5000: 804 2229 1749");
    check("space", "5000 5000: - 3079 1749");
    check("space space", "5000 5000: 804 2229 1749");
    check("space down space down space", "5000 nothing: - - -");
    check("down p", "5000 needs 6034: 0 0 0");
    check("down down p", "5000 5000: 804 2229 1749");
    check("down + +", "5000 4999: 804 2970 1002");
    check("down -", "5000 5000: 804 2229 1749");
    check("down f 3k enter", "5000 5000: 804 3011 962");
    check("down k", "5000 5000: 804 2229 1749");
    check("/ ESS enter space", "5000 4999: 804 4015 -");
}

#[test]
fn leaving_asks_only_when_something_is_not_saved() {
    let start = page(&EXAMPLES, Some(5000), "md");
    let check = |keys: &str, expected: Want| assert_eq!(press(start.clone(), keys).want, expected, "{keys}");
    check("q", Want::Leave);
    check("enter", Want::Leave);
    check("? q", Want::Key);
    check("right q", Want::Key);
    check("right left q", Want::Leave);
    check("right q n", Want::Leave);
    check("right q s", Want::SaveAndLeave);
    check("right q escape", Want::Key);
    check("right q escape q n", Want::Leave);
    check("s", Want::Save);
    check("right interrupt", Want::Interrupt);
    check("f interrupt", Want::Interrupt);
}

/// The page's numbers are those of a plan made from nothing.
#[test]
fn the_numbers_are_those_of_plan() {
    for format in ["md", "xml", "messages"] {
        let start = page(&EXAMPLES, Some(5000), format);
        for keys in ["", "right", "left p", "down space", "down + f 1k enter", "space k left"] {
            let page = press(start.clone(), keys);
            let fit = page.trial.fitted().unwrap().unwrap();
            let shape = fit.shape();
            let kept: Vec<u32> =
                page.trial.rows.iter().filter(|row| row.id.is_some()).map(|row| row.kept_tokens.tokens.0).collect();
            let planned: Vec<u32> = shape.sources.iter().map(|source| source.kept_tokens).collect();
            assert_eq!(kept, planned, "{format} {keys}");
            let total =
                Outcome::Fitted { total: Told { tokens: Tokens(shape.total_tokens), exact: true }, level: shape.level };
            assert_eq!(page.trial.outcome, total, "{format} {keys}");
        }
    }
}

fn screen(page: &Page, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw(page, frame.area(), frame.buffer_mut())).unwrap();
    terminal.backend().to_string().lines().map(|line| line.trim_matches('"').trim_end().to_owned() + "\n").collect()
}

#[test]
fn the_page_at_both_sizes() {
    let start =
        page(&["examples/thread.md", "examples/talk.vtt@weight=2,floor=1k", "examples/essay.md@pin"], Some(5000), "md");
    insta::with_settings!({snapshot_path => "../../../tests/snapshots", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("page_80x24", screen(&start, 80, 24));
        insta::assert_snapshot!("page_140x40", screen(&start, 140, 40));
        insta::assert_snapshot!("page_why", screen(&press(start.clone(), "down n w"), 80, 24));
        insta::assert_snapshot!("page_help", screen(&press(start.clone(), "?"), 80, 24));
        insta::assert_snapshot!("page_refused", screen(&press(start.clone(), "1500 enter q"), 80, 24));
        insta::assert_snapshot!("page_unused", screen(&press(start.clone(), "space / talk"), 60, 14));
    });
}

#[test]
fn no_size_and_no_text_breaks_the_page() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("漢字の長い名前のファイル-\u{202e}-\u{1b}[31m.md");
    std::fs::write(&path, "# 題\n\n私は図書館で本を読む。\u{9b}31m red \u{1b}]0;x\u{7}\n\nÄ👩‍👩‍👧 a\u{301}\n".repeat(40))
        .unwrap();
    let start = press(page(&[path.to_str().unwrap(), EXAMPLES[0]], Some(900), "md"), "w n");
    for (width, height) in [(1, 1), (5, 2), (59, 13), (60, 14), (61, 15), (80, 24), (200, 60), (300, 5)] {
        let shown = screen(&start, width, height);
        assert!(!shown.contains(['\u{1b}', '\u{9b}', '\u{202e}', '\u{7}']), "{shown}");
    }
    insta::with_settings!({snapshot_path => "../../../tests/snapshots", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("page_tiny", screen(&start, 40, 3));
    });
}

#[test]
fn without_colour_no_cell_has_one_and_the_cursor_is_seen() {
    let mut page = page(&EXAMPLES, Some(5000), "md");
    page.colour = false;
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| draw(&page, frame.area(), frame.buffer_mut())).unwrap();
    let cells = terminal.backend().buffer().content();
    assert!(cells.iter().all(|cell| cell.fg == ratatui::style::Color::Reset));
    assert!(cells.iter().any(|cell| cell.modifier.contains(Modifier::REVERSED)));
}
