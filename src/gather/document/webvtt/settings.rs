//! Where captions stand on the screen: settings of cues and regions, by 6.2 and 6.3 of the specification.
//!
//! A setting that does not hold is passed over and takes no other with it. What is the default is left
//! out, so that two ways of saying the same are one value.

use crate::content::{Align, Region, Settings, Vertical};

/// The region that the lines of a `REGION` block describe.
pub(super) fn region(lines: &str) -> Region {
    let mut region = Region::default();
    for (name, value) in pairs(lines) {
        match name {
            "id" => value.clone_into(&mut region.id),
            "width" => set(&mut region.width, percentage(value), &100.0),
            "lines" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                set(&mut region.lines, value.parse().ok(), &3.0);
            }
            "regionanchor" => set(&mut region.region_anchor, point(value), &(0.0, 100.0)),
            "viewportanchor" => set(&mut region.viewport_anchor, point(value), &(0.0, 100.0)),
            "scroll" if value == "up" => region.scroll = Some(value.to_owned()),
            _ => {}
        }
    }
    region
}

/// What stands behind the times of a cue; `None` where that changes nothing.
pub(super) fn cue(text: &str, regions: &[Region]) -> Option<Settings> {
    let mut settings = Settings::default();
    for (name, value) in pairs(text) {
        match name {
            // The last of two regions with one name is meant.
            "region" => settings.region = regions.iter().rev().find(|region| region.id == value).cloned(),
            "vertical" => match value {
                "rl" => settings.vertical = Some(Vertical::Left),
                "lr" => settings.vertical = Some(Vertical::Right),
                _ => {}
            },
            "line" => line(&mut settings, value),
            "position" => position(&mut settings, value),
            "size" => set(&mut settings.size, percentage(value), &100.0),
            "align" => {
                let allowed = [Align::Start, Align::Center, Align::End, Align::Left, Align::Right];
                set(&mut settings.align, edge(value, &allowed), &Align::Center);
            }
            _ => {}
        }
    }
    // A region is for captions that nothing else places.
    if settings.line.is_some() || settings.size.is_some() || settings.vertical.is_some() {
        settings.region = None;
    }
    (settings != Settings::default()).then_some(settings)
}

/// `name:value`, apart by white space, where neither is empty.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\u{c}' | '\r');
    text.split(blank)
        .filter_map(|pair| pair.split_once(':'))
        .filter(|(name, value)| !name.is_empty() && !value.is_empty())
}

/// Sets what was read; the default is as good as nothing.
fn set<T: PartialEq>(to: &mut Option<T>, read: Option<T>, default: &T) {
    if let Some(read) = read {
        *to = Some(read).filter(|read| read != default);
    }
}

/// `line:5`, `line:-1`, `line:80%,end`.
fn line(settings: &mut Settings, value: &str) {
    let Some((value, align)) = aligned(value, &[Align::Start, Align::Center, Align::End]) else { return };
    let is_share = value.ends_with('%');
    let Some(line) = (if is_share { percentage(value) } else { number(value) }) else { return };
    settings.line = Some(line);
    settings.snap_to_lines = is_share.then_some(false);
    set(&mut settings.line_align, align, &Align::Start);
}

/// `position:25%`, `position:25%,line-left`.
fn position(settings: &mut Settings, value: &str) {
    let Some((value, align)) = aligned(value, &[Align::LineLeft, Align::Center, Align::LineRight]) else { return };
    let Some(position) = percentage(value) else { return };
    settings.position = Some(position);
    settings.position_align = align.or(settings.position_align);
}

/// A value and the edge behind its comma; `None` where that is no edge.
fn aligned<'a>(value: &'a str, allowed: &[Align]) -> Option<(&'a str, Option<Align>)> {
    match value.split_once(',') {
        Some((value, word)) => edge(word, allowed).map(|edge| (value, Some(edge))),
        None => Some((value, None)),
    }
}

fn edge(word: &str, allowed: &[Align]) -> Option<Align> {
    let edge = match word {
        "start" => Align::Start,
        "center" => Align::Center,
        "end" => Align::End,
        "left" => Align::Left,
        "right" => Align::Right,
        "line-left" => Align::LineLeft,
        "line-right" => Align::LineRight,
        _ => return None,
    };
    allowed.contains(&edge).then_some(edge)
}

/// `10%,90%`.
fn point(value: &str) -> Option<(f64, f64)> {
    let (x, y) = value.split_once(',')?;
    Some((percentage(x)?, percentage(y)?))
}

fn percentage(value: &str) -> Option<f64> {
    let share = unsigned(value.strip_suffix('%')?)?;
    (share <= 100.0).then_some(share)
}

fn number(value: &str) -> Option<f64> {
    match value.strip_prefix('-') {
        // Nought has no sign where it counts lines.
        Some(rest) => unsigned(rest).map(|number| if number == 0.0 { number } else { -number }),
        None => unsigned(value),
    }
}

/// Digits, perhaps with a point between them: no exponent, no sign, nothing that has no end.
fn unsigned(value: &str) -> Option<f64> {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let holds = match value.split_once('.') {
        Some((whole, part)) => is_digits(whole) && is_digits(part),
        None => is_digits(value),
    };
    value.parse().ok().filter(|number: &f64| holds && number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stands in the JSON for the settings of a cue.
    fn check(text: &str, expected: &str) {
        let regions = [region("id:top width:40%\nlines:2"), region("id:top scroll:up viewportanchor:10%,20%")];
        let settings = cue(text, &regions);
        let json = settings.map_or_else(String::new, |settings| serde_json::to_string(&settings).unwrap());
        assert_eq!(json, expected, "{text}");
    }

    #[test]
    fn settings_are_what_is_not_the_default() {
        for (text, expected) in [
            ("", ""),
            ("align:center size:100%", ""),
            ("align:start  position:0%", r#"{"position":0.0,"align":"start"}"#),
            ("align:end align:middle align:", r#"{"align":"end"}"#),
            ("align:end align:center", ""),
            ("align:line-left line:5,left position:5%,start", ""),
            ("line:-1", r#"{"line":-1.0}"#),
            ("line:80%,end vertical:rl", r#"{"vertical":"rl","line":80.0,"snap_to_lines":false,"line_align":"end"}"#),
            ("line:80% line:4", r#"{"line":4.0}"#),
            ("line:1e2 line:.5 line:5. line:101% line:1-", ""),
            ("position:25%,line-right size:50%", r#"{"position":25.0,"position_align":"line-right","size":50.0}"#),
            ("region:top", r#"{"region":{"id":"top","viewport_anchor":[10.0,20.0],"scroll":"up"}}"#),
            ("region:top region:none", ""),
            ("region:top line:2", r#"{"line":2.0}"#),
            ("X1:100 X2:200", ""),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn a_region_takes_what_holds() {
        let text = "id:a width:101% lines:1.5 regionanchor:1%,2% viewportanchor:1%,2 scroll:down width:40%\nlines:0";
        let expected = Region {
            id: "a".to_owned(),
            width: Some(40.0),
            lines: Some(0.0),
            region_anchor: Some((1.0, 2.0)),
            ..Region::default()
        };
        assert_eq!(region(text), expected);
        assert_eq!(
            region("id:b lines:3 width:100% regionanchor:0%,100%"),
            Region { id: "b".to_owned(), ..Region::default() }
        );
    }
}
