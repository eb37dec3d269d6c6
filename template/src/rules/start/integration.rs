//! Finds state machines that API integrations start.

use super::Start;
use crate::findings::{MAX_TEXT, escape_pointer};
use crate::resolve::{Part, SymbolicText};
use crate::resources::{Resource, View};
use crate::tree::Node;

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
pub(super) fn find_starts_in_method<'t>(view: View<'_, 't>, method: &Resource<'t>) -> Vec<Start<'t>> {
    let integration = view.property(method, "Integration").node();
    integration.map(|node| find_starts(view, node, "Properties/Integration", &OF_RESOURCE)).unwrap_or_default()
}

/// Returns the starts of an integration of an HTTP API.
pub(super) fn find_starts_in_http_api<'t>(view: View<'_, 't>, integration: &Resource<'t>) -> Vec<Start<'t>> {
    let properties = integration.node.get("Properties");
    properties.map(|node| find_starts(view, node, "Properties", &OF_RESOURCE)).unwrap_or_default()
}

/// Returns the starts of the integrations in an OpenAPI body.
pub(super) fn find_starts_in_body<'t>(view: View<'_, 't>, api: &Resource<'t>, member: &str) -> Vec<Start<'t>> {
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
            found.extend(find_starts(view, member, path, &OF_BODY));
        } else {
            collect_from_body(view, member, path, found);
        }
        path.truncate(length);
    }
}

fn find_starts<'t>(view: View<'_, 't>, integration: &'t Node<'t>, path: &str, names: &Names) -> Vec<Start<'t>> {
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
