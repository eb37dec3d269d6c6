//! Translates Terraform plans (`terraform show -json`) into templates. Values that are known only after apply are
//! unknown.

mod alarms;
mod changes;
mod configuration;
mod names;
mod nodes;

use super::resources::{ALIAS, STATE_MACHINE};
use super::tree::{Node, Value};
use changes::Changes;
use configuration::Configuration;
pub(crate) use names::{plan_name, push_step, translate_message, translate_words};
use nodes::{is_unknown, known_or_unknown, map, rename_members, text, unknown};
use std::borrow::Cow;

/// Members of translated resources, with names that no template has: the position in the plan, the type in the plan,
/// the previous name of the alias, the references of its routes, and what the plan does with a state machine.
const POINTER: &str = "terraform pointer";
const KIND: &str = "terraform type";
const NAME_BEFORE: &str = "terraform name before";
const REFERENCES: &str = "terraform references";
const PUBLISH: &str = "terraform publish";
const VERSION_ARN: &str = "terraform version";
const CHANGES: &str = "terraform changes";
/// The attribute of a state machine with the ARN of its last version.
pub(crate) const VERSION_ATTRIBUTE: &str = "state_machine_version_arn";
/// References of longer lists of routes are not read. AWS accepts two routes.
const MAX_ROUTES: usize = 2;

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

/// What a plan does with a state machine.
pub(crate) struct PlannedStateMachine<'n> {
    /// Whether it publishes versions. `None` if unknown.
    pub publish: Option<bool>,
    /// The ARN of its last version after the apply, if known.
    pub version_arn: Option<&'n str>,
    /// Whether the apply creates a new revision.
    pub changes: bool,
}

/// What the version of a route refers to in the configuration.
pub(crate) struct RouteReference<'n> {
    pub index: usize,
    /// The address of a resource, and its attribute.
    pub address: &'n str,
    pub attribute: &'n str,
    /// The value after the apply, if known.
    pub value: Option<&'n str>,
}

/// Returns what the plan does with a state machine, or `None` for a resource of a template.
pub(crate) fn planned_state_machine<'n>(resource: &'n Node<'_>) -> Option<PlannedStateMachine<'n>> {
    let publish = match resource.get(PUBLISH)?.value {
        Value::Bool(publish) => Some(publish),
        _ => None,
    };
    let changes = resource.get(CHANGES).is_some_and(|changes| matches!(changes.value, Value::Bool(true)));
    Some(PlannedStateMachine { publish, version_arn: resource.get(VERSION_ARN).and_then(Node::text), changes })
}

/// Returns the references of the routes of an alias.
pub(crate) fn route_references<'n>(resource: &'n Node<'_>) -> Vec<RouteReference<'n>> {
    let read = |(index, route): (usize, &'n Node<'_>)| {
        let text = |name| route.get(name).and_then(Node::text);
        Some(RouteReference { index, address: text("address")?, attribute: text("attribute")?, value: text("value") })
    };
    let routes = resource.get(REFERENCES).map(Node::items).unwrap_or_default();
    routes.iter().enumerate().filter_map(read).collect()
}

/// Returns the previous name of an alias that the plan replaces.
pub(crate) fn previous_name<'n>(resource: &'n Node<'_>) -> Option<&'n str> {
    resource.get(NAME_BEFORE).and_then(Node::text)
}

pub(crate) fn is_plan(root: &Node<'_>) -> bool {
    root.get("planned_values").is_some() && root.get("format_version").is_some()
}

/// Translates a plan into a template.
pub(crate) fn translate_plan<'t>(plan: &'t Node<'t>) -> Node<'t> {
    let mut resources = Vec::new();
    let context = Context { changes: Changes::new(plan), configuration: Configuration::new(plan) };
    if let Some(module) = plan.get("planned_values").and_then(|values| values.get("root_module")) {
        collect_resources(module, "/planned_values/root_module", &context, &mut resources);
    }
    map(plan.position, vec![("Resources", Node { position: plan.position, value: Value::Map(resources) })])
}

type Members<'t> = Vec<(Cow<'t, str>, Node<'t>)>;

/// The parts of a plan apart from the planned values.
struct Context<'t> {
    changes: Changes<'t>,
    configuration: Configuration<'t>,
}

fn collect_resources<'t>(module: &'t Node<'t>, path: &str, context: &Context<'t>, found: &mut Members<'t>) {
    for (index, resource) in module.get("resources").map(Node::items).unwrap_or_default().iter().enumerate() {
        let path = format!("{path}/resources/{index}/values");
        let address = resource.get("address").and_then(Node::text);
        if let Some((address, node)) = address.zip(translate_resource(resource, path, context)) {
            found.push((Cow::Borrowed(address), node));
        }
    }
    for (index, child) in module.get("child_modules").map(Node::items).unwrap_or_default().iter().enumerate() {
        collect_resources(child, &format!("{path}/child_modules/{index}"), context, found);
    }
}

