//! A deployment preference with unknown values.

use crate::resolve::{Selected, SymbolicText};
use crate::resources::View;
use crate::tree::Node;
use sfn_alias_deployment::{DeploymentPreference, DeploymentType, PreferenceProblem};

/// A valid number instead of an unknown one.
const SOME_NUMBER: i64 = 1;

/// The known part of a preference.
pub(super) struct PartialPreference<'v, 't> {
    view: View<'v, 't>,
    node: &'t Node<'t>,
    preference: DeploymentPreference,
    /// Members whose values are unknown or invalid.
    unknown: Vec<&'static str>,
    invalid: Vec<PreferenceProblem>,
    /// The index of each alarm in the template, and whether its name is partial.
    alarms: Vec<(usize, bool)>,
    /// Members, and the parameters whose defaults they depend on.
    defaults: Vec<(&'static str, &'t str)>,
}

impl<'v, 't> PartialPreference<'v, 't> {
    /// Reads a preference. In SAM it has no version, because SAM sets it.
    pub fn read(view: View<'v, 't>, node: &'t Node<'t>, needs_version: bool) -> Self {
        let preference = DeploymentPreference::default();
        let (unknown, invalid, alarms, defaults) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut partial = Self { view, node, preference, unknown, invalid, alarms, defaults };
        let version = !needs_version || !matches!(partial.member("StateMachineVersionArn"), Selected::Absent);
        partial.preference = DeploymentPreference {
            // The version is checked as a route.
            state_machine_version_arn: version.then(|| "given".to_owned()),
            deployment_type: partial.read_type(),
            percentage: partial.number("Percentage", |value| PreferenceProblem::percentage_range(value, None)),
            interval: partial.number("Interval", |value| PreferenceProblem::interval_range(value, None)),
            alarms: partial.read_alarms(),
            // CloudFormation has no `Steps`.
            steps: partial.member("Steps").node().map(|_| Vec::new()),
        };
        partial
    }

    pub fn deployment_type(&self) -> Option<DeploymentType> {
        self.preference.known_type()
    }

    /// Returns the certain problems with pointers into the preference.
    pub fn problems(&self) -> Vec<(PreferenceProblem, String)> {
        let certain = self.preference.problems().into_iter().filter(|problem| self.is_certain(problem));
        self.invalid.iter().cloned().chain(certain).map(|problem| (problem.clone(), self.pointer(&problem))).collect()
    }

    /// Returns the parameters whose defaults a member or the whole preference depends on.
    pub fn defaults(&self, pointer: &str) -> Vec<&'t str> {
        let member = pointer.split('/').nth(1).unwrap_or_default();
        let belongs = |(of, _): &&(&str, &str)| member.is_empty() || *of == member;
        self.defaults.iter().filter(belongs).map(|(_, name)| *name).collect()
    }

    fn member(&self, member: &str) -> Selected<'t> {
        self.view.member(Some(self.node), member)
    }

    fn symbol(&mut self, member: &'static str) -> Option<SymbolicText<'t>> {
        let symbol = self.view.text(self.member(member))?;
        self.add_defaults(member, &symbol);
        Some(symbol)
    }

    fn add_defaults(&mut self, member: &'static str, symbol: &SymbolicText<'t>) {
        self.defaults.extend(symbol.defaults.iter().map(|name| (member, *name)));
    }

    fn read_type(&mut self) -> Option<String> {
        let symbol = self.symbol("Type")?;
        match symbol.text() {
            // CloudFormation does not have our type CUSTOM.
            Some(given) if DeploymentType::from_name(given).is_some_and(|kind| !kind.is_cloud_formation()) => {
                self.invalid.push(PreferenceProblem::unknown_type(given));
            }
            Some(given) => return Some(given.to_owned()),
            None => {}
        }
        self.unknown.push("Type");
        None
    }

    fn number(&mut self, member: &'static str, problem: impl Fn(&str) -> PreferenceProblem) -> Option<i64> {
        let symbol = self.symbol(member)?;
        if let Some(text) = symbol.text() {
            match text.parse() {
                Ok(number) => return Some(number),
                Err(_) => self.invalid.push(problem(text)),
            }
        }
        self.unknown.push(member);
        Some(SOME_NUMBER)
    }

    fn read_alarms(&mut self) -> Option<Vec<String>> {
        let items = self.view.list(self.member("Alarms"))?;
        let mut names = Vec::with_capacity(items.len());
        for (index, node) in items {
            let symbol = self.view.symbol(Some(node)).unwrap_or_else(SymbolicText::unknown);
            self.add_defaults("Alarms", &symbol);
            self.alarms.push((index, symbol.text().is_some()));
            // An unknown name is not equal to any other name. Equal references are equal.
            names.push(if symbol.is_known() { symbol.to_sub_pattern() } else { format!("\0{index}") });
        }
        Some(names)
    }

    /// Returns whether a problem does not depend on unknown values.
    fn is_certain(&self, problem: &PreferenceProblem) -> bool {
        match problem.code {
            "type-missing" => !self.unknown.contains(&"Type"),
            "linear-too-long" => !["Percentage", "Interval"].iter().any(|it| self.unknown.contains(it)),
            "alarm-length" => self.alarm(problem).is_some_and(|(_, known)| *known),
            _ => true,
        }
    }

    fn pointer(&self, problem: &PreferenceProblem) -> String {
        self.alarm(problem).map_or_else(|| problem.path.clone(), |(index, _)| format!("/Alarms/{index}"))
    }

    /// Returns the alarm that a problem belongs to.
    fn alarm(&self, problem: &PreferenceProblem) -> Option<&(usize, bool)> {
        self.alarms.get(problem.path.strip_prefix("/Alarms/")?.parse::<usize>().ok()?)
    }
}
