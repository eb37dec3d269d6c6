//! Terraform plans (`terraform show -json`): what they plan for Step Functions, as a template. What
//! is known only after the apply is not known here either.

use super::draft::escaped;
use super::resources::{ALIAS, MACHINE};
use super::tree::{Node, Place, Value};
use std::borrow::Cow;
use std::collections::HashMap;

/// Members of translated resources, whose names no template has: where the resource stands in the
/// plan, its type there, and the name that the alias had.
const POINTER: &str = "terraform pointer";
const KIND: &str = "terraform type";
const NAME_BEFORE: &str = "terraform name before";
/// A function that is not resolved.
const UNKNOWN: &str = "Fn::Unknown";

/// Where a resource stands in its plan; `None` for one of a template.
pub(crate) fn pointer<'n>(resource: &'n Node<'_>) -> Option<&'n str> {
    resource.get(POINTER).and_then(Node::text)
}

/// The type that a resource has in its plan.
pub(crate) fn kind<'n>(resource: &'n Node<'_>) -> Option<&'n str> {
    resource.get(KIND).and_then(Node::text)
}

/// The name of an alias that the plan replaces.
pub(crate) fn name_before<'n>(resource: &'n Node<'_>) -> Option<&'n str> {
    resource.get(NAME_BEFORE).and_then(Node::text)
}

/// Adds a step to a pointer, in a plan by the name that it has there.
pub(crate) fn push_step(pointer: &mut String, step: &str, in_plan: bool) {
    let name = if in_plan { member(pointer, step) } else { escaped(step) };
    if !name.is_empty() {
        pointer.push('/');
        pointer.push_str(&name);
    }
}

/// The name of a member behind a pointer into a plan; empty for one that plans do not have.
fn member(pointer: &str, step: &str) -> String {
    match step {
        "Properties" | "Targets" | "Integration" => String::new(),
        "PolicyDocument" => "policy".to_owned(),
        "Policies" => "inline_policy".to_owned(),
        "DefinitionString" => "definition".to_owned(),
        // A key of `request_parameters`.
        "StateMachineArn" => step.to_owned(),
        // The pointer of a schedule leads there.
        "Target" if pointer.ends_with("/target/0") => String::new(),
        _ => snake(step),
    }
}

/// The name that a template's member has in plans.
pub(crate) fn name(member: &str) -> String {
    self::member("", member)
}

fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (index, character) in name.char_indices() {
        if character.is_ascii_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

pub(crate) fn is_plan(root: &Node<'_>) -> bool {
    root.get("planned_values").is_some() && root.get("format_version").is_some()
}

/// A plan as a template.
pub(crate) fn template<'t>(plan: &'t Node<'t>) -> Node<'t> {
    let mut resources = Vec::new();
    let names = names_before(plan);
    if let Some(module) = plan.get("planned_values").and_then(|values| values.get("root_module")) {
        collect(module, "/planned_values/root_module", &names, &mut resources);
    }
    map(plan.place, vec![("Resources", Node { place: plan.place, value: Value::Map(resources) })])
}

type Members<'t> = Vec<(Cow<'t, str>, Node<'t>)>;

fn collect<'t>(module: &'t Node<'t>, path: &str, names: &HashMap<&'t str, &'t str>, found: &mut Members<'t>) {
    for (index, resource) in module.get("resources").map(Node::items).unwrap_or_default().iter().enumerate() {
        let path = format!("{path}/resources/{index}/values");
        let address = resource.get("address").and_then(Node::text);
        if let Some((address, node)) = address.zip(translated(resource, path, names)) {
            found.push((Cow::Borrowed(address), node));
        }
    }
    for (index, child) in module.get("child_modules").map(Node::items).unwrap_or_default().iter().enumerate() {
        collect(child, &format!("{path}/child_modules/{index}"), names, found);
    }
}

fn translated<'t>(resource: &'t Node<'t>, pointer: String, names: &HashMap<&'t str, &'t str>) -> Option<Node<'t>> {
    let own_kind = resource.get("type")?.text()?;
    let values = resource.get("values")?;
    let at_target = own_kind == "aws_scheduler_schedule";
    let pointer = if at_target { format!("{pointer}/target/0") } else { pointer };
    let (kind, properties) = match own_kind {
        "aws_sfn_alias" => (ALIAS, alias(values)),
        "aws_sfn_state_machine" => {
            (MACHINE, given(values, &[("StateMachineName", "name"), ("DefinitionString", "definition")]))
        }
        "aws_iam_policy" => ("AWS::IAM::ManagedPolicy", policy(values, &[])),
        "aws_iam_role_policy" => ("AWS::IAM::RolePolicy", policy(values, &[("RoleName", "role")])),
        "aws_iam_user_policy" => ("AWS::IAM::UserPolicy", policy(values, &[("UserName", "user")])),
        "aws_iam_group_policy" => ("AWS::IAM::GroupPolicy", policy(values, &[("GroupName", "group")])),
        "aws_iam_role" => ("AWS::IAM::Role", role(values)),
        // The policy of one whose ARN is not known yet is in the plan.
        "aws_iam_role_policy_attachment" | "aws_iam_user_policy_attachment" | "aws_iam_group_policy_attachment" => {
            values.get("policy_arn")?.text()?;
            const ATTACHED: [(&str, &str); 4] = [
                ("RoleName", "role"),
                ("UserName", "user"),
                ("GroupName", "group"),
                ("ManagedPolicyArns", "policy_arn"),
            ];
            ("AWS::IAM::RolePolicy", given(values, &ATTACHED))
        }
        "aws_cloudwatch_event_target" => {
            ("AWS::Events::Rule", map(values.place, vec![("Targets", given(values, &[("Arn", "arn")]))]))
        }
        "aws_scheduler_schedule" => {
            let target = given(values.get("target")?.items().first()?, &[("Arn", "arn"), ("Input", "input")]);
            ("AWS::Scheduler::Schedule", map(values.place, vec![("Target", target)]))
        }
        "aws_pipes_pipe" => ("AWS::Pipes::Pipe", given(values, &[("Target", "target"), ("Enrichment", "enrichment")])),
        "aws_apigatewayv2_integration" => (
            "AWS::ApiGatewayV2::Integration",
            given(
                values,
                &[("IntegrationSubtype", "integration_subtype"), ("RequestParameters", "request_parameters")],
            ),
        ),
        "aws_api_gateway_integration" => {
            let integration = given(values, &[("Uri", "uri"), ("RequestTemplates", "request_templates")]);
            ("AWS::ApiGateway::Method", map(values.place, vec![("Integration", integration)]))
        }
        _ => return None,
    };
    let mut members = vec![
        ("Type", text(resource.place, kind)),
        ("Properties", properties),
        (KIND, text(resource.place, own_kind)),
        (POINTER, Node { place: resource.place, value: Value::Text(Cow::Owned(pointer)) }),
    ];
    if let Some(before) = resource.get("address").and_then(Node::text).and_then(|address| names.get(address)) {
        members.push((NAME_BEFORE, text(resource.place, before)));
    }
    Some(map(resource.place, members))
}