fn translate_resource<'t>(resource: &'t Node<'t>, pointer: String, context: &Context<'t>) -> Option<Node<'t>> {
    let address = resource.get("address").and_then(Node::text).unwrap_or_default();
    let own_kind = resource.get("type")?.text()?;
    let values = resource.get("values")?;
    let at_target = own_kind == "aws_scheduler_schedule";
    let pointer = if at_target { format!("{pointer}/target/0") } else { pointer };
    let references = if own_kind == "aws_sfn_alias" { find_references(address, values, context) } else { Vec::new() };
    let (kind, properties) = match own_kind {
        "aws_sfn_alias" => (ALIAS, translate_alias(values, &references)),
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
        "aws_cloudwatch_metric_alarm" => {
            ("AWS::CloudWatch::Alarm", alarms::translate_alarm(values, context.changes.unknown_values(address)))
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
    if kind == STATE_MACHINE {
        let position = resource.position;
        members.push((PUBLISH, values.get("publish").cloned().unwrap_or(Node { position, value: Value::Null })));
        members.extend(values.get(VERSION_ATTRIBUTE).map(|version| (VERSION_ARN, version.clone())));
        members.push((CHANGES, Node { position, value: Value::Bool(context.changes.creates_revision(address)) }));
    }
    if !references.is_empty() {
        members.push((REFERENCES, Node { position: resource.position, value: Value::List(references) }));
    }
    if let Some(before) = context.changes.previous_name(address) {
        members.push((NAME_BEFORE, text(resource.position, before)));
    }
    Some(map(resource.position, members))
}

/// Finds what the versions of an alias refer to. Routes without a reference have an empty map.
fn find_references<'t>(address: &str, values: &'t Node<'t>, context: &Context<'t>) -> Vec<Node<'t>> {
    let routes = values.get("routing_configuration").map(Node::items).unwrap_or_default();
    if routes.len() > MAX_ROUTES {
        return Vec::new();
    }
    let reference = |(index, route): (usize, &'t Node<'t>)| {
        // A `dynamic` block has another number of routes.
        let argument = |expressions: &'t Node<'t>| {
            let blocks = expressions.get("routing_configuration")?.items();
            blocks.get(index).filter(|_| blocks.len() == routes.len())?.get(VERSION_ATTRIBUTE)
        };
        let value = route.get(VERSION_ATTRIBUTE).cloned();
        let found = context.configuration.find_reference(address, argument);
        let members = found.map(|found| {
            let owned = |text: String| Node { position: route.position, value: Value::Text(text.into()) };
            let own = [("address", owned(found.address)), ("attribute", owned(found.attribute))];
            own.into_iter().chain(value.map(|value| ("value", value))).collect()
        });
        map(route.position, members.unwrap_or_default())
    };
    routes.iter().enumerate().map(reference).collect()
}

fn translate_alias<'t>(values: &'t Node<'t>, references: &[Node<'t>]) -> Node<'t> {
    let mut members = vec![("Name", known_or_unknown(values, "name"))];
    // Plans contain an empty description if there is none.
    if let Some(description) = values.get("description").filter(|node| node.text().is_some_and(|text| !text.is_empty()))
    {
        members.push(("Description", description.clone()));
    }
    let routing = match values.get("routing_configuration") {
        Some(list) if matches!(list.value, Value::List(_)) => {
            let items = list.items().iter().enumerate();
            let routes = items.map(|(index, item)| translate_route(item, references.get(index)));
            Node { position: list.position, value: Value::List(routes.collect()) }
        }
        _ => unknown(values.position),
    };
    members.push(("RoutingConfiguration", routing));
    map(values.position, members)
}

fn translate_route<'t>(item: &'t Node<'t>, reference: Option<&Node<'t>>) -> Node<'t> {
    let is_version = |reference: &Node<'t>| reference.get("attribute").and_then(Node::text) == Some(VERSION_ATTRIBUTE);
    let mut version = known_or_unknown(item, VERSION_ATTRIBUTE);
    let address = || reference.filter(|reference| is_version(reference))?.get("address").cloned();
    if let (true, Some(address)) = (is_unknown(&version), address()) {
        let attribute = Value::List(vec![address, text(item.position, VERSION_ATTRIBUTE)]);
        version = map(item.position, vec![("Fn::GetAtt", Node { position: item.position, value: attribute })]);
    }
    map(item.position, vec![("StateMachineVersionArn", version), ("Weight", known_or_unknown(item, "weight"))])
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
