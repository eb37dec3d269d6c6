//! A preference as far as it is known before a deploy.

use crate::resolve::{Selected, Symbol};
use crate::resources::View;
use crate::tree::Node;
use sfn_alias_deployment::{DeploymentPreference, DeploymentType, PreferenceProblem};

/// Stands for a number that is not known: nothing is wrong with it.
const SOME_NUMBER: i64 = 1;

/// What is known of a preference, and what that rests on.
pub(super) struct Known<'v, 't> {
    view: View<'v, 't>,
    node: &'t Node<'t>,
    preference: DeploymentPreference,
    /// Members whose values are not known, or were refused while they were read.
    unknown: Vec<&'static str>,
    refused: Vec<PreferenceProblem>,
    /// The alarms' places in the template, and whether their names are known.
    alarms: Vec<(usize, bool)>,
    /// Members, and the parameters whose defaults they rest on.
    defaults: Vec<(&'static str, &'t str)>,
}

impl<'v, 't> Known<'v, 't> {
    /// Reads a preference; SAM's have no version, as SAM gives it.
    pub fn read(view: View<'v, 't>, node: &'t Node<'t>, needs_version: bool) -> Self {
        let preference = DeploymentPreference::default();
        let (unknown, refused, alarms, defaults) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut known = Self { view, node, preference, unknown, refused, alarms, defaults };
        let version = !needs_version || !matches!(known.member("StateMachineVersionArn"), Selected::Absent);
        known.preference = DeploymentPreference {
            // One that is given is looked at as the route that it becomes, with the routes.
            state_machine_version_arn: version.then(|| "given".to_owned()),
            deployment_type: known.read_kind(),
            percentage: known.number("Percentage", |given| PreferenceProblem::PercentageRange { given, step: None }),
            interval: known.number("Interval", |given| PreferenceProblem::IntervalRange { given, step: None }),
            alarms: known.read_alarms(),
            // CloudFormation has no steps, whatever they are.
            steps: known.member("Steps").node().map(|_| Vec::new()),
        };
        known
    }

    pub fn kind(&self) -> Option<DeploymentType> {
        self.preference.known_type()
    }

    /// What is refused for certain, with pointers into the preference.
    pub fn refusals(&self) -> Vec<(PreferenceProblem, String)> {
        let certain = self.preference.problems().into_iter().filter(|refusal| self.is_certain(refusal));
        self.refused.iter().cloned().chain(certain).map(|refusal| (refusal.clone(), self.pointer(&refusal))).collect()
    }

    /// The parameters whose defaults a member rests on, or the preference as a whole.
    pub fn defaults(&self, pointer: &str) -> Vec<&'t str> {
        let member = pointer.split('/').nth(1).unwrap_or_default();
        let rests = |(of, _): &&(&str, &str)| member.is_empty() || *of == member;
        self.defaults.iter().filter(rests).map(|(_, name)| *name).collect()
    }

    fn member(&self, member: &str) -> Selected<'t> {
        self.view.member(Some(self.node), member)
    }

    fn symbol(&mut self, member: &'static str) -> Option<Symbol<'t>> {
        let symbol = self.view.text(self.member(member))?;
        self.rest_on(member, &symbol);
        Some(symbol)
    }

    fn rest_on(&mut self, member: &'static str, symbol: &Symbol<'t>) {
        self.defaults.extend(symbol.defaults.iter().map(|name| (member, *name)));
    }

    fn read_kind(&mut self) -> Option<String> {
        let symbol = self.symbol("Type")?;
        match symbol.text() {
            // Our own type is none of CloudFormation's.
            Some(given) if DeploymentType::from_name(given).is_some_and(|kind| !kind.is_cloud_formation()) => {
                self.refused.push(PreferenceProblem::TypeUnknown { given: given.to_owned() });
            }
            Some(given) => return Some(given.to_owned()),
            None => {}
        }
        self.unknown.push("Type");
        None
    }

    fn number(&mut self, member: &'static str, refusal: impl Fn(String) -> PreferenceProblem) -> Option<i64> {
        let symbol = self.symbol(member)?;
        if let Some(text) = symbol.text() {
            match text.parse() {
                Ok(number) => return Some(number),
                Err(_) => self.refused.push(refusal(text.to_owned())),
            }
        }
        self.unknown.push(member);
        Some(SOME_NUMBER)
    }

    fn read_alarms(&mut self) -> Option<Vec<String>> {
        let items = self.view.list(self.member("Alarms"))?;
        let mut names = Vec::with_capacity(items.len());
        for (index, node) in items {
            let symbol = self.view.symbol(Some(node)).unwrap_or_else(Symbol::unknown);
            self.rest_on("Alarms", &symbol);
            self.alarms.push((index, symbol.text().is_some()));
            // No other name is equal to one that is not known; references are, to themselves.
            names.push(if symbol.is_known() { symbol.shown() } else { format!("\0{index}") });
        }
        Some(names)
    }

    /// Whether a refusal rests on nothing that is not known.
    fn is_certain(&self, refusal: &PreferenceProblem) -> bool {
        match refusal {
            PreferenceProblem::TypeMissing => !self.unknown.contains(&"Type"),
            PreferenceProblem::LinearTooLong { .. } => {
                !["Percentage", "Interval"].iter().any(|it| self.unknown.contains(it))
            }
            PreferenceProblem::AlarmLength { index, .. } => self.alarms.get(*index).is_some_and(|(_, known)| *known),
            _ => true,
        }
    }

    fn pointer(&self, refusal: &PreferenceProblem) -> String {
        match refusal {
            PreferenceProblem::AlarmLength { index, .. } | PreferenceProblem::AlarmRepeated { index, .. } => {
                format!("/Alarms/{}", self.alarms.get(*index).map_or(*index, |(place, _)| *place))
            }
            _ => refusal.path(),
        }
    }
}
