//! Finds resources that conflict with each other: they have the same key in scenarios that can occur together.

use crate::findings::{Findings, ScenarioFinding};
use crate::previous::{REVISION, alias_name_property};
use crate::resolve::{Part, Scenario, SymbolicText};
use crate::resources::{Resource, Template, VERSION, View};
use crate::rule::{ALIAS_REPEATED, REVISION_REPEATED, Rule, TOO_MANY_ALIASES, VERSIONS_AT_ONCE};
use crate::scenarios::list_scenarios;
use crate::target::StateMachineIdentity;
use std::collections::HashMap;

/// Maximum number of resources to compare one resource with.
const MAX_COMPARED: usize = 64;

/// A conflict between two resources with the same key.
struct Conflict {
    rule: &'static Rule,
    path: &'static str,
    /// Whether the conflict applies to these two resources.
    applies: fn(&Resource<'_>, &Resource<'_>) -> bool,
    /// Creates the message for the later resource from the id of the first one.
    message: fn(&str) -> String,
}

const SAME_REVISION: Conflict = Conflict {
    rule: &REVISION_REPEATED,
    path: "Properties",
    applies: |_, _| true,
    message: |first| {
        format!("StateMachineRevisionId is the same as in {first}, but a revision can have only one version")
    },
};
const BOTH_LATEST: Conflict = Conflict {
    rule: &VERSIONS_AT_ONCE,
    path: "Properties",
    applies: |first, later| !(has_revision(first) && has_revision(later)),
    message: |first| {
        format!(
            "This version and {first} both publish the latest revision. If one deployment creates both, for example the first deployment of a stack, one of them fails"
        )
    },
};
const SAME_NAME: Conflict = Conflict {
    rule: &ALIAS_REPEATED,
    path: "Properties/Name",
    applies: |_, _| true,
    message: |first| format!("Name is the same as in {first}, which is an alias of the same state machine"),
};

/// A resource with its key in one scenario.
struct KeyedResource<'t> {
    resource: Resource<'t>,
    scenario: Scenario<'t>,
    defaults: Vec<&'t str>,
}

type Key = (String, String);
/// A key, and the parameters whose defaults it depends on.
type KeyWithDefaults<'t> = (Key, Vec<&'t str>);

pub(crate) fn check<'t>(template: &Template<'t>) -> Vec<ScenarioFinding<'t>> {
    let mut findings = Vec::new();
    let versions = |resource: &Resource<'t>| resource.kind == VERSION;
    for (_, keyed) in group_by_key(template, versions, revision_key) {
        find_conflicts(template, &keyed, &mut findings, &SAME_REVISION);
    }
    for (_, keyed) in group_by_key(template, versions, latest_revision_key) {
        find_conflicts(template, &keyed, &mut findings, &BOTH_LATEST);
    }
    for (_, keyed) in group_by_key(template, Resource::is_alias, alias_name_key) {
        find_conflicts(template, &keyed, &mut findings, &SAME_NAME);
    }
    findings.extend(
        group_by_key(template, Resource::is_alias, state_machine_key)
            .values()
            .filter_map(|keyed| check_alias_quota(template, keyed)),
    );
    findings
}

fn group_by_key<'t>(
    template: &Template<'t>,
    filter: impl Fn(&Resource<'t>) -> bool,
    key: impl Fn(View<'_, 't>, &Resource<'t>) -> Option<KeyWithDefaults<'t>>,
) -> HashMap<Key, Vec<KeyedResource<'t>>> {
    let mut found: HashMap<Key, Vec<KeyedResource<'t>>> = HashMap::new();
    for resource in template.resources.iter().filter(|resource| filter(resource)) {
        let all = list_scenarios(template, resource);
        let mut groups: Vec<(KeyWithDefaults<'t>, Vec<Scenario<'t>>)> = Vec::new();
        let mut indices = HashMap::new();
        for scenario in &all {
            let Some(keyed) = key(View { template, scenario }, resource) else { continue };
            let index = *indices.entry(keyed.clone()).or_insert(groups.len());
            if index == groups.len() {
                groups.push((keyed, Vec::new()));
            }
            groups.get_mut(index).into_iter().for_each(|(_, scenarios)| scenarios.push(scenario.clone()));
        }
        for ((key, defaults), scenarios) in groups {
            let keyed = |scenario| KeyedResource { resource: *resource, scenario, defaults: defaults.clone() };
            found.entry(key).or_default().extend(combine_scenarios(scenarios, &all).into_iter().map(keyed));
        }
    }
    found
}

