//! A chart of the percentages of the versions over time, as SVG for light and dark pages.

use super::labels::{BOTTOM, LEFT, Label, Point, RIGHT, TOP, fit_end, fit_start, measure_text, place_labels};
use super::text::format_duration;
use std::fmt::Write as _;

const WIDTH: f64 = 736.0;
/// The width before the first update, and after the last.
const MARGIN: f64 = 64.0;
const LINE_HEIGHT: f64 = 22.0;
const LEGEND_TOP: f64 = BOTTOM + 74.0;
/// The title is larger than other texts, and bold.
const TITLE_SCALE: f64 = 1.5;
/// Events without a line in the chart are only counted.
const MAX_EVENTS: usize = 6;

const STYLE: &str = "\
.back{fill:#fff}.ink{fill:#1f2328}.soft{fill:#59636e}.grid{stroke:#8c959f;stroke-opacity:.4}\
.origin{fill:#d1d9e0}.target{fill:#1a7f64}.other{fill:#e8cf96}.on-target{fill:#fff}\
.event{stroke:#1f2328;stroke-width:2;stroke-dasharray:5 4}\
text{font-family:system-ui,sans-serif;font-size:13px}.title{font-size:16px;font-weight:600}\
@media(prefers-color-scheme:dark){.back{fill:#0d1117}.ink{fill:#f0f6fc}.soft{fill:#9198a1}.grid{stroke:#9198a1}\
.origin{fill:#3d444d}.target{fill:#3fb98f}.other{fill:#6e5a2e}.on-target{fill:#0d1117}.event{stroke:#f0f6fc}}";

/// The percentages of executions. The rest goes to other versions.
#[derive(Clone, Copy, Default)]
pub struct Shares {
    pub target: u8,
    pub origin: u8,
}

/// The content of a chart. All texts are escaped, and truncated to their space.
#[derive(Default)]
pub struct Chart {
    /// What the image shows, before the name of the version.
    pub kind: String,
    pub target: String,
    /// The text alternative.
    pub description: String,
    pub subtitle: String,
    pub time_title: &'static str,
    pub duration_seconds: u64,
    pub before: Shares,
    pub changes: Vec<(u64, Shares)>,
    /// The names of the previous version and of the other versions, if they have executions.
    pub origin: Option<String>,
    pub others: Option<String>,
    pub events: Vec<(u64, String)>,
    /// Lines between the events and the notes.
    pub details: Vec<String>,
    pub notes: Vec<String>,
}

impl Chart {
    pub fn render(&self) -> String {
        let lines = self.lines();
        let mut svg = Svg(String::new());
        self.write_header(&mut svg, LEGEND_TOP + LINE_HEIGHT * lines.len() as f64 + 16.0);
        self.write_areas(&mut svg);
        write_percentage_axis(&mut svg);
        self.write_time_axis(&mut svg);
        self.write_labels(&mut svg);
        self.write_events(&mut svg);
        self.write_legend(&mut svg);
        for (line, number) in lines.iter().zip(1_u32..) {
            svg.text("ink", LEFT, LEGEND_TOP + LINE_HEIGHT * f64::from(number), "start", line);
        }
        svg.0 + "</svg>\n"
    }

    /// Returns the lines below the legend.
    fn lines(&self) -> Vec<String> {
        let listed = self.events.iter().zip(1_u32..).take(MAX_EVENTS);
        let more = self.events.len().checked_sub(MAX_EVENTS).filter(|more| *more > 0);
        let events = listed.map(|((_, event), number)| format!("{number}: {event}"));
        let more = more.map(|more| format!("{more} more event{}", if more == 1 { "" } else { "s" }));
        let notes = self.notes.iter().map(|note| format!("note: {note}"));
        events
            .chain(more)
            .chain(self.details.iter().cloned())
            .chain(notes)
            .map(|line| fit_start(&line, RIGHT - LEFT))
            .collect()
    }

