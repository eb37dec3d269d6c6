//! Finds the state machines that a resource starts.

use crate::embedded::parsed_content;
use crate::findings::MAX_TEXT;
use crate::resolve::{Part, SymbolicText};
use crate::resources::{Resource, View};
use crate::scenarios::inputs_of_members;
use crate::tree::{Node, escape_pointer};
use std::collections::HashMap;

/// An IoT rule starts a state machine by name, and cannot start an alias.
pub(super) const TOPIC_RULE: &str = "AWS::IoT::TopicRule";

/// The path and the ARN of a start.
pub(super) type Start<'t> = (String, SymbolicText<'t>);

pub(crate) fn can_start_executions(resource: &Resource<'_>) -> bool {
    const KINDS: [&str; 10] = [
        "AWS::Events::Rule",
        "AWS::Scheduler::Schedule",
        "AWS::Pipes::Pipe",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGateway::Method",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGatewayV2::Api",
        "AWS::Serverless::Api",
        "AWS::Serverless::HttpApi",
        TOPIC_RULE,
    ];
    KINDS.contains(&resource.kind) || resource.is_state_machine()
}

/// Returns the starts of a resource.
pub(super) fn find_starts<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> Vec<Start<'t>> {
    match resource.kind {
        "AWS::Events::Rule" => find_starts_in_rule(view, resource),
        "AWS::Scheduler::Schedule" => find_starts_in_schedule(view, resource),
        "AWS::Pipes::Pipe" => {
            let arn = |name| Some((format!("Properties/{name}"), view.text(view.property(resource, name))?));
            ["Target", "Enrichment"].into_iter().filter_map(arn).collect()
        }
        "AWS::ApiGatewayV2::Integration" => find_starts_in_http_api(view, resource),
        "AWS::ApiGateway::Method" => find_starts_in_method(view, resource),
        "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api" => find_starts_in_body(view, resource, "Body"),
        "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => find_starts_in_body(view, resource, "DefinitionBody"),
        TOPIC_RULE => find_starts_in_topic_rule(view, resource),
        _ if resource.is_state_machine() => find_starts_in_definition(view, resource),
        _ => Vec::new(),
    }
}

fn find_starts_in_rule<'t>(view: View<'_, 't>, rule: &Resource<'t>) -> Vec<Start<'t>> {
    let items = view.known_items(view.property(rule, "Targets"));
    let arn = |(index, node): (Option<usize>, _)| {
        let arn = view.text(view.member(Some(node), "Arn"))?;
        Some((
            index.map_or_else(|| "Properties/Targets/Arn".to_owned(), |at| format!("Properties/Targets/{at}/Arn")),
            arn,
        ))
    };
    items.into_iter().filter_map(arn).collect()
}

/// Returns the ARN of the target, or the ARN in the input of a universal target.
fn find_starts_in_schedule<'t>(view: View<'_, 't>, schedule: &Resource<'t>) -> Vec<Start<'t>> {
    const UNIVERSAL: [&str; 2] = [":aws-sdk:sfn:startExecution", ":aws-sdk:sfn:startSyncExecution"];
    let target = view.property(schedule, "Target").node();
    let Some(arn) = view.text(view.member(target, "Arn")) else { return Vec::new() };
    if !arn.example_text().is_some_and(|arn| UNIVERSAL.iter().any(|end| arn.ends_with(end))) {
        return vec![("Properties/Target/Arn".to_owned(), arn)];
    }
    let input = view.member(target, "Input").node().map(parsed_content);
    let arns = ["StateMachineArn", "stateMachineArn"].map(|name| view.text(view.member(input, name)));
    arns.into_iter().flatten().map(|arn| ("Properties/Target/Input".to_owned(), arn)).collect()
}

/// Returns the state machines in the actions of an IoT rule.
fn find_starts_in_topic_rule<'t>(view: View<'_, 't>, rule: &Resource<'t>) -> Vec<Start<'t>> {
    let payload = view.property(rule, "TopicRulePayload").node();
    let actions = view.known_items(view.member(payload, "Actions"));
    let started = |(index, action): (Option<usize>, _)| {
        let start = view.member(Some(action), "StepFunctions").node();
        let name = view.text(view.member(start, "StateMachineName"))?;
        let path = format!("Properties/TopicRulePayload/Actions/{}/StepFunctions/StateMachineName", index?);
        Some((path, find_by_name(view, &name)?))
    };
    actions.into_iter().filter_map(started).collect()
}

