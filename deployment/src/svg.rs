//! Plans as SVG: the percentages of both versions over time.

use super::plan::{Plan, PlanSource, Step};
use super::routing::{short_name, weight_of};
use super::text::format_duration;
use std::fmt::Write as _;

const LEFT: f64 = 56.0;
const TOP: f64 = 76.0;
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 200.0;
/// The share of the width before the first update, and after the last.
const MARGIN: f64 = 0.1;

const STYLE: &str = "\
.back{fill:#fff}.ink{fill:#1f2328}.soft{fill:#59636e}.grid{stroke:#d1d9e0}.origin{fill:#c8d1da}.target{fill:#1a7f64}\
text{font:13px system-ui,sans-serif}.title{font-size:16px;font-weight:600}\
@media(prefers-color-scheme:dark){.back{fill:#0d1117}.ink{fill:#f0f6fc}.soft{fill:#9198a1}.grid{stroke:#3d444d}\
.origin{fill:#3d444d}.target{fill:#3fb98f}}";

impl Plan {
    /// Returns the plan as a self-contained SVG for light and dark pages.
    pub fn to_svg(&self) -> String {
        let mut svg = Svg { plan: self, text: String::new() };
        svg.write_header();
        svg.write_areas();
        svg.write_grid();
        svg.write_times();
        svg.write_legend();
        svg.text.push_str("</svg>\n");
        svg.text
    }

    /// Returns the text alternative of the SVG.
    fn describe_steps(&self) -> String {
        let describe = |step: &Step| format!("{} % after {}", step.target_weight, format_duration(step.offset_seconds));
        self.steps.iter().map(describe).collect::<Vec<_>>().join(", ")
    }
}

struct Svg<'p> {
    plan: &'p Plan,
    text: String,
}

