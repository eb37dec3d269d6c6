//! The labels in a chart: they are placed where they are readable and do not overlap.

// The plot.
pub const LEFT: f64 = 72.0;
pub const RIGHT: f64 = LEFT + 640.0;
pub const TOP: f64 = 84.0;
pub const BOTTOM: f64 = TOP + 200.0;

/// The position of a change of the new version's percentage.
pub struct Point {
    pub x: f64,
    pub y: f64,
    pub text: String,
    /// The label if there is enough space.
    pub long_text: String,
}

/// A label with the position of the start of its text.
pub struct Label {
    pub x: f64,
    pub y: f64,
    pub class: &'static str,
    pub text: String,
}

/// The height of a text above its position, and below it.
const ASCENT: f64 = 10.0;
const DESCENT: f64 = 3.5;
/// The distance of a label from its point.
const GAP: f64 = 5.0;
/// If some points have no space for a label, every second, fifth, ... is labelled. Up to this number of points, all
/// with space are labelled instead.
const MAX_IRREGULAR: usize = 8;

/// Returns the labels of points. `before` is the height before the first point; labels do not cross the vertical `lines`.
pub fn place_labels(before: f64, points: &[Point], lines: &[f64]) -> Vec<Label> {
    let layout = |text: fn(&Point) -> &str, stride: usize| {
        let mut layout = Layout { before, points, lines, labels: Vec::new(), areas: Vec::new() };
        let is_selected = |number: usize| number.is_multiple_of(stride) || number == points.len();
        let selected = points.iter().enumerate().filter(|(index, _)| is_selected(index.saturating_add(1)));
        // The last point has priority.
        let is_complete = selected.rev().fold(true, |placed, (_, point)| layout.place(point, text(point)) && placed);
        (is_complete, layout.labels)
    };
    if let (true, labels) = layout(|point| &point.long_text, 1) {
        return labels;
    }
    let mut layouts = [1, 2, 5, 10, 20, 25, 50].into_iter().map(|stride| layout(|point| &point.text, stride));
    let chosen = layouts.find(|(is_complete, _)| *is_complete || points.len() <= MAX_IRREGULAR);
    chosen.map(|(_, labels)| labels).unwrap_or_default()
}

#[derive(Clone, Copy)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

struct Layout<'l> {
    before: f64,
    points: &'l [Point],
    lines: &'l [f64],
    labels: Vec<Label>,
    areas: Vec<Area>,
}

impl Layout<'_> {
    /// Places a label next to its point: to the right or left of it, above or below the line. Returns whether it has
    /// space there.
    fn place(&mut self, point: &Point, text: &str) -> bool {
        let width = measure_text(text);
        let (right, left) = (point.x + GAP, point.x - GAP - width);
        let (above, below) = (point.y - GAP, point.y + GAP + ASCENT);
        let before = self.heights(LEFT, point.x).last().unwrap_or(self.before);
        // To the left of a fall, a label would belong to the earlier percentage.
        let positions = [(right, above), (right, below), (left, above), (left, below)];
        for (x, y) in positions.into_iter().filter(|(x, _)| *x > point.x || point.y <= before) {
            let area = Area { left: x, top: y - ASCENT, right: x + width, bottom: y + DESCENT };
            if let Some(class) = self.class_of(area) {
                self.labels.push(Label { x, y, class, text: text.to_owned() });
                self.areas.push(area);
                return true;
            }
        }
        false
    }

    /// Returns the class of a text in an area, or `None` if the area is not free, or not completely above or below the
    /// line.
    fn class_of(&self, area: Area) -> Option<&'static str> {
        let Area { left, top, right, bottom } = area;
        let is_inside = left >= LEFT && right <= RIGHT && top >= TOP && bottom <= BOTTOM;
        let overlaps =
            |other: &Area| left < other.right && other.left < right && top < other.bottom && other.top < bottom;
        let crosses = |line: &f64| (left - DESCENT..right + DESCENT).contains(line);
        if !is_inside || self.areas.iter().any(overlaps) || self.lines.iter().any(crosses) {
            return None;
        }
        let heights = self.heights(left, right).fold((BOTTOM, TOP), |(top, bottom), y| (y.min(top), y.max(bottom)));
        match heights {
            (highest, _) if bottom <= highest => Some("ink"),
            (_, lowest) => (top >= lowest).then_some("on-target"),
        }
    }

    /// Returns the heights between two positions.
    fn heights(&self, left: f64, right: f64) -> impl Iterator<Item = f64> {
        let starts = std::iter::once((LEFT, self.before)).chain(self.points.iter().map(|point| (point.x, point.y)));
        let ends = self.points.iter().map(|point| point.x).chain([RIGHT]);
        starts.zip(ends).filter(move |((start, _), end)| *start < right && left < *end).map(|((_, y), _)| y)
    }
}

/// Returns the width of a text of 13 pixels in a wide font. The reader's font is unknown.
pub fn measure_text(text: &str) -> f64 {
    let width = |character| match character {
        ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | 'i' | 'j' | 'l' | 'I' => 4.5,
        '-' | '(' | ')' | '[' | ']' | '/' | '!' | 'f' | 'r' | 't' => 5.5,
        '%' | '@' | '…' | 'm' | 'w' | 'M' | 'W' => 13.2,
        '#' | '&' | '+' | '<' | '=' | '>' | '^' | '~' | 'A'..='Z' => 11.0,
        ' '..='~' => 8.4,
        _ => 17.0,
    };
    text.chars().map(width).sum()
}

/// Truncates a text at its end to a width.
pub fn fit_start(text: &str, width: f64) -> String {
    if measure_text(text) <= width {
        return text.to_owned();
    }
    take_width(text.chars(), width) + "…"
}

/// Truncates a name at its start to a width, so that the number of a version remains.
pub fn fit_end(name: &str, width: f64) -> String {
    if measure_text(name) <= width {
        return name.to_owned();
    }
    let reversed = take_width(name.chars().rev(), width) + "…";
    reversed.chars().rev().collect()
}

/// Returns the first characters that fit into a width, with space for an ellipsis.
fn take_width(characters: impl Iterator<Item = char>, width: f64) -> String {
    let mut rest = width - measure_text("…");
    characters
        .take_while(|character| {
            rest -= measure_text(character.encode_utf8(&mut [0; 4]));
            rest >= 0.0
        })
        .collect()
}