/// Returns one scenario with what all have in common, if it has no other scenarios. Otherwise returns all.
fn combine_scenarios<'t>(scenarios: Vec<Scenario<'t>>, all: &[Scenario<'t>]) -> Vec<Scenario<'t>> {
    let Some((first, rest)) = scenarios.split_first() else { return scenarios };
    let common = rest.iter().fold(first.clone(), |common, scenario| common.intersect(scenario));
    let matching = all.iter().filter(|scenario| common.is_part_of(scenario)).count();
    if matching == scenarios.len() { vec![common] } else { scenarios }
}

/// Adds a finding for every resource that conflicts with an earlier one.
fn find_conflicts<'t>(
    template: &Template<'t>,
    keyed: &[KeyedResource<'t>],
    findings: &mut Vec<ScenarioFinding<'t>>,
    conflict: &Conflict,
) {
    for (index, later) in keyed.iter().enumerate() {
        let before = keyed.iter().take(index).filter(|first| {
            first.resource.id != later.resource.id && (conflict.applies)(&first.resource, &later.resource)
        });
        let together = before.take(MAX_COMPARED).filter_map(|first| {
            let both = first.scenario.combine(&later.scenario)?;
            template.conditions.is_possible(&both, &[]).then_some((first, both))
        });
        // Prefer the pair that needs the fewest conditions.
        let together = together.min_by_key(|(_, both)| both.len());
        let Some((first, both)) = together else { continue };
        let mut found = Findings::new(View { template, scenario: &both });
        let defaults = first.defaults.iter().chain(&later.defaults).copied();
        let message = (conflict.message)(first.resource.id);
        found.add(conflict.rule, &later.resource, conflict.path, message, defaults);
        findings.append(&mut found.items);
    }
}

fn check_alias_quota<'t>(template: &Template<'t>, keyed: &[KeyedResource<'t>]) -> Option<ScenarioFinding<'t>> {
    let max = sfn_alias::Limits::default().aliases_per_state_machine;
    // Resources that always exist. A resource has one entry per value of a parameter.
    let mut unconditional: Vec<_> = keyed.iter().filter(|keyed| keyed.scenario.is_unconditional()).collect();
    unconditional.dedup_by_key(|keyed| keyed.resource.id);
    let first_excess = unconditional.get(max)?;
    let mut findings = Findings::new(View { template, scenario: &first_excess.scenario });
    let message = format!("Expected up to {max} aliases of one state machine, found {}", unconditional.len());
    findings.add(&TOO_MANY_ALIASES, &first_excess.resource, "", message, []);
    findings.items.pop()
}

fn format_key(machine: StateMachineIdentity<'_>) -> String {
    match machine {
        StateMachineIdentity::Resource(id) => format!("resource {id}"),
        StateMachineIdentity::Arn(arn) => format!("arn {arn}"),
        StateMachineIdentity::Symbolic(symbol) => format!("symbol {symbol}"),
    }
}

/// Returns the state machine and the revision of a version, if it specifies a revision.
fn revision_key<'t>(view: View<'_, 't>, version: &Resource<'t>) -> Option<KeyWithDefaults<'t>> {
    let machine = view.state_machine_of(version)?;
    let revision = view.text(view.property(version, REVISION)).filter(SymbolicText::is_known)?;
    let defaults = revision.defaults.clone();
    Some(((format_key(machine), revision.to_sub_pattern()), defaults))
}

/// Returns the state machine of a version that publishes the latest revision.
fn latest_revision_key<'t>(view: View<'_, 't>, version: &Resource<'t>) -> Option<KeyWithDefaults<'t>> {
    let machine = view.state_machine_of(version)?;
    if let Some(revision) = view.text(view.property(version, REVISION)) {
        let newest = matches!((revision.parts(), &machine), ([Part::Attribute(id, name)], StateMachineIdentity::Resource(own)) if name == REVISION && id == own);
        if !newest {
            return None;
        }
    }
    Some(((format_key(machine), String::new()), Vec::new()))
}

fn has_revision(version: &Resource<'_>) -> bool {
    version.node.get("Properties").is_some_and(|properties| properties.get(REVISION).is_some())
}

fn alias_name_key<'t>(view: View<'_, 't>, alias: &Resource<'t>) -> Option<KeyWithDefaults<'t>> {
    let name = view.text(view.property(alias, alias_name_property(alias))).filter(SymbolicText::is_known)?;
    let defaults = name.defaults.clone();
    Some(((format_key(view.state_machine_of(alias)?), name.to_sub_pattern()), defaults))
}

fn state_machine_key<'t>(view: View<'_, 't>, alias: &Resource<'t>) -> Option<KeyWithDefaults<'t>> {
    Some(((format_key(view.state_machine_of(alias)?), String::new()), Vec::new()))
}