impl<'p> Svg<'p> {
    fn write_line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.text.write_fmt(line);
        self.text.push('\n');
    }

    fn write_header(&mut self) {
        let plan = self.plan;
        let (width, height) = (LEFT + WIDTH + 24.0, TOP + HEIGHT + 88.0);
        let target = escape_xml(short_name(&plan.target));
        let title = format!("{} deployment of {target}", plan.deployment_type);
        let visible_title =
            format!("{} deployment of {}", plan.deployment_type, escape_xml(&truncate(short_name(&plan.target))));
        self.write_line(format_args!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="title desc">"#
        ));
        self.write_line(format_args!(r#"<title id="title">{title}</title>"#));
        self.write_line(format_args!(r#"<desc id="desc">{target} gets {}.</desc>"#, plan.describe_steps()));
        self.write_line(format_args!("<style>{STYLE}</style>"));
        self.write_line(format_args!(r#"<rect class="back" width="{width}" height="{height}"/>"#));
        self.write_line(format_args!(r#"<text class="ink title" x="{LEFT}" y="30">{visible_title}</text>"#));
        let duration = format_duration(plan.duration_seconds);
        let steps = plan.steps.len();
        let plural = if steps == 1 { "" } else { "s" };
        let extension = if plan.source == PlanSource::SfnAlias { ", not CloudFormation's" } else { "" };
        let alarms = match plan.alarms().len() {
            0 => String::new(),
            1 => ", 1 alarm".to_owned(),
            many => format!(", {many} alarms"),
        };
        self.write_line(format_args!(
            r#"<text class="soft" x="{LEFT}" y="52">{steps} step{plural} in {duration}{alarms}{extension}</text>"#
        ));
    }

    /// Writes the percentage of the new version as an area at the bottom, and the rest above it.
    fn write_areas(&mut self) {
        let bottom = TOP + HEIGHT;
        self.write_line(format_args!(
            r#"<rect class="origin" x="{LEFT}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}"/>"#
        ));
        let mut path = format!("M{LEFT} {bottom}V{:.1}", y(weight_of(&self.plan.before, &self.plan.target)));
        for step in &self.plan.steps {
            let _ = write!(path, "H{:.1}V{:.1}", self.x(step), y(step.target_weight));
        }
        self.write_line(format_args!(r#"<path class="target" d="{path}H{}V{bottom}Z"/>"#, LEFT + WIDTH));
    }

    fn write_grid(&mut self) {
        for percentage in [0, 25, 50, 75, 100] {
            let (height, right) = (y(percentage), LEFT + WIDTH);
            self.write_line(format_args!(
                r#"<path class="grid" d="M{LEFT} {height:.1}H{right}"/><text class="soft" x="{}" y="{:.1}" text-anchor="end">{percentage} %</text>"#,
                LEFT - 8.0,
                height + 4.0
            ));
        }
    }

    /// Writes time and percentage of the steps whose labels do not overlap.
    fn write_times(&mut self) {
        for step in self.labelled_steps() {
            let (x, tick, text, after) =
                (self.x(step), TOP + HEIGHT, TOP + HEIGHT + 22.0, format_duration(step.offset_seconds));
            self.write_line(format_args!(
                r#"<path class="grid" d="M{x:.1} {tick}v6"/><text class="soft" x="{x:.1}" y="{text}" text-anchor="middle">{after}</text>"#
            ));
            self.write_percentage(step);
        }
    }

    /// Returns the steps to label, in order. The last step has priority, then the steps with the longest intervals.
    fn labelled_steps(&self) -> Vec<&'p Step> {
        let plan = self.plan;
        let mut steps: Vec<&Step> = plan.steps.iter().collect();
        steps.sort_by_key(|step| (step.wait_seconds() > 0, std::cmp::Reverse(step.wait_seconds())));
        let mut labelled: Vec<&Step> = Vec::new();
        for step in steps {
            let fits = |other: &&Step| (self.x(other) - self.x(step)).abs() >= min_distance(other, step);
            if labelled.iter().all(fits) {
                labelled.push(step);
            }
        }
        labelled.sort_by_key(|step| step.offset_seconds);
        labelled
    }

    /// Writes the percentage above the step. The last step, 100 %, needs no label.
    fn write_percentage(&mut self, step: &Step) {
        let (x, y, percentage) = (self.x(step) + 4.0, y(step.target_weight) - 6.0, step.target_weight);
        if percentage < 100 {
            self.write_line(format_args!(r#"<text class="ink" x="{x:.1}" y="{y:.1}">{percentage} %</text>"#));
        }
    }

    fn write_legend(&mut self) {
        let plan = self.plan;
        let line = TOP + HEIGHT + 58.0;
        let target = short_name(&plan.target);
        self.write_legend_entry(LEFT, line, "target", &format!("{target} (new)"));
        if !plan.is_unchanged() {
            let origin = if plan.before.len() > 1 { "the previous versions" } else { short_name(&plan.origin) };
            self.write_legend_entry(LEFT + WIDTH / 2.0, line, "origin", origin);
        }
    }

    fn write_legend_entry(&mut self, x: f64, y: f64, class: &str, name: &str) {
        let (name, box_top, text) = (escape_xml(&truncate(name)), y - 11.0, x + 20.0);
        self.write_line(format_args!(
            r#"<rect class="{class}" x="{x}" y="{box_top}" width="12" height="12"/><text class="ink" x="{text}" y="{y}">{name}</text>"#
        ));
    }

    fn x(&self, step: &Step) -> f64 {
        let inner = WIDTH * (1.0 - 2.0 * MARGIN);
        let fraction = match self.plan.duration_seconds {
            // The only update is in the middle.
            0 => 0.5,
            duration => step.offset_seconds as f64 / duration as f64,
        };
        LEFT + WIDTH * MARGIN + inner * fraction
    }
}

/// Returns the minimum distance of two steps in pixels, so that their labels do not overlap.
fn min_distance(one: &Step, other: &Step) -> f64 {
    f64::midpoint(label_width(one), label_width(other))
}

/// Returns the width of a time label in pixels, with padding.
fn label_width(step: &Step) -> f64 {
    format_duration(step.offset_seconds).len() as f64 * 8.0 + 12.0
}

fn y(percentage: u8) -> f64 {
    TOP + HEIGHT * (1.0 - f64::from(percentage) / 100.0)
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

fn escape_xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
