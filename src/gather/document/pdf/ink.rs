//! The colors that a page paints with, as far as white goes (ISO 32000-1, 8.6): what a color space
//! does not tell is taken for a color that is seen.

use lopdf::content::Operation;
use lopdf::{Dictionary, Document, Object};

/// A part of a color from here on is full.
const FULL: f32 = 0.97;

/// The operators that choose a color, or how much of one is seen.
const CHOICES: [&str; 13] = ["g", "G", "rg", "RG", "k", "K", "cs", "CS", "sc", "SC", "scn", "SCN", "gs"];

/// How the parts of a color are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Space {
    /// Light: gray, or red, green and blue; all of it is white.
    #[default]
    Light,
    /// Ink: cyan and the like, or one of a name; none of it is white.
    Ink,
    Unknown,
}

/// What shapes and letters are filled with, and how they are outlined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Inks {
    pub(super) fill: Ink,
    pub(super) stroke: Ink,
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ink {
    space: Space,
    pub(super) is_white: bool,
    /// Whether it lets all through that lies under it.
    pub(super) is_clear: bool,
}

impl Ink {
    /// Whether it leaves nothing on white paper.
    pub(super) fn is_unseen(self) -> bool {
        self.is_white || self.is_clear
    }

    fn set(&mut self, space: Space, parts: &[f32]) {
        self.space = space;
        self.is_white = !parts.is_empty()
            && match space {
                Space::Light => parts.iter().all(|part| *part >= FULL),
                Space::Ink => parts.iter().all(|part| *part <= 1.0 - FULL),
                Space::Unknown => false,
            };
    }
}

impl Inks {
    /// Follows one operation; whether it chose a color.
    pub(super) fn follow(&mut self, document: &Document, resources: &Dictionary, operation: &Operation) -> bool {
        let operator = operation.operator.as_str();
        if !CHOICES.contains(&operator) {
            return false;
        }
        let name = operation.operands.last().and_then(|operand| operand.as_name().ok());
        let parts: Vec<f32> = operation.operands.iter().filter_map(|operand| operand.as_float().ok()).collect();
        let ink = if operator.starts_with(char::is_lowercase) { &mut self.fill } else { &mut self.stroke };
        match operator {
            "g" | "G" | "rg" | "RG" => ink.set(Space::Light, &parts),
            "k" | "K" => ink.set(Space::Ink, &parts),
            // A space begins with its black, or with all of its ink.
            "cs" | "CS" => ink.set(space(document, resources, name.unwrap_or_default()), &[]),
            "sc" | "SC" | "scn" | "SCN" => {
                // A name is that of a pattern.
                let space = ink.space;
                ink.set(space, if name.is_some() { &[] } else { &parts });
            }
            "gs" => {
                let states = resources.get_deref(b"ExtGState", document).ok().and_then(|states| states.as_dict().ok());
                let state = states.and_then(|s| s.get_deref(name.unwrap_or_default(), document).ok()?.as_dict().ok());
                let alpha = |key: &[u8]| state.and_then(|state| state.get_deref(key, document).ok()?.as_float().ok());
                for (ink, key) in [(&mut self.fill, b"ca".as_slice()), (&mut self.stroke, b"CA")] {
                    ink.is_clear = alpha(key).map_or(ink.is_clear, |alpha| alpha <= 1.0 - FULL);
                }
            }
            _ => {}
        }
        true
    }
}

/// The space of this name: one that every file has, or one of the page.
fn space(document: &Document, resources: &Dictionary, name: &[u8]) -> Space {
    let spaces = resources.get_deref(b"ColorSpace", document).ok().and_then(|spaces| spaces.as_dict().ok());
    let own = spaces.and_then(|spaces| spaces.get_deref(name, document).ok());
    match own {
        None => named(name),
        Some(Object::Name(name)) => named(name),
        Some(Object::Array(parts)) => match parts.first().and_then(|family| family.as_name().ok()) {
            Some(b"ICCBased") => {
                let profile = parts.get(1).and_then(|profile| document.dereference(profile).ok()?.1.as_stream().ok());
                let n = profile.and_then(|profile| profile.dict.get_deref(b"N", document).ok()?.as_i64().ok());
                if n == Some(4) { Space::Ink } else { Space::Light }
            }
            Some(family) => named(family),
            None => Space::Unknown,
        },
        Some(_) => Space::Unknown,
    }
}

fn named(family: &[u8]) -> Space {
    match family {
        b"DeviceGray" | b"DeviceRGB" | b"CalGray" | b"CalRGB" | b"G" | b"RGB" => Space::Light,
        b"DeviceCMYK" | b"CMYK" | b"Separation" | b"DeviceN" => Space::Ink,
        _ => Space::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lopdf::content::Content;
    use lopdf::dictionary;

    #[test]
    fn white_is_told_in_every_space() {
        let resources = dictionary! {
            "ColorSpace" => dictionary! {
                "T" => vec![Object::Name(b"Separation".to_vec()), Object::Name(b"Spot".to_vec())],
                "L" => vec![Object::Name(b"Lab".to_vec())],
            },
            "ExtGState" => dictionary! { "A" => dictionary! { "ca" => 0 }, "B" => dictionary! { "ca" => 1 } },
        };
        for (content, expected) in [
            ("", false),
            ("1 g", true),
            ("0.99 .98 1 rg", true),
            ("1 1 0 rg", false),
            ("0 0 0 0 k", true),
            ("0 0 0 1 k", false),
            ("1 G", false),
            ("/DeviceRGB cs", false),
            ("/DeviceRGB cs 1 1 1 sc", true),
            ("/T cs 0 scn", true),
            ("/T cs 1 scn", false),
            ("/L cs 1 1 1 scn", false),
            ("1 g /P scn", false),
            ("/A gs", true),
            ("/A gs /B gs", false),
        ] {
            let mut inks = Inks::default();
            for operation in &Content::decode(content.as_bytes()).unwrap().operations {
                assert!(inks.follow(&Document::new(), &resources, operation), "{content}");
            }
            assert_eq!(inks.fill.is_unseen(), expected, "{content}");
        }
    }
}