fn alias<'t>(values: &'t Node<'t>) -> Node<'t> {
    let mut members = vec![("Name", known(values, "name"))];
    // Terraform writes an empty description where there is none.
    if let Some(description) = values.get("description").filter(|node| node.text().is_some_and(|text| !text.is_empty()))
    {
        members.push(("Description", description.clone()));
    }
    let routing = match values.get("routing_configuration") {
        Some(list) if matches!(list.value, Value::List(_)) => {
            Node { place: list.place, value: Value::List(list.items().iter().map(route).collect()) }
        }
        _ => unknown(values.place),
    };
    members.push(("RoutingConfiguration", routing));
    map(values.place, members)
}

fn route<'t>(item: &'t Node<'t>) -> Node<'t> {
    let members =
        vec![("StateMachineVersionArn", known(item, "state_machine_version_arn")), ("Weight", known(item, "weight"))];
    map(item.place, members)
}

/// A policy, which is not left out where it is not known: it may allow anything.
fn policy<'t>(values: &'t Node<'t>, names: &[(&'static str, &str)]) -> Node<'t> {
    let Value::Map(mut members) = given(values, names).value else { return unknown(values.place) };
    members.push((Cow::Borrowed("PolicyDocument"), known(values, "policy")));
    Node { place: values.place, value: Value::Map(members) }
}

/// A role with its inline policies; Terraform writes one without members where there is none.
fn role<'t>(values: &'t Node<'t>) -> Node<'t> {
    let inline = values.get("inline_policy").map(Node::items).unwrap_or_default();
    let policies =
        inline
            .iter()
            .map(|item| {
                if item.members().is_empty() {
                    Node { place: item.place, value: Value::Null }
                } else {
                    policy(item, &[])
                }
            })
            .collect();
    let Value::Map(mut members) =
        given(values, &[("RoleName", "name"), ("ManagedPolicyArns", "managed_policy_arns")]).value
    else {
        return unknown(values.place);
    };
    members.push((Cow::Borrowed("Policies"), Node { place: values.place, value: Value::List(policies) }));
    Node { place: values.place, value: Value::Map(members) }
}

/// The members that a plan gives, by the names that a template has for them.
fn given<'t>(values: &'t Node<'t>, names: &[(&'static str, &str)]) -> Node<'t> {
    let known = names.iter().filter_map(|(name, own)| Some((*name, values.get(own)?.clone())));
    map(values.place, known.collect())
}

/// The names of aliases that the plan deletes and creates anew under another name.
fn names_before<'t>(plan: &'t Node<'t>) -> HashMap<&'t str, &'t str> {
    let replaced = |change: &'t Node<'t>| {
        let alias = change.get("type")?.text()? == "aws_sfn_alias";
        let deleted =
            change.get("change")?.get("actions")?.items().iter().any(|action| action.text() == Some("delete"));
        let name = change.get("change")?.get("before")?.get("name")?.text()?;
        (alias && deleted).then_some((change.get("address")?.text()?, name))
    };
    plan.get("resource_changes").map(Node::items).unwrap_or_default().iter().filter_map(replaced).collect()
}

/// A value that the plan knows, or what stands for one that it does not.
fn known<'t>(values: &'t Node<'t>, name: &str) -> Node<'t> {
    match values.get(name) {
        Some(node) if !matches!(node.value, Value::Null) => node.clone(),
        _ => unknown(values.place),
    }
}

fn unknown<'t>(place: Place) -> Node<'t> {
    map(place, vec![(UNKNOWN, Node { place, value: Value::Null })])
}

fn text<'t>(place: Place, text: &'t str) -> Node<'t> {
    Node { place, value: Value::Text(Cow::Borrowed(text)) }
}

fn map<'t>(place: Place, members: Vec<(&'static str, Node<'t>)>) -> Node<'t> {
    let members = members.into_iter().map(|(name, node)| (Cow::Borrowed(name), node)).collect();
    Node { place, value: Value::Map(members) }
}
