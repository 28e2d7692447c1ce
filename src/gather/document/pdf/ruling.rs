//! The straight lines that are drawn on a page (ISO 32000-1, 8.5): what a table is ruled with.
//!
//! A line is a stroke, or a filled shape so thin that nobody sees it as anything else.

use lopdf::content::Operation;

use super::ground::Area;
use super::page::Matrix;

/// A filled shape no wider than this is a line.
const THIN: f32 = 2.5;
/// What is shorter is a dot or a tick.
const SHORT: f32 = 4.0;
/// Lines of one page that are kept; a drawing of more is no table.
const MAX_RULINGS: usize = 20_000;

/// A line across the page, or up it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ruling {
    pub(crate) is_upright: bool,
    /// Its place: how far up a line across stands, how far right an upright one.
    pub(crate) at: f32,
    pub(crate) from: f32,
    pub(crate) to: f32,
}

/// A path while it is built, and what was drawn of those before it.
#[derive(Debug, Default)]
pub(super) struct Pen {
    path: Vec<Vec<(f32, f32)>>,
    n_points: usize,
    /// The points that its curves bend to.
    bends: Vec<(f32, f32)>,
    /// Whether a path was longer than one that is kept.
    pub(super) is_cut: bool,
    pub(super) drawn: Vec<Ruling>,
}

impl Pen {
    /// Follows one operation of a page's content; those that build no path are nothing to it.
    pub(super) fn follow(&mut self, operation: &Operation, place: &Matrix) {
        let number = |at: usize| operation.operands.get(at).and_then(|n| n.as_float().ok()).unwrap_or(0.0);
        let point = |x: f32, y: f32| (place[0] * x + place[2] * y + place[4], place[1] * x + place[3] * y + place[5]);
        match operation.operator.as_str() {
            "m" => self.path.push(vec![point(number(0), number(1))]),
            "l" => self.line(point(number(0), number(1))),
            // A curve is none of a table's lines; what follows begins at its end.
            "c" => self.curve(&[0, 2, 4].map(|at| point(number(at), number(at + 1)))),
            "v" | "y" => self.curve(&[0, 2].map(|at| point(number(at), number(at + 1)))),
            "re" => {
                let (x, y, width, height) = (number(0), number(1), number(2), number(3));
                let corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)];
                self.path.push(corners.iter().map(|(x, y)| point(*x, *y)).collect());
                self.n_points += corners.len();
            }
            "h" => self.close(),
            "S" => self.stroke(),
            "s" => {
                self.close();
                self.stroke();
            }
            "f" | "F" | "f*" => self.fill(),
            "B" | "B*" | "b" | "b*" => {
                self.close();
                self.fill();
                self.stroke();
            }
            _ => {}
        }
        if matches!(operation.operator.as_str(), "S" | "s" | "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" | "n")
            || self.n_points > MAX_RULINGS
        {
            self.is_cut |= self.n_points > MAX_RULINGS;
            self.path.clear();
            self.bends.clear();
            self.n_points = 0;
        }
    }

    /// The rectangle around the path that is built.
    pub(super) fn around(&self) -> Option<Area> {
        Area::around(self.path.iter().flatten().chain(&self.bends).copied())
    }

    /// The upright rectangles of the path that is built, if it is made of nothing else.
    pub(super) fn rectangles(&self) -> Vec<Area> {
        let is_upright =
            |pair: &[(f32, f32)]| (pair[0].0 - pair[1].0).abs() < 0.01 || (pair[0].1 - pair[1].1).abs() < 0.01;
        let is_one = |points: &&Vec<(f32, f32)>| matches!(points.len(), 4 | 5) && points.windows(2).all(is_upright);
        let paths = self.path.iter().filter(|_| self.bends.is_empty()).filter(is_one);
        paths.filter_map(|points| Area::around(points.iter().copied())).collect()
    }

    fn curve(&mut self, points: &[(f32, f32)]) {
        self.n_points += points.len();
        self.bends.extend(points);
        self.path.extend(points.last().map(|to| vec![*to]));
    }

    fn line(&mut self, to: (f32, f32)) {
        self.n_points += 1;
        if let Some(open) = self.path.last_mut() {
            open.push(to);
        }
    }

    fn close(&mut self) {
        if let Some(open) = self.path.last_mut()
            && let Some(first) = open.first().copied()
        {
            open.push(first);
        }
    }

    fn stroke(&mut self) {
        for pair in self.path.iter().flat_map(|points| points.windows(2)) {
            let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
            rule(&mut self.drawn, (x.min(to_x), y.min(to_y)), (x.max(to_x), y.max(to_y)), 0.5);
        }
    }

    fn fill(&mut self) {
        for points in self.path.iter().filter(|points| points.len() > 1) {
            let low = points.iter().fold((f32::MAX, f32::MAX), |low, point| (low.0.min(point.0), low.1.min(point.1)));
            let high =
                points.iter().fold((f32::MIN, f32::MIN), |high, point| (high.0.max(point.0), high.1.max(point.1)));
            rule(&mut self.drawn, low, high, THIN);
        }
    }
}

/// Keeps the line that fills the space between two corners, if that is thin.
fn rule(drawn: &mut Vec<Ruling>, low: (f32, f32), high: (f32, f32), thin: f32) {
    let (width, height) = (high.0 - low.0, high.1 - low.1);
    if drawn.len() >= MAX_RULINGS {
        return;
    }
    if height <= thin && width > SHORT {
        drawn.push(Ruling { is_upright: false, at: f32::midpoint(low.1, high.1), from: low.0, to: high.0 });
    } else if width <= thin && height > SHORT {
        drawn.push(Ruling { is_upright: true, at: f32::midpoint(low.0, high.0), from: low.1, to: high.1 });
    }
}

#[cfg(test)]
mod tests {
    use lopdf::content::Content;

    use super::*;

    /// What a content draws, as `=` or `|`, place, from and to.
    fn check(content: &str, expected: &[&str]) {
        let mut pen = Pen::default();
        for operation in &Content::decode(content.as_bytes()).unwrap().operations {
            pen.follow(operation, &[1.0, 0.0, 0.0, 1.0, 10.0, 0.0]);
        }
        let drawn: Vec<String> = pen
            .drawn
            .iter()
            .map(|line| format!("{} {} {}-{}", if line.is_upright { "|" } else { "=" }, line.at, line.from, line.to))
            .collect();
        assert_eq!(drawn, expected, "{content}");
    }

    #[test]
    fn lines_are_strokes_and_thin_shapes() {
        check("0 50 m 100 50 l S", &["= 50 10-110"]);
        check("0 50 m 0 80 l 0 80 l s", &["| 10 50-80", "| 10 50-80"]);
        check("0 50 100 1 re f 0 0 1 100 re f", &["= 50.5 10-110", "| 10.5 0-100"]);
        check("0 0 20 10 re S", &["= 0 10-30", "| 30 0-10", "= 10 10-30", "| 10 0-10"]);
        // A clip, a coloured cell, a slanted line, a curve, a dot.
        check("0 0 20 10 re W n 0 0 20 10 re f 0 0 m 9 9 l S 0 0 m 1 1 2 2 9 0 c S 0 0 1 1 re f", &[]);
    }
}
