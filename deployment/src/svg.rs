//! Plans as SVG: the percentages of both versions over time.

use super::canvas::{self, Canvas, Header, label_width, truncate};
use super::plan::{Plan, PlanSource, Step};
use super::routing::{short_name, weight_of};
use super::text::format_duration;

impl Plan {
    /// Returns the plan as a self-contained SVG for light and dark pages.
    pub fn to_svg(&self) -> String {
        let mut canvas = Canvas::default();
        self.write_header(&mut canvas);
        let changes = self.steps.iter().map(|step| (self.x(step), step.target_weight));
        canvas.write_areas(weight_of(&self.before, &self.target), changes);
        canvas.write_grid();
        for step in self.labelled_steps() {
            canvas.write_time(self.x(step), &format_duration(step.offset_seconds));
            canvas.write_percentage(self.x(step), step.target_weight);
        }
        canvas.write_legend(short_name(&self.target), self.origin_name());
        canvas.text.push_str("</svg>\n");
        canvas.text
    }

    fn write_header(&self, canvas: &mut Canvas) {
        let target = short_name(&self.target);
        canvas.write_header(&Header {
            title: &format!("{} deployment of {target}", self.deployment_type),
            description: &format!("{target} gets {}.", self.describe_steps()),
            visible_title: &format!("{} deployment of {}", self.deployment_type, truncate(target)),
            subtitle: &self.subtitle(),
            legend_height: 88.0,
        });
    }

    fn subtitle(&self) -> String {
        let duration = format_duration(self.duration_seconds);
        let steps = self.steps.len();
        let plural = if steps == 1 { "" } else { "s" };
        let extension = if self.source == PlanSource::SfnAlias { ", not CloudFormation's" } else { "" };
        let alarms = match self.alarms().len() {
            0 => String::new(),
            1 => ", 1 alarm".to_owned(),
            many => format!(", {many} alarms"),
        };
        format!("{steps} step{plural} in {duration}{alarms}{extension}")
    }

    /// Returns the text alternative of the SVG.
    fn describe_steps(&self) -> String {
        let describe = |step: &Step| format!("{} % after {}", step.target_weight, format_duration(step.offset_seconds));
        self.steps.iter().map(describe).collect::<Vec<_>>().join(", ")
    }

    /// Returns the name of the previous version in the legend of an image.
    pub(super) fn origin_name(&self) -> Option<&str> {
        let name = if self.before.len() > 1 { "the previous versions" } else { short_name(&self.origin) };
        (!self.is_unchanged()).then_some(name)
    }

    /// Returns the steps to label, in order. The last step has priority, then the steps with the longest intervals.
    fn labelled_steps(&self) -> Vec<&Step> {
        let mut steps: Vec<&Step> = self.steps.iter().collect();
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

    fn x(&self, step: &Step) -> f64 {
        canvas::x(step.offset_seconds, self.duration_seconds)
    }
}

/// Returns the minimum distance of two steps in pixels, so that their labels do not overlap.
fn min_distance(one: &Step, other: &Step) -> f64 {
    let width = |step: &Step| label_width(&format_duration(step.offset_seconds));
    f64::midpoint(width(one), width(other))
}
