//! The parts that all SVG images share.

use super::text::format_duration;
use std::fmt::Write as _;

pub const LEFT: f64 = 56.0;
pub const TOP: f64 = 76.0;
pub const WIDTH: f64 = 640.0;
pub const HEIGHT: f64 = 200.0;
pub const BOTTOM: f64 = TOP + HEIGHT;
/// The share of the width before the first update, and after the last.
const MARGIN: f64 = 0.1;

const STYLE: &str = "\
.back{fill:#fff}.ink{fill:#1f2328}.soft{fill:#59636e}.grid{stroke:#d1d9e0}.origin{fill:#c8d1da}.target{fill:#1a7f64}\
.event{stroke:#1f2328;stroke-width:2;stroke-dasharray:5 4}\
text{font:13px system-ui,sans-serif}.title{font-size:16px;font-weight:600}\
@media(prefers-color-scheme:dark){.back{fill:#0d1117}.ink{fill:#f0f6fc}.soft{fill:#9198a1}.grid{stroke:#3d444d}\
.origin{fill:#3d444d}.target{fill:#3fb98f}.event{stroke:#f0f6fc}}";

/// The texts at the top of an image.
pub struct Header<'h> {
    /// What the image shows. In the visible title, the name is truncated.
    pub kind: &'h str,
    pub name: &'h str,
    /// The text alternative.
    pub description: &'h str,
    pub subtitle: &'h str,
    /// The height below the chart.
    pub legend_height: f64,
}

/// The text of an SVG image, with a chart of percentages over time.
#[derive(Default)]
pub struct Canvas {
    pub text: String,
}

impl Canvas {
    pub fn write_line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.text.write_fmt(line);
        self.text.push('\n');
    }

    /// Writes the header. Its texts are escaped.
    pub fn write_header(&mut self, header: &Header<'_>) {
        let (width, height) = (LEFT + WIDTH + 24.0, BOTTOM + header.legend_height);
        let title = |name: &str| escape_xml(&format!("{} of {name}", header.kind));
        let (title, visible_title) = (title(header.name), title(&truncate(header.name)));
        let [description, subtitle] = [header.description, header.subtitle].map(escape_xml);
        self.write_line(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="title desc">"#
        ));
        self.write_line(format_args!(r#"<title id="title">{title}</title>"#));
        self.write_line(format_args!(r#"<desc id="desc">{description}</desc>"#));
        self.write_line(format_args!("<style>{STYLE}</style>"));
        self.write_line(format_args!(r#"<rect class="back" width="{width}" height="{height}"/>"#));
        self.write_line(format_args!(r#"<text class="ink title" x="{LEFT}" y="30">{visible_title}</text>"#));
        self.write_line(format_args!(r#"<text class="soft" x="{LEFT}" y="52">{subtitle}</text>"#));
    }

    /// Writes the percentage of the new version as an area at the bottom, and the rest above it. `changes` are the
    /// positions and percentages after `before`.
    pub fn write_areas(&mut self, before: u8, changes: impl Iterator<Item = (f64, u8)>) {
        self.write_line(format_args!(
            r#"<rect class="origin" x="{LEFT}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}"/>"#
        ));
        let mut path = format!("M{LEFT} {BOTTOM}V{:.1}", y(before));
        for (x, percentage) in changes {
            let _ = write!(path, "H{x:.1}V{:.1}", y(percentage));
        }
        self.write_line(format_args!(r#"<path class="target" d="{path}H{}V{BOTTOM}Z"/>"#, LEFT + WIDTH));
    }

    pub fn write_grid(&mut self) {
        for percentage in [0, 25, 50, 75, 100] {
            let (height, right) = (y(percentage), LEFT + WIDTH);
            self.write_line(format_args!(
                r#"<path class="grid" d="M{LEFT} {height:.1}H{right}"/><text class="soft" x="{}" y="{:.1}" text-anchor="end">{percentage} %</text>"#,
                LEFT - 8.0,
                height + 4.0
            ));
        }
    }

    /// Writes a time below the chart.
    pub fn write_time(&mut self, x: f64, time: &str) {
        let text = BOTTOM + 22.0;
        self.write_line(format_args!(
            r#"<path class="grid" d="M{x:.1} {BOTTOM}v6"/><text class="soft" x="{x:.1}" y="{text}" text-anchor="middle">{time}</text>"#
        ));
    }

    /// Writes the percentage above a change. The last step, 100 %, needs no label.
    pub fn write_percentage(&mut self, x: f64, percentage: u8) {
        let (x, y) = (x + 4.0, y(percentage) - 6.0);
        if percentage < 100 {
            self.write_line(format_args!(r#"<text class="ink" x="{x:.1}" y="{y:.1}">{percentage} %</text>"#));
        }
    }

    /// Writes the names of both versions. A deployment that changes nothing has no previous version.
    pub fn write_legend(&mut self, target: &str, origin: Option<&str>) {
        self.write_legend_entry(LEFT, "target", &format!("{target} (new)"));
        if let Some(origin) = origin {
            self.write_legend_entry(LEFT + WIDTH / 2.0, "origin", origin);
        }
    }

    fn write_legend_entry(&mut self, x: f64, class: &str, name: &str) {
        let y = BOTTOM + 58.0;
        let (name, box_top, text) = (escape_xml(&truncate(name)), y - 11.0, x + 20.0);
        self.write_line(format_args!(
            r#"<rect class="{class}" x="{x}" y="{box_top}" width="12" height="12"/><text class="ink" x="{text}" y="{y}">{name}</text>"#
        ));
    }
}

/// Returns the position of a time.
pub fn x(seconds: u64, duration_seconds: u64) -> f64 {
    let inner = WIDTH * (1.0 - 2.0 * MARGIN);
    let fraction = match duration_seconds {
        // The only update is in the middle.
        0 => 0.5,
        duration => seconds as f64 / duration as f64,
    };
    LEFT + WIDTH * MARGIN + inner * fraction
}

pub fn y(percentage: u8) -> f64 {
    TOP + HEIGHT * (1.0 - f64::from(percentage) / 100.0)
}

/// Returns the items whose times, written below the chart, do not overlap with the time of an earlier item.
pub fn select_labels<T: Copy>(items: impl Iterator<Item = T>, seconds: fn(T) -> u64, duration_seconds: u64) -> Vec<T> {
    // The width in pixels, with padding.
    let width = |item| format_duration(seconds(item)).len() as f64 * 8.0 + 12.0;
    let x = |item| x(seconds(item), duration_seconds);
    let mut selected: Vec<T> = Vec::new();
    for item in items {
        if selected.iter().all(|other| (x(*other) - x(item)).abs() >= f64::midpoint(width(item), width(*other))) {
            selected.push(item);
        }
    }
    selected
}

/// Truncates a name at its start. Names of state machines have up to 80 characters; 34 fit.
fn truncate(name: &str) -> String {
    const MAX_CHARS: usize = 34;
    let length = name.chars().count();
    if length <= MAX_CHARS {
        return name.to_owned();
    }
    let end: String = name.chars().skip(length.saturating_sub(MAX_CHARS.saturating_sub(1))).collect();
    format!("…{end}")
}

pub fn escape_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