/// Finds the state machine with this name in the template.
fn find_by_name<'t>(view: View<'_, 't>, name: &SymbolicText<'t>) -> Option<SymbolicText<'t>> {
    if let [Part::Attribute(id, attribute)] = name.parts() {
        return (attribute == "Name").then(|| SymbolicText::from_part(Part::Ref(id.clone())));
    }
    let template = view.template;
    let machines = template.caches.state_machines_by_name.get(
        view.scenario,
        || inputs_of_members(template, &NAMES),
        || index_by_name(view),
    );
    let id = machines.get(name.parts()).filter(|_| name.is_known())?;
    Some(SymbolicText::from_part(Part::Ref((*id).into())).with_defaults(name.defaults.clone()))
}

const NAMES: [&str; 2] = ["StateMachineName", "Name"];

/// Indexes the first state machine with each name.
fn index_by_name<'t>(view: View<'_, 't>) -> HashMap<Vec<Part<'t>>, &'t str> {
    let mut first = HashMap::new();
    for machine in view.template.resources.iter().filter(|resource| resource.is_state_machine()) {
        let names = NAMES.into_iter().filter_map(|member| view.text(view.property(machine, member)));
        for name in names.filter(SymbolicText::is_known) {
            first.entry(name.parts().to_vec()).or_insert(machine.id);
        }
    }
    first
}

fn find_starts_in_definition<'t>(view: View<'_, 't>, machine: &Resource<'t>) -> Vec<Start<'t>> {
    let mut found = Vec::new();
    for member in ["Definition", "DefinitionString"] {
        let Some(definition) = view.property(machine, member).node() else { continue };
        for symbol in find_started_arns(view, parsed_content(definition)) {
            let symbol = resolve_substitution(view, machine, &symbol).unwrap_or(symbol);
            found.push((format!("Properties/{member}"), symbol));
        }
    }
    found
}

/// Returns the ARNs in tasks that start executions.
fn find_started_arns<'t>(view: View<'_, 't>, definition: &'t Node<'t>) -> Vec<SymbolicText<'t>> {
    let mut found = Vec::new();
    definition.walk(&mut |state| {
        let resource = state.get("Resource").and_then(|node| view.symbol(Some(node))?.example_text());
        if resource.is_some_and(|resource| is_start(&resource)) {
            let arguments = ["Parameters", "Arguments"].map(|name| view.member(Some(state), name).node());
            let arns = arguments.into_iter().flatten().map(|node| view.member(Some(node), "StateMachineArn"));
            found.extend(arns.filter_map(|arn| view.text(arn)));
        }
    });
    found
}

fn is_start(resource: &str) -> bool {
    let action = resource.rsplit(":::").next().unwrap_or_default();
    ["states:startExecution", "aws-sdk:sfn:startExecution", "aws-sdk:sfn:startSyncExecution"]
        .into_iter()
        .any(|start| action.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

/// Resolves `${NAME}` with `DefinitionSubstitutions`.
fn resolve_substitution<'t>(
    view: View<'_, 't>,
    machine: &Resource<'t>,
    symbol: &SymbolicText<'t>,
) -> Option<SymbolicText<'t>> {
    let name = symbol.text()?.strip_prefix("${")?.strip_suffix('}')?;
    let substitutions = view.property(machine, "DefinitionSubstitutions").node()?;
    view.template.resolver.consume_search_steps(substitutions).then_some(())?;
    view.text(view.member(Some(substitutions), name))
}

/// The integration in an OpenAPI body.
const EXTENSION: &str = "x-amazon-apigateway-integration";

/// The member names of an integration, in resources and in an OpenAPI body.
struct Names {
    uri: &'static str,
    templates: &'static str,
    subtype: &'static str,
    parameters: &'static str,
}

const OF_RESOURCE: Names =
    Names { uri: "Uri", templates: "RequestTemplates", subtype: "IntegrationSubtype", parameters: "RequestParameters" };
