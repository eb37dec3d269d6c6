//! Resources that cannot stand beside each other: found by a key, in scenarios that can come together.

use crate::draft::{Draft, Found};
use crate::resolve::{Scenario, Symbol};
use crate::resources::{ALIAS, Resource, Template, VERSION, View};
use crate::rule::{ALIAS_REPEATED, REVISION_REPEATED, Rule, TOO_MANY_ALIASES};
use crate::scenarios::scenarios;
use crate::target::Machine;
use std::collections::HashMap;

/// What AWS allows on one state machine.
const MAX_ALIASES: usize = 100;
/// With so many others of one key a resource is compared; each more would say the same.
const MAX_COMPARED: usize = 64;

/// A resource with the key that it must not share, in one scenario.
struct Keyed<'t> {
    resource: Resource<'t>,
    scenario: Scenario<'t>,
    defaults: Vec<&'t str>,
}

type Key = (String, String);

pub(crate) fn check<'t>(template: &Template<'t>) -> Vec<Draft<'t>> {
    let mut drafts = Vec::new();
    for (_, keyed) in by_key(template, |resource| resource.kind == VERSION, revision) {
        pairs(template, &keyed, &mut drafts, &REVISION_REPEATED, "Properties", |first| {
            format!("StateMachineRevisionId is the same as that of {first}, and one revision has one version")
        });
    }
    for (_, keyed) in by_key(template, Resource::is_alias, alias_name) {
        pairs(template, &keyed, &mut drafts, &ALIAS_REPEATED, "Properties/Name", |first| {
            format!("Name is the same as that of {first}, an alias of the same state machine")
        });
    }
    drafts.extend(by_key(template, Resource::is_alias, machine).values().filter_map(|keyed| quota(template, keyed)));
    drafts
}

fn by_key<'t>(
    template: &Template<'t>,
    wanted: impl Fn(&Resource<'t>) -> bool,
    key: impl Fn(View<'_, 't>, &Resource<'t>) -> Option<(Key, Vec<&'t str>)>,
) -> HashMap<Key, Vec<Keyed<'t>>> {
    let mut found: HashMap<Key, Vec<Keyed<'t>>> = HashMap::new();
    for resource in template.resources.iter().filter(|resource| wanted(resource)) {
        for scenario in scenarios(template, resource) {
            if let Some((key, defaults)) = key(View { template, scenario: &scenario }, resource) {
                found.entry(key).or_default().push(Keyed { resource: *resource, scenario, defaults });
            }
        }
    }
    found
}

/// Adds a finding for every resource that another one before it forbids.
fn pairs<'t>(
    template: &Template<'t>,
    keyed: &[Keyed<'t>],
    drafts: &mut Vec<Draft<'t>>,
    rule: &'static Rule,
    path: &str,
    message: impl Fn(&str) -> String,
) {
    for (index, later) in keyed.iter().enumerate() {
        let before = keyed.iter().take(index).filter(|first| first.resource.id != later.resource.id);
        let together = before.take(MAX_COMPARED).filter_map(|first| {
            let both = first.scenario.and(&later.scenario)?;
            template.conditions.possible(&both, &[]).then_some((first, both))
        });
        // The one that needs the fewest conditions says most.
        let together = together.min_by_key(|(_, both)| both.conditions().count());
        let Some((first, both)) = together else { continue };
        let mut found = Found::new(View { template, scenario: &both });
        let defaults = first.defaults.iter().chain(&later.defaults).copied();
        found.add(rule, &later.resource, path, message(first.resource.id), defaults);
        drafts.append(&mut found.drafts);
    }
}

fn quota<'t>(template: &Template<'t>, keyed: &[Keyed<'t>]) -> Option<Draft<'t>> {
    // Those that always exist.
    let certain: Vec<_> = keyed.iter().filter(|keyed| keyed.scenario.is_empty()).collect();
    let first_too_many = certain.get(MAX_ALIASES)?;
    let mut found = Found::new(View { template, scenario: &first_too_many.scenario });
    let message = format!("{} aliases of one state machine, which has at most {MAX_ALIASES}", certain.len());
    found.add(&TOO_MANY_ALIASES, &first_too_many.resource, "", message, []);
    found.drafts.pop()
}

fn machine_key(machine: Machine<'_>) -> String {
    match machine {
        Machine::Resource(id) => format!("resource {id}"),
        Machine::Arn(arn) => format!("arn {arn}"),
        Machine::Symbol(symbol) => format!("symbol {symbol}"),
    }
}

/// A state machine and the revision that a version is published of, where that is written.
fn revision<'t>(view: View<'_, 't>, version: &Resource<'t>) -> Option<(Key, Vec<&'t str>)> {
    let machine = view.machine_of(version)?;
    let revision = view.text(view.property(version, "StateMachineRevisionId")).filter(Symbol::is_known)?;
    let defaults = revision.defaults.clone();
    Some(((machine_key(machine), revision.shown()), defaults))
}

fn alias_name<'t>(view: View<'_, 't>, alias: &Resource<'t>) -> Option<(Key, Vec<&'t str>)> {
    let member = if alias.kind == ALIAS { "Name" } else { "AutoPublishAlias" };
    let name = view.text(view.property(alias, member)).filter(Symbol::is_known)?;
    let defaults = name.defaults.clone();
    Some(((machine_key(view.machine_of(alias)?), name.shown()), defaults))
}

fn machine<'t>(view: View<'_, 't>, alias: &Resource<'t>) -> Option<(Key, Vec<&'t str>)> {
    Some(((machine_key(view.machine_of(alias)?), String::new()), Vec::new()))
}
