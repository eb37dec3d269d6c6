//! Finds out which operations something outside the policy documents of a template may allow.

use super::document::{EXECUTION_POLICIES, find_document, is_policy};
use crate::caches::ConnectorSources;
use crate::embedded::parsed_content;
use crate::operations::Operations;
use crate::resolve::{Part, Selected};
use crate::resources::{Resource, View};
use crate::scenarios::inputs_of_members;
use crate::tree::{Node, Value};

/// AWS managed policies that do not allow operations on versions and aliases. Other managed policies are unknown.
const UNRELATED_POLICIES: [&str; 19] = [
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaENIManagementAccess",
    "AWSLambdaKinesisExecutionRole",
    "AWSLambdaMSKExecutionRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AWSXRayDaemonWriteAccess",
    "AWSXrayWriteOnlyAccess",
    "AmazonAPIGatewayPushToCloudWatchLogs",
    "AmazonDynamoDBReadOnlyAccess",
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonECSTaskExecutionRolePolicy",
    "AmazonS3FullAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonSNSFullAccess",
    "AmazonSQSFullAccess",
    "AmazonSSMReadOnlyAccess",
    "CloudWatchLambdaInsightsExecutionRolePolicy",
];
/// The AWS managed policy that allows to describe and list, but not to start.
const READ_ONLY_POLICY: &str = "AWSStepFunctionsReadOnlyAccess";

/// Returns the operations that anything besides the documents of this resource may allow.
pub(super) fn find_external_operations<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> Operations {
    // A SAM connector adds policies.
    if resource.node.get("Connectors").is_some()
        || is_source_of_connector(view, resource)
        || resource.node.get("Properties").is_some_and(has_macro)
        || !matches!(view.property(resource, "CustomerManagedPolicyReferences"), Selected::Absent)
    {
        return Operations::ALL;
    }
    let found = ["ManagedPolicyArns", "ManagedPolicies", "Policies"]
        .into_iter()
        .map(|member| list_operations(view, view.property(resource, member)));
    found.fold(Operations::NONE, |all, operations| all | operations)
}

/// Returns the operations that the policies in a property may allow.
fn list_operations<'t>(view: View<'_, 't>, policies: Selected<'t>) -> Operations {
    if any_item(view, policies, |_| false) {
        return Operations::ALL;
    }
    let items = view.known_items(policies).into_iter();
    items.fold(Operations::NONE, |all, (_, policy)| all | policy_operations(view, policy))
}

/// Returns whether a macro generates members of the map.
pub(super) fn has_macro(node: &Node<'_>) -> bool {
    node.members().iter().any(|(name, _)| name.starts_with("Fn::") && name != "Fn::If")
}

impl ConnectorSources {
    fn of(view: View<'_, '_>) -> Self {
        let mut connected = Self::default();
        for connector in view.template.resources.iter().filter(|resource| resource.kind == CONNECTOR) {
            let id = view.text(view.member(view.property(connector, "Source").node(), "Id"));
            match id.as_ref().and_then(|id| id.text()) {
                Some(id) => drop(connected.ids.insert(id.to_owned())),
                None => connected.any = true,
            }
        }
        connected
    }
}

pub(super) const CONNECTOR: &str = "AWS::Serverless::Connector";

fn is_source_of_connector<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> bool {
    let template = view.template;
    let connected = template.caches.connected.get(
        view.scenario,
        || inputs_of_members(template, &["Source"]),
        || ConnectorSources::of(view),
    );
    connected.any || connected.ids.contains(resource.id)
}

/// Returns whether the predicate is true for the value or one of its items. Unknown values count as true.
pub(super) fn any_item<'t>(view: View<'_, 't>, value: Selected<'t>, is_so: impl Fn(&'t Node<'t>) -> bool) -> bool {
    let items = match value {
        Selected::Absent => return false,
        Selected::Unknown => return true,
        Selected::Node(node) => match &node.value {
            Value::List(items) => items,
            _ => return is_so(node),
        },
    };
    items.iter().any(|item| match view.template.resolver.select(Some(item), view.scenario) {
        Selected::Absent => false,
        Selected::Unknown => true,
        Selected::Node(node) => is_so(node),
    })
}

/// Returns the operations that a policy may allow if it is not a document of the template.
fn policy_operations<'t>(view: View<'_, 't>, policy: &'t Node<'t>) -> Operations {
    let to_operations = |is_unknown: bool| if is_unknown { Operations::ALL } else { Operations::NONE };
    if policy.intrinsic().is_none() && matches!(policy.value, Value::Map(_)) {
        return to_operations(find_document(view, policy).is_none() && !is_sam_template(policy));
    }
    let Some(symbol) = view.symbol(Some(policy)) else { return Operations::ALL };
    match symbol.parts() {
        [Part::Ref(id) | Part::Attribute(id, _)] => to_operations(!view.template.resource(id).is_some_and(is_policy)),
        _ => symbol.example_text().map_or(Operations::ALL, |text| managed_policy_operations(&text)),
    }
}

/// A SAM policy template is a map with one name. The grants of the one that allows starts are read.
fn is_sam_template(policy: &Node<'_>) -> bool {
    matches!(policy.members(), [(name, _)] if name.ends_with("Policy") || EXECUTION_POLICIES.contains(&name.as_ref()))
}

/// SAM also accepts the names of AWS managed policies without ARN prefix.
fn managed_policy_operations(arn: &str) -> Operations {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let is_managed = arn.contains(":iam::aws:policy/") || name == arn;
    match name {
        READ_ONLY_POLICY if is_managed => Operations::OTHER,
        _ if is_managed && UNRELATED_POLICIES.contains(&name) => Operations::NONE,
        _ => Operations::ALL,
    }
}

/// Returns whether a document is a map without macros.
pub(super) fn has_no_macro(document: &Node<'_>) -> bool {
    let document = parsed_content(document);
    matches!(document.value, Value::Map(_)) && document.intrinsic().is_none() && !has_macro(document)
}