const OF_BODY: Names =
    Names { uri: "uri", templates: "requestTemplates", subtype: "integrationSubtype", parameters: "requestParameters" };

/// Returns the starts of a method of a REST API.
fn find_starts_in_method<'t>(view: View<'_, 't>, method: &Resource<'t>) -> Vec<Start<'t>> {
    let integration = view.property(method, "Integration").node();
    integration
        .map(|node| find_integration_starts(view, node, "Properties/Integration", &OF_RESOURCE))
        .unwrap_or_default()
}

/// Returns the starts of an integration of an HTTP API.
fn find_starts_in_http_api<'t>(view: View<'_, 't>, integration: &Resource<'t>) -> Vec<Start<'t>> {
    let properties = integration.node.get("Properties");
    properties.map(|node| find_integration_starts(view, node, "Properties", &OF_RESOURCE)).unwrap_or_default()
}

/// Returns the starts of the integrations in an OpenAPI body.
fn find_starts_in_body<'t>(view: View<'_, 't>, api: &Resource<'t>, member: &str) -> Vec<Start<'t>> {
    let mut found = Vec::new();
    if let Some(body) = view.property(api, member).node() {
        collect_from_body(view, body, &mut format!("Properties/{member}"), &mut found);
    }
    found
}

fn collect_from_body<'t>(view: View<'_, 't>, node: &'t Node<'t>, path: &mut String, found: &mut Vec<Start<'t>>) {
    for (name, member) in node.members() {
        let length = path.len();
        // Every integration repeats the path.
        if path.len().saturating_add(name.len()) <= MAX_TEXT {
            path.push('/');
            path.push_str(&escape_pointer(name));
        }
        if name == EXTENSION {
            found.extend(find_integration_starts(view, member, path, &OF_BODY));
        } else {
            collect_from_body(view, member, path, found);
        }
        path.truncate(length);
    }
}

fn find_integration_starts<'t>(
    view: View<'_, 't>,
    integration: &'t Node<'t>,
    path: &str,
    names: &Names,
) -> Vec<Start<'t>> {
    let text =
        |name| view.text(view.member(Some(integration), name)).map(|text| text.to_sub_pattern()).unwrap_or_default();
    if text(names.subtype).starts_with("StepFunctions-Start") {
        let arn = view.text(view.member(view.member(Some(integration), names.parameters).node(), "StateMachineArn"));
        return arn.map(|arn| (format!("{path}/{}/StateMachineArn", names.parameters), arn)).into_iter().collect();
    }
    if !text(names.uri).contains(":states:action/Start") {
        return Vec::new();
    }
    let Some(templates) = view.member(Some(integration), names.templates).node() else { return Vec::new() };
    let named = |name: &'t str| {
        let symbol = view.text(view.member(Some(templates), name))?;
        Some((format!("{path}/{}", names.templates), extract_arn(&symbol)?))
    };
    templates.members().iter().filter_map(|(name, _)| named(name)).collect()
}

/// Returns the quoted value of `stateMachineArn` in a text. The quotes may be escaped.
fn extract_arn<'t>(symbol: &SymbolicText<'t>) -> Option<SymbolicText<'t>> {
    const KEY: &str = "stateMachineArn";
    let parts = symbol.parts();
    let at = parts.iter().position(|part| matches!(part, Part::Text(text) if text.contains(KEY)))?;
    let Part::Text(first) = parts.get(at)? else { return None };
    let behind = first.split_once(KEY)?.1;
    let value = behind.trim_start_matches(|sign: char| sign.is_whitespace() || ['\\', '"', ':'].contains(&sign));
    let between = behind.strip_suffix(value)?;
    if !between.contains(':') || !between.ends_with('"') {
        return None;
    }
    let mut arn = SymbolicText::default();
    for part in [Part::Text(value.to_owned().into())].iter().chain(parts.get(at..)?.get(1..)?) {
        match part {
            Part::Text(text) if text.contains(['"', '\\']) => {
                arn.push(Part::Text(text.split(['"', '\\']).next()?.to_owned().into()));
                return Some(arn);
            }
            part => arn.push(part.clone()),
        }
    }
    None
}
