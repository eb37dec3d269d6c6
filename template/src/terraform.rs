//! Translates Terraform plans (`terraform show -json`) into templates. Values that are known only after apply are
//! unknown.

use super::resources::{ALIAS, STATE_MACHINE};
use super::tree::{Node, Position, Value, escape_pointer};
use std::borrow::Cow;
use std::collections::HashMap;

/// Members of translated resources, with names that no template has: the position in the plan, the type in the plan,
/// and the previous name of the alias.
const POINTER: &str = "terraform pointer";
const KIND: &str = "terraform type";
const NAME_BEFORE: &str = "terraform name before";
const PUBLISH: &str = "terraform publish";
/// A function that the resolver does not know.
const UNKNOWN: &str = "Fn::Unknown";

/// Returns the pointer of a resource in its plan, or `None` for a resource of a template.
pub(crate) fn plan_pointer<'n>(resource: &'n Node<'_>) -> Option<&'n str> {
    resource.get(POINTER).and_then(Node::text)
}

/// Returns the type of a resource in its plan.
pub(crate) fn plan_type<'n>(resource: &'n Node<'_>) -> Option<&'n str> {
    resource.get(KIND).and_then(Node::text)
}

/// Returns whether a state machine of a plan publishes versions.
pub(crate) fn publishes_versions(resource: &Node<'_>) -> bool {
    resource.get(PUBLISH).is_some_and(|publish| matches!(publish.value, Value::Bool(true)))
}

/// Returns the previous name of an alias that the plan replaces.
pub(crate) fn previous_name<'n>(resource: &'n Node<'_>) -> Option<&'n str> {
    resource.get(NAME_BEFORE).and_then(Node::text)
}

/// Adds a step to a pointer. Plans use other names than templates.
pub(crate) fn push_step(pointer: &mut String, step: &str, in_plan: bool) {
    let name = if in_plan { plan_member(pointer, step) } else { escape_pointer(step) };
    if !name.is_empty() {
        pointer.push('/');
        pointer.push_str(&name);
    }
}

/// Returns the name of a member in a plan, or an empty text if plans do not have this member.
fn plan_member(pointer: &str, step: &str) -> String {
    match step {
        "Properties" | "Targets" | "Integration" => String::new(),
        "PolicyDocument" => "policy".to_owned(),
        "Policies" => "inline_policy".to_owned(),
        "DefinitionString" => "definition".to_owned(),
        // A key of `request_parameters`.
        "StateMachineArn" => step.to_owned(),
        // The pointer of a schedule already contains the target.
        "Target" if pointer.ends_with("/target/0") => String::new(),
        _ => to_snake_case(step),
    }
}

/// Returns the name of a template member in plans.
pub(crate) fn plan_name(member: &str) -> String {
    plan_member("", member)
}

fn to_snake_case(name: &str) -> String {
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

/// Translates a plan into a template.
pub(crate) fn translate_plan<'t>(plan: &'t Node<'t>) -> Node<'t> {
    let mut resources = Vec::new();
    let names = previous_names(plan);
    if let Some(module) = plan.get("planned_values").and_then(|values| values.get("root_module")) {
        collect_resources(module, "/planned_values/root_module", &names, &mut resources);
    }
    map(plan.position, vec![("Resources", Node { position: plan.position, value: Value::Map(resources) })])
}

type Members<'t> = Vec<(Cow<'t, str>, Node<'t>)>;

fn collect_resources<'t>(module: &'t Node<'t>, path: &str, names: &HashMap<&'t str, &'t str>, found: &mut Members<'t>) {
    for (index, resource) in module.get("resources").map(Node::items).unwrap_or_default().iter().enumerate() {
        let path = format!("{path}/resources/{index}/values");
        let address = resource.get("address").and_then(Node::text);
        if let Some((address, node)) = address.zip(translate_resource(resource, path, names)) {
            found.push((Cow::Borrowed(address), node));
        }
    }
    for (index, child) in module.get("child_modules").map(Node::items).unwrap_or_default().iter().enumerate() {
        collect_resources(child, &format!("{path}/child_modules/{index}"), names, found);
    }
}

