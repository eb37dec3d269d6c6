//! What starts a state machine itself although it has an alias.

mod definition;

use crate::draft::{Draft, Found};
use crate::resolve::{Part, Symbol};
use crate::resources::{Resource, Template, VERSION, View};
use crate::rule::UNQUALIFIED_START;
use crate::scenarios::collect;
use crate::target::{Machine, Qualifier, Target};
use crate::terraform;
use definition::starts_in_definition;
use std::collections::{BTreeSet, HashMap};

/// Where something is started: the path, and the ARN.
type Start<'t> = (String, Symbol<'t>);

pub(crate) fn is_relevant(resource: &Resource<'_>) -> bool {
    const KINDS: [&str; 5] = [
        "AWS::Events::Rule",
        "AWS::Scheduler::Schedule",
        "AWS::Pipes::Pipe",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGateway::Method",
    ];
    KINDS.contains(&resource.kind) || resource.is_machine()
}

pub(crate) fn check<'t>(found: &mut Found<'_, 't>, resource: &Resource<'t>) {
    let view = found.view;
    for (path, symbol) in starts(view, resource) {
        let Some(target) = view.target(&symbol).filter(|target| target.qualifier == Qualifier::None) else { continue };
        let Some(alias) = alias_of(view, &target) else { continue };
        let in_plan = terraform::pointer(resource.node).is_some();
        let member = path.rsplit('/').find(|step| step.parse::<usize>().is_err()).filter(|_| !in_plan).unwrap_or("arn");
        let shown = if alias.is_machine() { format!("{}.Alias", alias.id) } else { alias.id.to_owned() };
        let arn = if in_plan { format!("{shown}.arn") } else { format!("${{{shown}}}") };
        let message =
            format!("{member} starts the state machine `{}` itself, which has the alias {shown}", symbol.shown());
        let fix = Some(format!("Start the alias: use its ARN, `{arn}`, instead of the state machine's."));
        let draft = found.draft(&UNQUALIFIED_START, resource, &path, message);
        found.drafts.push(Draft { fix, defaults: symbol.defaults, ..draft });
    }
}

/// An alias of a state machine that exists whenever this scenario comes to pass.
fn alias_of<'v, 't>(view: View<'v, 't>, target: &Target<'t>) -> Option<&'v Resource<'t>> {
    let machine = target.machine.as_ref()?;
    let first = view.template.aliases.get(view.scenario, || conditions_of_aliases(view.template), || aliases(view));
    view.template.resources.get(*first.get(machine)?)
}

/// The first alias of each state machine, by its place.
fn aliases<'t>(view: View<'_, 't>) -> HashMap<Machine<'t>, usize> {
    let mut first = HashMap::new();
    for (place, alias) in view.template.resources.iter().enumerate() {
        if let Some(machine) = view.machine_of(alias).filter(|_| alias.is_alias() && view.exists(alias)) {
            first.entry(machine).or_insert(place);
        }
    }
    first
}

/// The conditions that aliases and their versions depend on.
fn conditions_of_aliases<'t>(template: &Template<'t>) -> BTreeSet<&'t str> {
    let mut names = Vec::new();
    for resource in template.resources.iter().filter(|resource| resource.is_alias() || resource.kind == VERSION) {
        names.extend(resource.condition());
        collect(resource.node, &mut names);
    }
    names.into_iter().collect()
}

fn starts<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> Vec<Start<'t>> {
    match resource.kind {
        "AWS::Events::Rule" => targets(view, resource),
        "AWS::Scheduler::Schedule" => member(view, resource, "Target", "Arn"),
        "AWS::Pipes::Pipe" => view
            .text(view.property(resource, "Target"))
            .map(|arn| ("Properties/Target".to_owned(), arn))
            .into_iter()
            .collect(),
        "AWS::ApiGatewayV2::Integration" if starts_by_subtype(view, resource) => {
            member(view, resource, "RequestParameters", "StateMachineArn")
        }
        "AWS::ApiGateway::Method" => request_templates(view, resource),
        _ if resource.is_machine() => starts_in_definition(view, resource),
        _ => Vec::new(),
    }
}

fn targets<'t>(view: View<'_, 't>, rule: &Resource<'t>) -> Vec<Start<'t>> {
    let items = view.known_items(view.property(rule, "Targets"));
    let arn = |(index, node): (Option<usize>, _)| {
        let arn = view.text(view.member(Some(node), "Arn"))?;
        Some((format!("Properties/Targets/{}/Arn", index?), arn))
    };
    items.into_iter().filter_map(arn).collect()
}

fn member<'t>(view: View<'_, 't>, resource: &Resource<'t>, property: &str, name: &str) -> Vec<Start<'t>> {
    let arn = view.text(view.member(view.property(resource, property).node(), name));
    arn.map(|arn| (format!("Properties/{property}/{name}"), arn)).into_iter().collect()
}

fn starts_by_subtype<'t>(view: View<'_, 't>, integration: &Resource<'t>) -> bool {
    let subtype = view.text(view.property(integration, "IntegrationSubtype"));
    subtype.as_ref().and_then(Symbol::text).is_some_and(|text| text.starts_with("StepFunctions-Start"))
}

/// The state machines in the request templates of an integration with StartExecution.
fn request_templates<'t>(view: View<'_, 't>, method: &Resource<'t>) -> Vec<Start<'t>> {
    let Some(integration) = view.property(method, "Integration").node() else { return Vec::new() };
    let uri = view.text(view.member(Some(integration), "Uri")).map(|uri| uri.shown()).unwrap_or_default();
    if !uri.contains(":states:action/Start") {
        return Vec::new();
    }
    let Some(templates) = view.member(Some(integration), "RequestTemplates").node() else { return Vec::new() };
    let path = "Properties/Integration/RequestTemplates";
    let named = |name: &'t str| {
        let symbol = view.text(view.member(Some(templates), name))?;
        Some((path.to_owned(), embedded(&symbol)?))
    };
    templates.members().iter().filter_map(|(name, _)| named(name)).collect()
}

/// What stands between the quotes behind `stateMachineArn` in a text.
fn embedded<'t>(symbol: &Symbol<'t>) -> Option<Symbol<'t>> {
    let parts = symbol.parts();
    let at = parts.iter().position(|part| matches!(part, Part::Text(text) if is_key(text)))?;
    match (parts.get(at + 1)?, parts.get(at + 2)) {
        (Part::Ref(_) | Part::Attribute(..), Some(Part::Text(text))) if text.starts_with(['"', '\\']) => {
            Some(Symbol::of(parts.get(at + 1)?.clone()))
        }
        _ => None,
    }
}

/// Whether a text ends with `"stateMachineArn": "`, escaped or not.
fn is_key(text: &str) -> bool {
    let signs: String = text.chars().rev().take(64).filter(|c| c.is_ascii_alphabetic() || *c == ':').collect();
    let quoted = text.ends_with('"');
    quoted && signs.starts_with(":nrAenihcaMetats")
}
