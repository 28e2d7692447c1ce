//! Slides as sections: a heading with the slide's number and title, its text, its notes.

use super::prose::{Prose, Words};

/// Opens a slide.
pub(super) fn begin(prose: &mut Prose, number: usize, title: Option<&Words>) {
    let title = title.map(|words| words.clone().calm().markdown()).unwrap_or_default();
    let title = title.trim();
    let heading = if title.is_empty() { format!("Slide {number}") } else { format!("Slide {number}: {title}") };
    prose.heading(2, &heading);
}

/// Writes what the speaker wrote for herself.
pub(super) fn notes(prose: &mut Prose, lines: &[String]) {
    let lines: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    if !lines.is_empty() {
        prose.quote(&format!("Notes: {}", lines.join("\n")));
    }
}