    fn write_header(&self, svg: &mut Svg, height: f64) {
        svg.line(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-labelledby="title desc">"#
        ));
        let prefix = format!("{} of ", self.kind);
        let title = escape_xml(&format!("{prefix}{}", self.target));
        svg.line(format_args!(r#"<title id="title">{title}</title>"#));
        svg.line(format_args!(r#"<desc id="desc">{}</desc>"#, escape_xml(&self.description)));
        svg.line(format_args!("<style>{STYLE}</style>"));
        svg.line(format_args!(r#"<rect class="back" width="{WIDTH}" height="{height}"/>"#));
        let name = fit_end(&self.target, (RIGHT - LEFT) / TITLE_SCALE - measure_text(&prefix));
        svg.text("ink title", LEFT, 30.0, "start", &format!("{prefix}{name}"));
        svg.text("soft", LEFT, 52.0, "start", &fit_start(&self.subtitle, RIGHT - LEFT));
    }

    /// Draws the new version at the bottom, the previous one above it, and the others at the top.
    fn write_areas(&self, svg: &mut Svg) {
        let (width, height) = (RIGHT - LEFT, BOTTOM - TOP);
        svg.line(format_args!(r#"<rect class="other" x="{LEFT}" y="{TOP}" width="{width}" height="{height}"/>"#));
        self.write_area(svg, "origin", |shares| shares.target.saturating_add(shares.origin));
        self.write_area(svg, "target", |shares| shares.target);
    }

    fn write_area(&self, svg: &mut Svg, class: &str, percentage: fn(Shares) -> u8) {
        let mut path = format!("M{LEFT} {BOTTOM}V{:.1}", y(percentage(self.before)));
        for (at, shares) in &self.changes {
            // Writing to a string does not fail.
            let _ = write!(path, "H{:.1}V{:.1}", self.x(*at), y(percentage(*shares)));
        }
        svg.line(format_args!(r#"<path class="{class}" d="{path}H{RIGHT}V{BOTTOM}Z"/>"#));
    }

    /// Writes marks at regular times. They are far enough apart for their labels.
    fn write_time_axis(&self, svg: &mut Svg) {
        let interval = tick_interval(self.duration_seconds);
        for at in (0..=self.duration_seconds).step_by(usize::try_from(interval).unwrap_or(usize::MAX)) {
            let x = self.x(at);
            svg.line(format_args!(r#"<path class="grid" d="M{x:.1} {BOTTOM}v6"/>"#));
            svg.text("soft", x, BOTTOM + 22.0, "middle", &format_duration(at));
        }
        svg.text("soft", f64::midpoint(LEFT, RIGHT), BOTTOM + 44.0, "middle", self.time_title);
    }

    fn write_labels(&self, svg: &mut Svg) {
        let points = self.changes.iter().map(|(at, shares)| {
            let text = format!("{} %", shares.target);
            Point {
                x: self.x(*at),
                y: y(shares.target),
                long_text: format!("{text} at {}", format_duration(*at)),
                text,
            }
        });
        let lines: Vec<f64> = self.events.iter().take(MAX_EVENTS).map(|(at, _)| self.x(*at)).collect();
        for Label { x, y, class, text } in place_labels(y(self.before.target), &points.collect::<Vec<_>>(), &lines) {
            svg.text(class, x, y, "start", &text);
        }
    }

    /// Writes a line per event, with the numbers of the events above it. Numbers without space between them share a label.
    fn write_events(&self, svg: &mut Svg) {
        let mut groups: Vec<(f64, u32, u32)> = Vec::new();
        for ((at, _), number) in self.events.iter().zip(1_u32..).take(MAX_EVENTS) {
            let x = self.x(*at);
            svg.line(format_args!(r#"<path class="event" d="M{x:.1} {TOP}V{BOTTOM}"/>"#));
            match groups.last_mut() {
                Some((left, _, last)) if x < *left + 36.0 => *last = number,
                _ => groups.push((x - 4.0, number, number)),
            }
        }
        for (left, first, last) in groups {
            let text = if first == last { first.to_string() } else { format!("{first}–{last}") };
            svg.text("ink", left, TOP - 6.0, "start", &text);
        }
    }

    fn write_legend(&self, svg: &mut Svg) {
        let target = Some(format!("{} (new)", self.target));
        let entries = [("target", &target), ("origin", &self.origin), ("other", &self.others)];
        let entries: Vec<(&str, &String)> =
            entries.iter().filter_map(|(class, name)| Some((*class, name.as_ref()?))).collect();
        let width = (RIGHT - LEFT) / (entries.len().max(2) as f64);
        for ((class, name), index) in entries.into_iter().zip(0_u32..) {
            let (x, top) = (LEFT + width * f64::from(index), LEGEND_TOP - 11.0);
            svg.line(format_args!(r#"<rect class="{class}" x="{x:.1}" y="{top}" width="12" height="12"/>"#));
            svg.text("ink", x + 20.0, LEGEND_TOP, "start", &fit_end(name, width - 32.0));
        }
    }

    fn x(&self, seconds: u64) -> f64 {
        let fraction = match self.duration_seconds {
            // The only update is in the middle.
            0 => 0.5,
            duration => seconds as f64 / duration as f64,
        };
        LEFT + MARGIN + (RIGHT - LEFT - 2.0 * MARGIN) * fraction
    }
}

fn write_percentage_axis(svg: &mut Svg) {
    for percentage in [0, 25, 50, 75, 100] {
        let y = y(percentage);
        svg.line(format_args!(r#"<path class="grid" d="M{LEFT} {y:.1}H{RIGHT}"/>"#));
        svg.text("soft", LEFT - 8.0, y + 4.0, "end", &format!("{percentage} %"));
    }
    let (x, y) = (18.0, f64::midpoint(TOP, BOTTOM));
    svg.line(format_args!(
        r#"<text class="soft" x="{x}" y="{y}" text-anchor="middle" transform="rotate(-90 {x} {y})">share of executions</text>"#
    ));
}

fn y(percentage: u8) -> f64 {
    TOP + (BOTTOM - TOP) * (1.0 - f64::from(percentage) / 100.0)
}

/// Returns the smallest usual interval, in seconds, with up to six intervals in the duration.
fn tick_interval(duration_seconds: u64) -> u64 {
    const DAY: u64 = 86_400;
    let usual = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200];
    let tens = std::iter::successors(Some(DAY), |days| days.checked_mul(10));
    let days = tens.flat_map(|days| [1, 2, 5].map(|factor| days.saturating_mul(factor)));
    usual.into_iter().chain(days).find(|interval| interval.saturating_mul(7) > duration_seconds).unwrap_or(u64::MAX)
}

/// The text of an SVG image.
struct Svg(String);

impl Svg {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = writeln!(self.0, "{line}");
    }

    fn text(&mut self, class: &str, x: f64, y: f64, anchor: &str, text: &str) {
        let text = escape_xml(text);
        self.line(format_args!(r#"<text class="{class}" x="{x:.1}" y="{y:.1}" text-anchor="{anchor}">{text}</text>"#));
    }
}

/// Escapes a text. XML has no control characters, so they are replaced.
fn escape_xml(text: &str) -> String {
    let text = text.replace(char::is_control, "\u{fffd}");
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
