//! Whether words are seen: their ink on their ground, and their size.
//!
//! Nobody sees white on nothing, ink in the color of its ground, or letters of a point or two. What
//! is white where something dark may lie under it is seen perhaps, and stays.

/// Letters up to this size are read by nobody, in thousandths of a point.
const TINY: u32 = 2000;
/// Each part of a color from here on is white to the eye.
const PALE: u32 = 0xfa;

/// A color, of letters or of what they stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Ink {
    /// None of its own: what the program picks, so that it is seen.
    #[default]
    Auto,
    Color(u32),
    /// One that is not paper's.
    Dyed,
    /// One that is not known.
    Unknown,
}

impl Ink {
    /// A color in six digits; `auto` and the like are none.
    pub(super) fn hex(digits: &str) -> Self {
        let digits = digits.trim().trim_start_matches('#');
        let color = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 6);
        color.map_or(Self::Auto, Self::Color)
    }
}

/// What decides whether words are seen, as far as a style says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Paint {
    pub(super) ink: Option<Ink>,
    pub(super) ground: Option<Ink>,
    /// In thousandths of a point.
    pub(super) size: Option<u32>,
    pub(super) is_hidden: Option<bool>,
}

/// Whether words are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    Surely,
    Perhaps,
    Never,
}

impl Paint {
    /// This paint where it says something, else the one under it.
    pub(super) fn over(self, under: Self) -> Self {
        Self {
            ink: self.ink.or(under.ink),
            ground: self.ground.or(under.ground),
            size: self.size.or(under.size),
            is_hidden: self.is_hidden.or(under.is_hidden),
        }
    }

    /// Whether words of this paint are seen that stand on `paper` unless they have a ground of their own.
    pub(super) fn seen(self, paper: Ink) -> Seen {
        let ground = self.ground.filter(|ground| *ground != Ink::Auto).unwrap_or(paper);
        match (self.ink.unwrap_or_default(), ground) {
            _ if self.is_hidden == Some(true) || self.size.is_some_and(|size| size <= TINY) => Seen::Never,
            (Ink::Color(ink), Ink::Auto) if is_pale(ink) => Seen::Never,
            (Ink::Color(ink), Ink::Color(ground)) if ink == ground || is_pale(ink) && is_pale(ground) => Seen::Never,
            (Ink::Color(ink), Ink::Unknown) if is_pale(ink) => Seen::Perhaps,
            _ => Seen::Surely,
        }
    }
}

fn is_pale(color: u32) -> bool {
    [16, 8, 0].into_iter().all(|shift| color >> shift & 0xff >= PALE)
}

/// Counts what is not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Unseen {
    pub(super) n_hidden: usize,
    pub(super) n_doubtful: usize,
}

impl Unseen {
    /// Whether words are to be read.
    pub(super) fn reads(&mut self, text: &str, seen: Seen) -> bool {
        let n = text.chars().filter(|c| !c.is_whitespace()).count();
        match seen {
            Seen::Surely => {}
            Seen::Perhaps => self.n_doubtful += n,
            Seen::Never => self.n_hidden += n,
        }
        seen != Seen::Never
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_is_seen_on_what_it_stands_out_from() {
        let ink = |digits: &str| Paint { ink: Some(Ink::hex(digits)), ..Paint::default() };
        let on = |paint: Paint, ground: Ink| Paint { ground: Some(ground), ..paint };
        for (paint, paper, expected) in [
            (Paint::default(), Ink::Auto, Seen::Surely),
            (ink("FFFFFF"), Ink::Auto, Seen::Never),
            (ink("#fdfdfe"), Ink::Auto, Seen::Never),
            (ink("EEEEEE"), Ink::Auto, Seen::Surely),
            (ink("auto"), Ink::Auto, Seen::Surely),
            (ink("FFFFFF"), Ink::Dyed, Seen::Surely),
            (ink("FFFFFF"), Ink::Color(0x1f_3864), Seen::Surely),
            (ink("FFFFFF"), Ink::Unknown, Seen::Perhaps),
            (ink("000000"), Ink::Unknown, Seen::Surely),
            (ink("1F3864"), Ink::Color(0x1f_3864), Seen::Never),
            (on(ink("FFFFFF"), Ink::Color(0)), Ink::Auto, Seen::Surely),
            (on(ink("FFFFFF"), Ink::Auto), Ink::Dyed, Seen::Surely),
            (on(ink("FFFFFF"), Ink::Color(0xff_ffff)), Ink::Dyed, Seen::Never),
            (Paint { size: Some(2000), ..Paint::default() }, Ink::Auto, Seen::Never),
            (Paint { size: Some(2500), ..Paint::default() }, Ink::Auto, Seen::Surely),
            (Paint { is_hidden: Some(true), ..Paint::default() }, Ink::Auto, Seen::Never),
        ] {
            assert_eq!(paint.seen(paper), expected, "{paint:?} on {paper:?}");
        }
        let shown = Paint { is_hidden: Some(false), ..Paint::default() };
        assert_eq!(shown.over(Paint { is_hidden: Some(true), ..Paint::default() }), shown);
    }
}
