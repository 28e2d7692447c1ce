//! The edge: keys in, buffers out, the terminal as it was before.

use std::io::{self, Stdout, stdout};
use std::panic;
use std::thread;
use std::time::Duration;

use ratatui::Terminal;
use ratatui_crossterm::CrosstermBackend;
use ratatui_crossterm::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui_crossterm::crossterm::{cursor, execute, terminal};

use super::{Key, Page, Want, draw, update};

/// Shows the page until it wants to leave; gives the last one.
pub(crate) fn run(mut page: Page, save: impl Fn(&mut Page)) -> io::Result<Page> {
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |told| {
        restore();
        before(told);
    }));
    let restored = Restored;
    #[cfg(unix)]
    thread::spawn(restore_when_told_to_end);
    terminal::enable_raw_mode()?;
    execute!(stdout(), terminal::EnterAlternateScreen, cursor::Hide)?;
    let mut screen: Terminal<CrosstermBackend<Stdout>> = Terminal::new(CrosstermBackend::new(stdout()))?;
    loop {
        screen.draw(|frame| draw(&page, frame.area(), frame.buffer_mut()))?;
        // Keys that wait are taken together, so that a held key does not lag behind.
        loop {
            if let Some(key) = heard(&event::read()?) {
                page = update(page, key);
            }
            if page.want != Want::Key || !event::poll(Duration::ZERO)? {
                break;
            }
        }
        match page.want {
            Want::Key => {}
            Want::Save | Want::SaveAndLeave => save(&mut page),
            Want::Leave | Want::Interrupt => break,
        }
        if page.want == Want::Leave {
            break;
        }
    }
    drop(restored);
    Ok(page)
}

/// Gives the terminal back when it goes.
struct Restored;

impl Drop for Restored {
    fn drop(&mut self) {
        restore();
        // The hook of this page is of no use any more; the standard one takes its place.
        if !thread::panicking() {
            drop(panic::take_hook());
        }
    }
}

fn restore() {
    // A terminal that is gone needs nothing.
    let _ = terminal::disable_raw_mode();
    let _ = execute!(stdout(), terminal::LeaveAlternateScreen, cursor::Show);
}

/// Gives the terminal back where the process is told to end, or its window is closed.
#[cfg(unix)]
fn restore_when_told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    // Without a runtime the process ends as it would have ended.
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let code = runtime.block_on(async {
        let mut told = signal(SignalKind::terminate()).ok()?;
        let mut closed = signal(SignalKind::hangup()).ok()?;
        tokio::select! {
            _ = told.recv() => Some(143),
            _ = closed.recv() => Some(129),
        }
    });
    if let Some(code) = code {
        restore();
        std::process::exit(code);
    }
}

/// The key of an event, if it is one that is pressed.
fn heard(event: &Event) -> Option<Key> {
    let Event::Key(KeyEvent { code, modifiers, kind, .. }) = *event else { return None };
    if kind == KeyEventKind::Release {
        return None;
    }
    let shift = modifiers.contains(KeyModifiers::SHIFT);
    Some(match code {
        KeyCode::Char('c' | 'C') if modifiers.contains(KeyModifiers::CONTROL) => Key::Interrupt,
        KeyCode::Char(_) if modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => return None,
        KeyCode::Char(character) => Key::Char(character),
        KeyCode::Left if shift => Key::FarLeft,
        KeyCode::Right if shift => Key::FarRight,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::Tab | KeyCode::BackTab => Key::Tab,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Backspace => Key::Backspace,
        _ => return None,
    })
}
