//! Plans and simulations as SVG: the percentages of the versions over time, and the events.

use super::chart::{Chart, Shares};
use super::plan::{Plan, PlanSource, Step};
use super::routing::{short_name, weight_of};
use super::simulate::{Simulation, SimulationEntry, VersionStarts};
use super::text::format_duration;
use sfn_alias::wire::output::RoutingConfigurationOutput as Route;

impl Plan {
    /// Returns the plan as a self-contained SVG for light and dark pages.
    pub fn to_svg(&self) -> String {
        let target = short_name(&self.target);
        let changes = self.steps.iter().map(|step| (step.offset_seconds, step.routing.as_slice())).collect();
        let describe = |step: &Step| format!("{} % after {}", step.target_weight, format_duration(step.offset_seconds));
        let steps = self.steps.iter().map(describe).collect::<Vec<_>>().join(", ");
        let chart = Chart {
            kind: format!("{} deployment", self.deployment_type),
            description: format!("{target} gets {steps}."),
            subtitle: self.subtitle(),
            time_title: "time after the first update",
            duration_seconds: self.duration_seconds,
            notes: self.notes.iter().map(|note| note.message.clone()).collect(),
            ..self.chart(changes)
        };
        chart.render()
    }

    fn subtitle(&self) -> String {
        let steps = match self.steps.len() {
            0 | 1 => "1 update".to_owned(),
            steps => format!("{steps} steps in {}", format_duration(self.duration_seconds)),
        };
        let extension = if self.source == PlanSource::SfnAlias { ", not CloudFormation's" } else { "" };
        let alarms = match self.alarms().len() {
            0 => ", no alarms".to_owned(),
            1 => ", 1 alarm".to_owned(),
            many => format!(", {many} alarms"),
        };
        format!("{steps}{alarms}{extension}")
    }

    /// Returns a chart of these routings, each with its time. Its texts and its duration are not set.
    fn chart(&self, changes: Vec<(u64, &[Route])>) -> Chart {
        let shares = |routes: &[Route]| {
            let target = weight_of(routes, &self.target);
            let origin = if self.origin == self.target { 0 } else { weight_of(routes, &self.origin) };
            Shares { target, origin }
        };
        let routes = self.before.iter().chain(changes.iter().flat_map(|(_, routes)| *routes));
        let mut others: Vec<&str> = routes.map(|route| route.state_machine_version_arn.as_str()).collect();
        others.retain(|version| *version != self.target && *version != self.origin);
        others.sort_unstable();
        others.dedup();
        let others = match others.as_slice() {
            [] => None,
            [version] => Some(short_name(version).to_owned()),
            _ => Some("other versions".to_owned()),
        };
        Chart {
            target: short_name(&self.target).to_owned(),
            origin: (self.origin != self.target).then(|| short_name(&self.origin).to_owned()),
            others,
            before: shares(&self.before),
            changes: changes.iter().map(|(at, routes)| (*at, shares(routes))).collect(),
            ..Chart::default()
        }
    }
}

impl Simulation {
    /// Returns the simulation of this plan as a self-contained SVG for light and dark pages.
    pub fn to_svg(&self, plan: &Plan) -> String {
        let target = short_name(&plan.target);
        let outcome = format!("{} after {}", self.outcome.describe(), format_duration(self.ended_at_seconds));
        let events: Vec<(u64, String)> = self
            .entries
            .iter()
            .filter_map(|entry| match entry {
                SimulationEntry::Event { at_seconds, event } => {
                    Some((*at_seconds, format!("after {}: {event}", format_duration(*at_seconds))))
                }
                _ => None,
            })
            .collect();
        let details: Vec<String> = self.starts.iter().map(VersionStarts::describe).collect();
        let listed: String =
            events.iter().map(|(_, event)| event).chain(&details).map(|text| format!("; {text}")).collect();
        let chart = Chart {
            kind: format!("Simulated {} deployment", plan.deployment_type),
            description: format!("{target}: {outcome}{listed}."),
            subtitle: outcome,
            time_title: "time after the start",
            duration_seconds: self.ended_at_seconds,
            events,
            details,
            // The simulation has its own duration.
            notes: plan
                .notes
                .iter()
                .filter(|note| note.code != "linear-estimate")
                .map(|note| note.message.clone())
                .collect(),
            ..plan.chart(self.routings.iter().map(|(at, routes)| (*at, routes.as_slice())).collect())
        };
        chart.render()
    }
}
