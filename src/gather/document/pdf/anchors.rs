//! Where the words of a page lead to (ISO 32000-1, 12.5.6.5): a frame around them, and an address.

use serde::{Deserialize, Serialize};

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::layout::{self, Line};
use super::page::{Page, numbers};

/// Links of one page that are read.
const MAX_LINKS: usize = 500;

/// An address, and the words that stand in its frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Anchor {
    pub(crate) url: String,
    pub(crate) text: String,
}

/// The links of a page that lead out of the file.
pub(super) fn of(document: &Document, id: ObjectId, page: &Page) -> Vec<Anchor> {
    let frames = document.get_dictionary(id).and_then(|page| page.get_deref(b"Annots", document)?.as_array());
    let mut found: Vec<(f32, f32, Anchor)> = Vec::new();
    for frame in frames.into_iter().flatten().take(MAX_LINKS) {
        let Some(frame) = dictionary(document, frame) else { continue };
        let Some(url) = address(document, frame) else { continue };
        let (top, left, text) = words(document, frame, page).unwrap_or_default();
        found.push((top, left, Anchor { url, text }));
    }
    // Programs write them in any order.
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)));
    let mut anchors: Vec<Anchor> = Vec::new();
    for (.., Anchor { url, text }) in found {
        match anchors.last_mut().filter(|last| last.url == url) {
            // One link over two lines has two frames.
            Some(last) => {
                last.text.push(' ');
                last.text.push_str(&text);
                last.text.truncate(last.text.trim_end().len());
            }
            None => anchors.push(Anchor { url, text }),
        }
    }
    anchors
}

fn dictionary<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Dictionary> {
    document.dereference(object).ok()?.1.as_dict().ok()
}

fn address(document: &Document, frame: &Dictionary) -> Option<String> {
    let action = frame.get_deref(b"A", document).ok()?.as_dict().ok()?;
    let url = String::from_utf8_lossy(action.get_deref(b"URI", document).ok()?.as_str().ok()?).trim().to_owned();
    let is_web = ["http://", "https://"].iter().any(|scheme| url.starts_with(scheme));
    (is_web && !url.contains(|c: char| c.is_control() || c == ' ')).then_some(url)
}

/// Top and left of a frame, and the words whose letters stand in it.
fn words(document: &Document, frame: &Dictionary, page: &Page) -> Option<(f32, f32, String)> {
    let corners = numbers(document, frame.get_deref(b"Rect", document).ok()?)?;
    let [left, low, right, high] = corners.try_into().ok()?;
    let place = |x: f32, y: f32| {
        let [xx, xy, yx, yy, left, low] = page.place;
        (xx * x + yx * y + left, xy * x + yy * y + low)
    };
    let (one, other) = (place(left, low), place(right, high));
    let (low, high) = (one.1.min(other.1), one.1.max(other.1));
    let (left, right) = (one.0.min(other.0), one.0.max(other.0));
    let is_inside = |across: f32, up: f32| left <= across && across <= right && low <= up && up <= high;
    let letters: Vec<_> = page
        .letters
        .iter()
        .filter(|letter| letter.turns == 0)
        .filter(|letter| is_inside(f32::midpoint(letter.left, letter.right), letter.base + 0.3 * letter.size))
        .cloned()
        .collect();
    let text = layout::lines(&letters, Vec::new()).iter().map(Line::text).collect::<Vec<_>>().join(" ");
    Some((high, left, text))
}

#[cfg(test)]
mod tests {
    use lopdf::dictionary;

    use super::super::page::{Letter, Look};
    use super::*;

    /// Words of letters that are five wide, from this place on.
    fn written(left: f32, base: f32, text: &str) -> Vec<Letter> {
        let letters = text.chars().zip(0u8..).map(|(c, n)| {
            let left = left + 5.0 * f32::from(n);
            let text = c.to_string();
            Letter { text, left, right: left + 5.0, base, size: 10.0, look: Look::default(), turns: 0 }
        });
        letters.collect()
    }

    #[test]
    fn a_link_has_the_words_in_its_frames() {
        let mut document = Document::new();
        let mut frame = |url: &str, rect: [i64; 4]| {
            let action = dictionary! { "S" => "URI", "URI" => Object::string_literal(url) };
            let rect: Vec<Object> = rect.into_iter().map(Object::Integer).collect();
            Object::from(document.add_object(dictionary! { "Subtype" => "Link", "A" => action, "Rect" => rect }))
        };
        // As some programs write them: the lower line first.
        let frames = vec![
            frame("https://fruit.example/orchard", [10, 85, 46, 97]),
            frame("https://fruit.example/orchard", [50, 98, 120, 110]),
            frame("mailto:ada@fruit.example", [10, 98, 48, 110]),
        ];
        let id = document.add_object(dictionary! { "Annots" => frames });
        let mut letters = written(10.0, 100.0, "See the old");
        letters.extend(written(10.0, 87.0, "orchard now."));
        let page = Page { letters, place: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0], ..Page::default() };
        let found = of(&document, id, &page);
        let expected = Anchor { url: "https://fruit.example/orchard".to_owned(), text: "old orchard".to_owned() };
        assert_eq!(found, [expected]);
    }
}
