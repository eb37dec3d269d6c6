//! Plans and simulations as SVG: the percentages of both versions over time, and the events.

use super::canvas::{self, BOTTOM, Canvas, Header, LEFT, TOP, escape_xml};
use super::plan::{Plan, PlanSource, Step};
use super::routing::{short_name, weight_of};
use super::simulate::{Simulation, SimulationEntry, SimulationEvent};
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
            kind: &format!("{} deployment", self.deployment_type),
            name: target,
            description: &format!("{target} gets {}.", self.describe_steps()),
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
        let mut labelled = canvas::select_labels(steps.into_iter(), |step| step.offset_seconds, self.duration_seconds);
        labelled.sort_by_key(|step| step.offset_seconds);
        labelled
    }

    fn x(&self, step: &Step) -> f64 {
        canvas::x(step.offset_seconds, self.duration_seconds)
    }
}

/// The number of events that the legend lists.
const MAX_LISTED_EVENTS: usize = 6;
/// The legend line after these events, which has the number of the others.
const LAST_LINE: u32 = 7;
const LINE_HEIGHT: f64 = 22.0;

/// A time and an event.
type TimedEvent<'s> = (u64, &'s SimulationEvent);

impl Simulation {
    /// Returns the simulation of this plan as a self-contained SVG for light and dark pages.
    pub fn to_svg(&self, plan: &Plan) -> String {
        let (changes, events) = (self.changes(plan), self.events());
        let mut canvas = Canvas::default();
        self.write_header(&mut canvas, plan, &events);
        let positions = changes.iter().map(|(at, weight)| (self.x(*at), *weight));
        canvas.write_areas(weight_of(&plan.before, &plan.target), positions);
        canvas.write_grid();
        self.write_times(&mut canvas, &changes, &events);
        canvas.write_legend(short_name(&plan.target), plan.origin_name());
        self.write_events(&mut canvas, &events);
        canvas.text.push_str("</svg>\n");
        canvas.text
    }

    fn write_header(&self, canvas: &mut Canvas, plan: &Plan, events: &[TimedEvent<'_>]) {
        let target = short_name(&plan.target);
        let outcome = format!("{} after {}", self.outcome.describe(), format_duration(self.ended_at_seconds));
        let listed = events.iter().map(|event| format!("; {}", format_event(event))).collect::<String>();
        canvas.write_header(&Header {
            kind: &format!("Simulated {} deployment", plan.deployment_type),
            name: target,
            description: &format!("{target}: {outcome}{listed}."),
            subtitle: &outcome,
            legend_height: 88.0 + LINE_HEIGHT * events.len().min(MAX_LISTED_EVENTS + 1) as f64,
        });
    }

    /// Returns the percentages of the new version and when they were set.
    fn changes(&self, plan: &Plan) -> Vec<(u64, u8)> {
        self.routings.iter().map(|(at, routes)| (*at, weight_of(routes, &plan.target))).collect()
    }

    fn events(&self) -> Vec<TimedEvent<'_>> {
        let events = self.entries.iter().filter_map(|entry| match entry {
            SimulationEntry::Event { at_seconds, event } => Some((*at_seconds, event)),
            _ => None,
        });
        events.collect()
    }

    /// Writes the times that do not overlap: first the end, then the changes, then the events.
    fn write_times(&self, canvas: &mut Canvas, changes: &[(u64, u8)], events: &[TimedEvent<'_>]) {
        let changed = changes.iter().map(|(at, _)| *at);
        let times = std::iter::once(self.ended_at_seconds).chain(changed).chain(events.iter().map(|(at, _)| *at));
        for at in canvas::select_labels(times, |at| at, self.ended_at_seconds) {
            canvas.write_time(self.x(at), &format_duration(at));
        }
        for (at, percentage) in changes.iter().filter(|(at, _)| *at < self.ended_at_seconds) {
            canvas.write_percentage(self.x(*at), *percentage);
        }
    }

    /// Writes a numbered line per event in the chart, and the events below it.
    fn write_events(&self, canvas: &mut Canvas, events: &[TimedEvent<'_>]) {
        let label_y = TOP - 6.0;
        for (event, number) in events.iter().zip(1_u32..).take(MAX_LISTED_EVENTS) {
            let x = self.x(event.0);
            canvas.write_line(format_args!(
                r#"<path class="event" d="M{x:.1} {TOP}V{BOTTOM}"/><text class="ink" x="{x:.1}" y="{label_y}" text-anchor="middle">{number}</text>"#
            ));
            write_legend_line(canvas, number, &format!("{number}: {}", format_event(event)));
        }
        if let Some(more) = events.len().checked_sub(MAX_LISTED_EVENTS).filter(|more| *more > 0) {
            write_legend_line(canvas, LAST_LINE, &format!("{more} more events"));
        }
    }

    fn x(&self, seconds: u64) -> f64 {
        canvas::x(seconds, self.ended_at_seconds)
    }
}

fn write_legend_line(canvas: &mut Canvas, number: u32, text: &str) {
    let y = BOTTOM + 58.0 + LINE_HEIGHT * f64::from(number);
    canvas.write_line(format_args!(r#"<text class="ink" x="{LEFT}" y="{y}">{}</text>"#, escape_xml(&shorten(text))));
}

fn format_event((at_seconds, event): &TimedEvent<'_>) -> String {
    format!("after {}: {event}", format_duration(*at_seconds))
}

/// Truncates a text at its end, so that it fits into the width of the image.
fn shorten(text: &str) -> String {
    const MAX_CHARS: usize = 90;
    match text.char_indices().nth(MAX_CHARS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
    }
}
