//! Resources that cannot stand beside each other: found by a key, in scenarios that can come together.

use crate::draft::{Draft, Found};
use crate::resolve::{Part, Scenario, Symbol};
use crate::resources::{ALIAS, Resource, Template, VERSION, View};
use crate::rule::{ALIAS_REPEATED, REVISION_REPEATED, Rule, TOO_MANY_ALIASES, VERSIONS_AT_ONCE};
use crate::scenarios::scenarios;
use crate::target::Machine;
use std::collections::HashMap;

/// With so many others of one key a resource is compared; each more would say the same.
const MAX_COMPARED: usize = 64;

/// What two resources of one key may not do.
struct Conflict {
    rule: &'static Rule,
    path: &'static str,
    /// Which pairs it is about.
    concerns: fn(&Resource<'_>, &Resource<'_>) -> bool,
    /// Of the later one, by the first one's id.
    message: fn(&str) -> String,
}

const SAME_REVISION: Conflict = Conflict {
    rule: &REVISION_REPEATED,
    path: "Properties",
    concerns: |_, _| true,
    message: |first| format!("StateMachineRevisionId is the same as that of {first}, and one revision has one version"),
};
const AT_ONCE: Conflict = Conflict {
    rule: &VERSIONS_AT_ONCE,
    path: "Properties",
    concerns: |first, later| !(names_revision(first) && names_revision(later)),
    message: |first| {
        format!(
            "This version and {first} both take the newest revision: where both are new in one deploy, such as the first of a stack, one of them fails"
        )
    },
};
const SAME_NAME: Conflict = Conflict {
    rule: &ALIAS_REPEATED,
    path: "Properties/Name",
    concerns: |_, _| true,
    message: |first| format!("Name is the same as that of {first}, an alias of the same state machine"),
};

/// A resource with the key that it must not share, in one scenario.
struct Keyed<'t> {
    resource: Resource<'t>,
    scenario: Scenario<'t>,
    defaults: Vec<&'t str>,
}

const REVISION: &str = "StateMachineRevisionId";

type Key = (String, String);

pub(crate) fn check<'t>(template: &Template<'t>) -> Vec<Draft<'t>> {
    let mut drafts = Vec::new();
    let versions = |resource: &Resource<'t>| resource.kind == VERSION;
    for (_, keyed) in by_key(template, versions, revision) {
        pairs(template, &keyed, &mut drafts, &SAME_REVISION);
    }
    for (_, keyed) in by_key(template, versions, newest) {
        pairs(template, &keyed, &mut drafts, &AT_ONCE);
    }
    for (_, keyed) in by_key(template, Resource::is_alias, alias_name) {
        pairs(template, &keyed, &mut drafts, &SAME_NAME);
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
fn pairs<'t>(template: &Template<'t>, keyed: &[Keyed<'t>], drafts: &mut Vec<Draft<'t>>, conflict: &Conflict) {
    for (index, later) in keyed.iter().enumerate() {
        let before = keyed.iter().take(index).filter(|first| {
            first.resource.id != later.resource.id && (conflict.concerns)(&first.resource, &later.resource)
        });
        let together = before.take(MAX_COMPARED).filter_map(|first| {
            let both = first.scenario.and(&later.scenario)?;
            template.conditions.possible(&both, &[]).then_some((first, both))
        });
        // The one that needs the fewest conditions says most.
        let together = together.min_by_key(|(_, both)| both.conditions().count());
        let Some((first, both)) = together else { continue };
        let mut found = Found::new(View { template, scenario: &both });
        let defaults = first.defaults.iter().chain(&later.defaults).copied();
        let message = (conflict.message)(first.resource.id);
        found.add(conflict.rule, &later.resource, conflict.path, message, defaults);
        drafts.append(&mut found.drafts);
    }
}

fn quota<'t>(template: &Template<'t>, keyed: &[Keyed<'t>]) -> Option<Draft<'t>> {
    let most = sfn_alias::Limits::default().aliases_per_state_machine;
    // Those that always exist.
    let certain: Vec<_> = keyed.iter().filter(|keyed| keyed.scenario.is_empty()).collect();
    let first_too_many = certain.get(most)?;
    let mut found = Found::new(View { template, scenario: &first_too_many.scenario });
    let message = format!("{} aliases of one state machine, which has at most {most}", certain.len());
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
    let revision = view.text(view.property(version, REVISION)).filter(Symbol::is_known)?;
    let defaults = revision.defaults.clone();
    Some(((machine_key(machine), revision.shown()), defaults))
}

/// A state machine, for a version that is published of its newest revision.
fn newest<'t>(view: View<'_, 't>, version: &Resource<'t>) -> Option<(Key, Vec<&'t str>)> {
    let machine = view.machine_of(version)?;
    if let Some(revision) = view.text(view.property(version, REVISION)) {
        let newest = matches!((revision.parts(), &machine), ([Part::Attribute(id, name)], Machine::Resource(own)) if name == REVISION && id == own);
        if !newest {
            return None;
        }
    }
    Some(((machine_key(machine), String::new()), Vec::new()))
}

fn names_revision(version: &Resource<'_>) -> bool {
    version.node.get("Properties").is_some_and(|properties| properties.get(REVISION).is_some())
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