fn translate_resource<'t>(
    resource: &'t Node<'t>,
    pointer: String,
    names: &HashMap<&'t str, &'t str>,
) -> Option<Node<'t>> {
    let own_kind = resource.get("type")?.text()?;
    let values = resource.get("values")?;
    let at_target = own_kind == "aws_scheduler_schedule";
    let pointer = if at_target { format!("{pointer}/target/0") } else { pointer };
    let (kind, properties) = match own_kind {
        "aws_sfn_alias" => (ALIAS, translate_alias(values)),
        "aws_sfn_state_machine" => {
            (STATE_MACHINE, rename_members(values, &[("StateMachineName", "name"), ("DefinitionString", "definition")]))
        }
        "aws_iam_policy" => ("AWS::IAM::ManagedPolicy", translate_policy(values, &[])),
        "aws_iam_role_policy" => ("AWS::IAM::RolePolicy", translate_policy(values, &[("RoleName", "role")])),
        "aws_iam_user_policy" => ("AWS::IAM::UserPolicy", translate_policy(values, &[("UserName", "user")])),
        "aws_iam_group_policy" => ("AWS::IAM::GroupPolicy", translate_policy(values, &[("GroupName", "group")])),
        "aws_iam_role" => ("AWS::IAM::Role", translate_role(values)),
        // If the ARN is unknown, the plan contains the policy itself.
        "aws_iam_role_policy_attachment" | "aws_iam_user_policy_attachment" | "aws_iam_group_policy_attachment" => {
            values.get("policy_arn")?.text()?;
            const ATTACHED: [(&str, &str); 4] = [
                ("RoleName", "role"),
                ("UserName", "user"),
                ("GroupName", "group"),
                ("ManagedPolicyArns", "policy_arn"),
            ];
            ("AWS::IAM::RolePolicy", rename_members(values, &ATTACHED))
        }
        "aws_cloudwatch_event_target" => {
            ("AWS::Events::Rule", map(values.position, vec![("Targets", rename_members(values, &[("Arn", "arn")]))]))
        }
        "aws_scheduler_schedule" => {
            let target = rename_members(values.get("target")?.items().first()?, &[("Arn", "arn"), ("Input", "input")]);
            ("AWS::Scheduler::Schedule", map(values.position, vec![("Target", target)]))
        }
        "aws_pipes_pipe" => {
            ("AWS::Pipes::Pipe", rename_members(values, &[("Target", "target"), ("Enrichment", "enrichment")]))
        }
        "aws_apigatewayv2_integration" => (
            "AWS::ApiGatewayV2::Integration",
            rename_members(
                values,
                &[("IntegrationSubtype", "integration_subtype"), ("RequestParameters", "request_parameters")],
            ),
        ),
        "aws_api_gateway_integration" => {
            let integration = rename_members(values, &[("Uri", "uri"), ("RequestTemplates", "request_templates")]);
            ("AWS::ApiGateway::Method", map(values.position, vec![("Integration", integration)]))
        }
        _ => return None,
    };
    let mut members = vec![
        ("Type", text(resource.position, kind)),
        ("Properties", properties),
        (KIND, text(resource.position, own_kind)),
        (POINTER, Node { position: resource.position, value: Value::Text(Cow::Owned(pointer)) }),
    ];
    if let Some(publish) = values.get("publish").filter(|_| kind == STATE_MACHINE) {
        members.push((PUBLISH, publish.clone()));
    }
    if let Some(before) = resource.get("address").and_then(Node::text).and_then(|address| names.get(address)) {
        members.push((NAME_BEFORE, text(resource.position, before)));
    }
    Some(map(resource.position, members))
}

