//! What lies under the letters of a page: areas that are painted, in the order they are.
//!
//! White letters are seen on anything but white. The area of a shape that is no rectangle is that of
//! the rectangle around it, so that a letter is rather taken for one that is seen.

/// Areas of one page that are kept; on a page with more, every letter is seen.
const MAX_AREAS: usize = 4000;
/// Areas of one page that are looked at for letters.
const MAX_LOOKS: usize = 20_000_000;
/// So much of a page under pictures is a scan, in parts of the whole.
const SCAN: f32 = 0.5;

/// A rectangle on the page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub(super) low: (f32, f32),
    pub(super) high: (f32, f32),
}

impl Area {
    /// The rectangle around points; none around none.
    pub(super) fn around(points: impl IntoIterator<Item = (f32, f32)>) -> Option<Self> {
        points.into_iter().fold(None, |area: Option<Self>, (x, y)| {
            let Area { low, high } = area.unwrap_or(Self { low: (x, y), high: (x, y) });
            Some(Self { low: (low.0.min(x), low.1.min(y)), high: (high.0.max(x), high.1.max(y)) })
        })
    }

    fn holds(&self, (x, y): (f32, f32)) -> bool {
        (self.low.0..=self.high.0).contains(&x) && (self.low.1..=self.high.1).contains(&y)
    }
}

/// The areas of a page.
#[derive(Debug, Default)]
pub(super) struct Ground {
    areas: Vec<(Area, bool)>,
    is_full: bool,
    n_looks: usize,
    /// How much of the page pictures cover, where they overlap more than once.
    pictured: f32,
}

impl Ground {
    /// Paints an area; white covers what lies under it.
    pub(super) fn paint(&mut self, area: Area, is_white: bool) {
        // White on bare paper changes nothing.
        if is_white && self.areas.is_empty() || self.areas.last() == Some(&(area, is_white)) {
            return;
        }
        self.is_full |= self.areas.len() >= MAX_AREAS;
        if !self.is_full {
            self.areas.push((area, is_white));
        }
    }

    /// Lays a picture on the page.
    pub(super) fn picture(&mut self, area: Area, width: f32, height: f32) {
        self.paint(area, false);
        let across = area.high.0.min(width) - area.low.0.max(0.0);
        let up = area.high.1.min(height) - area.low.1.max(0.0);
        self.pictured += across.max(0.0) * up.max(0.0) / (width * height).max(1.0);
    }

    /// Whether a place is white as far as is known.
    pub(super) fn is_white(&mut self, place: (f32, f32)) -> bool {
        self.n_looks += self.areas.len();
        if self.is_full || self.n_looks > MAX_LOOKS {
            return false;
        }
        self.areas.iter().rev().find(|(area, _)| area.holds(place)).is_none_or(|(_, is_white)| *is_white)
    }

    /// Whether the page is one of pictures.
    pub(super) fn is_scan(&self) -> bool {
        self.pictured >= SCAN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_area_over_a_place_is_its_ground() {
        let area = |low: f32, high: f32| Area { low: (low, low), high: (high, high) };
        let mut ground = Ground::default();
        assert!(ground.is_white((5.0, 5.0)));
        ground.paint(area(0.0, 10.0), false);
        ground.paint(area(2.0, 4.0), true);
        assert_eq!([1.0, 3.0, 5.0, 11.0].map(|at| ground.is_white((at, at))), [false, true, false, true]);
        ground.picture(area(0.0, 6.0), 10.0, 10.0);
        assert!(!ground.is_scan() && !ground.is_white((3.0, 3.0)));
        ground.picture(area(-9.0, 6.0), 10.0, 10.0);
        assert!(ground.is_scan());
    }
}
