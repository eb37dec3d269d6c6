//! Deployment preferences: CloudFormation's schema, and what the provider refuses when it shifts.

use crate::draft::Found;
use crate::resolve::{Selected, Symbol};
use crate::resources::{ALIAS, Resource};
use crate::rule::{
    ALARMS_IGNORED, PREFERENCE_INCOMPLETE, PREFERENCE_MEMBER, PREFERENCE_TOO_LONG, PREFERENCE_WITHOUT_ALIAS, Rule,
};
use crate::tree::Node;
use std::collections::HashSet;
use std::ops::RangeInclusive;

const MEMBER: &str = "DeploymentPreference";
const TYPES: [&str; 3] = ["LINEAR", "ALL_AT_ONCE", "CANARY"];
const PERCENTAGES: RangeInclusive<i64> = 1..=99;
/// Minutes.
const INTERVALS: RangeInclusive<i64> = 1..=2100;
const MAX_MINUTES: i64 = 2100;
const MAX_ALARMS: usize = 100;
const MAX_ALARM_NAME: usize = 256;

/// A member as far as it is known.
enum Given<T> {
    Missing,
    Unknown,
    Known(T),
}

pub(crate) fn check<'t>(found: &mut Found<'_, 't>, resource: &Resource<'t>) {
    let Some(node) = found.view.property(resource, MEMBER).node() else { return };
    if node.intrinsic().is_some() {
        return;
    }
    if resource.kind != ALIAS && !resource.is_sam_with_alias() {
        let message = "DeploymentPreference is given without AutoPublishAlias: give the alias's name".to_owned();
        found.add(&PREFERENCE_WITHOUT_ALIAS, resource, &path(""), message, []);
    }
    let mut preference = Preference { found, resource, node, defaults: Vec::new() };
    preference.check();
}

struct Preference<'f, 'v, 't> {
    found: &'f mut Found<'v, 't>,
    resource: &'f Resource<'t>,
    node: &'t Node<'t>,
    defaults: Vec<&'t str>,
}

fn path(member: &str) -> String {
    format!("Properties/{MEMBER}/{member}")
}

impl<'t> Preference<'_, '_, 't> {
    fn check(&mut self) {
        let kind = self.kind();
        let percentage = self.integer("Percentage", &PERCENTAGES);
        let interval = self.integer("Interval", &INTERVALS);
        self.alarms(&kind);
        if let Given::Known(kind) = kind
            && kind != "ALL_AT_ONCE"
        {
            self.refusals(&kind, &percentage, &interval);
        }
    }

    fn add(&mut self, rule: &'static Rule, member: &str, message: String) {
        let defaults = self.defaults.clone();
        self.found.add(rule, self.resource, &path(member), message, defaults);
    }

    fn symbol(&mut self, member: &str) -> Option<Symbol<'t>> {
        let symbol = self.found.view.text(self.found.view.member(Some(self.node), member));
        self.defaults.extend(symbol.iter().flat_map(|symbol| symbol.defaults.iter().copied()));
        symbol
    }

    fn kind(&mut self) -> Given<String> {
        let Some(symbol) = self.symbol("Type") else {
            self.add(&PREFERENCE_MEMBER, "", "Type is missing: give LINEAR, CANARY or ALL_AT_ONCE".to_owned());
            return Given::Missing;
        };
        let Some(text) = symbol.text() else { return Given::Unknown };
        if TYPES.contains(&text) {
            return Given::Known(text.to_owned());
        }
        self.add(&PREFERENCE_MEMBER, "Type", format!("Type is `{text}`: give LINEAR, CANARY or ALL_AT_ONCE"));
        Given::Unknown
    }

    fn integer(&mut self, member: &str, range: &RangeInclusive<i64>) -> Given<i64> {
        let Some(symbol) = self.symbol(member) else { return Given::Missing };
        let Some(text) = symbol.text() else { return Given::Unknown };
        if let Some(number) = text.parse().ok().filter(|number| range.contains(number)) {
            return Given::Known(number);
        }
        let (least, most) = (range.start(), range.end());
        self.add(&PREFERENCE_MEMBER, member, format!("{member} is `{text}`: give a whole number of {least} to {most}"));
        Given::Unknown
    }

    fn alarms(&mut self, kind: &Given<String>) {
        let selected = self.found.view.member(Some(self.node), "Alarms");
        if matches!(selected, Selected::Absent) {
            return;
        }
        if matches!(kind, Given::Known(kind) if kind == "ALL_AT_ONCE") {
            let message = "Alarms are given, and ALL_AT_ONCE does not look at them: use CANARY or LINEAR".to_owned();
            self.add(&ALARMS_IGNORED, "Alarms", message);
        }
        let Some(alarms) = self.found.view.list(selected) else { return };
        if !(1..=MAX_ALARMS).contains(&alarms.len()) {
            let message = format!("Alarms has {} items: give 1 to {MAX_ALARMS}, or leave it away", alarms.len());
            self.add(&PREFERENCE_MEMBER, "Alarms", message);
        }
        let mut seen = HashSet::new();
        for (index, node) in alarms {
            let Some(symbol) = self.found.view.symbol(Some(node)) else { continue };
            let member = format!("Alarms/{index}");
            if symbol.is_known() && !seen.insert(symbol.shown()) {
                let message = format!("Alarms has `{}` twice: remove one of the two", symbol.shown());
                self.add(&PREFERENCE_MEMBER, &member, message);
            }
            if let Some(length) = symbol.text().map(|text| text.chars().count())
                && !(1..=MAX_ALARM_NAME).contains(&length)
            {
                let message = format!("Alarms has a name of {length} characters: give 1 to {MAX_ALARM_NAME}");
                self.add(&PREFERENCE_MEMBER, &member, message);
            }
        }
    }

    /// The provider's texts, from validateDeploymentPreference in its source.
    fn refusals(&mut self, kind: &str, percentage: &Given<i64>, interval: &Given<i64>) {
        use Given::{Known, Missing};
        let missing = match (interval, percentage) {
            (Missing, Missing) => {
                "an interval and percentage for traffic shifting. Configure the deployment preference with the 'interval' and 'percentage' properties"
            }
            (Missing, _) => {
                "an interval for traffic shifting. Configure the deployment preference with the 'interval' property"
            }
            (_, Missing) => {
                "a percentage for traffic shifting. Configure the deployment preference with the 'percentage' property"
            }
            (Known(interval), Known(percentage)) if kind == "LINEAR" => return self.duration(*interval, *percentage),
            _ => return,
        };
        let text = format!("Deployments of type '{kind}' require {missing} and try again.");
        self.add(&PREFERENCE_INCOMPLETE, "", refusal(&text));
    }

    fn duration(&mut self, interval: i64, percentage: i64) {
        let minutes = (100 + percentage - 1) / percentage * interval;
        if minutes > MAX_MINUTES {
            let text = format!(
                "The linear deployment configured is estimated to take {minutes} minutes, which exceeds the maximum allowable deployment time of {MAX_MINUTES} minutes. Configure the deployment preference to use a higher shift percentage or lower time interval and try again."
            );
            self.add(&PREFERENCE_TOO_LONG, "", refusal(&text));
        }
    }
}

/// The provider's text is told whole.
fn refusal(text: &str) -> String {
    format!("{MEMBER}: CloudFormation's provider refuses it: {text}")
}