fn translate_alias<'t>(values: &'t Node<'t>) -> Node<'t> {
    let mut members = vec![("Name", known_or_unknown(values, "name"))];
    // Plans contain an empty description if there is none.
    if let Some(description) = values.get("description").filter(|node| node.text().is_some_and(|text| !text.is_empty()))
    {
        members.push(("Description", description.clone()));
    }
    let routing = match values.get("routing_configuration") {
        Some(list) if matches!(list.value, Value::List(_)) => {
            Node { position: list.position, value: Value::List(list.items().iter().map(translate_route).collect()) }
        }
        _ => unknown(values.position),
    };
    members.push(("RoutingConfiguration", routing));
    map(values.position, members)
}

fn translate_route<'t>(item: &'t Node<'t>) -> Node<'t> {
    let members = vec![
        ("StateMachineVersionArn", known_or_unknown(item, "state_machine_version_arn")),
        ("Weight", known_or_unknown(item, "weight")),
    ];
    map(item.position, members)
}

/// Translates a policy. An unknown policy is not omitted, because it may allow anything.
fn translate_policy<'t>(values: &'t Node<'t>, names: &[(&'static str, &str)]) -> Node<'t> {
    let Value::Map(mut members) = rename_members(values, names).value else { return unknown(values.position) };
    members.push((Cow::Borrowed("PolicyDocument"), known_or_unknown(values, "policy")));
    Node { position: values.position, value: Value::Map(members) }
}

/// Translates a role with its inline policies. Plans contain an empty policy if there is none.
fn translate_role<'t>(values: &'t Node<'t>) -> Node<'t> {
    let inline = values.get("inline_policy").map(Node::items).unwrap_or_default();
    let policies = inline
        .iter()
        .map(|item| {
            if item.members().is_empty() {
                Node { position: item.position, value: Value::Null }
            } else {
                translate_policy(item, &[])
            }
        })
        .collect();
    let Value::Map(mut members) =
        rename_members(values, &[("RoleName", "name"), ("ManagedPolicyArns", "managed_policy_arns")]).value
    else {
        return unknown(values.position);
    };
    members.push((Cow::Borrowed("Policies"), Node { position: values.position, value: Value::List(policies) }));
    Node { position: values.position, value: Value::Map(members) }
}

/// Copies members of a plan under their names in templates.
fn rename_members<'t>(values: &'t Node<'t>, names: &[(&'static str, &str)]) -> Node<'t> {
    let known = names.iter().filter_map(|(name, own)| Some((*name, values.get(own)?.clone())));
    map(values.position, known.collect())
}

/// Returns the names of aliases that the plan replaces.
fn previous_names<'t>(plan: &'t Node<'t>) -> HashMap<&'t str, &'t str> {
    let replaced = |change: &'t Node<'t>| {
        let alias = change.get("type")?.text()? == "aws_sfn_alias";
        let deleted =
            change.get("change")?.get("actions")?.items().iter().any(|action| action.text() == Some("delete"));
        let name = change.get("change")?.get("before")?.get("name")?.text()?;
        (alias && deleted).then_some((change.get("address")?.text()?, name))
    };
    plan.get("resource_changes").map(Node::items).unwrap_or_default().iter().filter_map(replaced).collect()
}

/// Returns the value, or an unknown value.
fn known_or_unknown<'t>(values: &'t Node<'t>, name: &str) -> Node<'t> {
    match values.get(name) {
        Some(node) if !matches!(node.value, Value::Null) => node.clone(),
        _ => unknown(values.position),
    }
}

fn unknown<'t>(position: Position) -> Node<'t> {
    map(position, vec![(UNKNOWN, Node { position, value: Value::Null })])
}

fn text<'t>(position: Position, text: &'t str) -> Node<'t> {
    Node { position, value: Value::Text(Cow::Borrowed(text)) }
}

fn map<'t>(position: Position, members: Vec<(&'static str, Node<'t>)>) -> Node<'t> {
    let members = members.into_iter().map(|(name, node)| (Cow::Borrowed(name), node)).collect();
    Node { position, value: Value::Map(members) }
}
