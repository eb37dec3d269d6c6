//! Finds out whether something outside the policy documents of a template may allow a start.

use super::document::{find_document, is_policy};
use crate::caches::ConnectorSources;
use crate::embedded::parsed_content;
use crate::resolve::{Part, Selected};
use crate::resources::{Resource, View};
use crate::scenarios::inputs_of_members;
use crate::tree::{Node, Value};

/// AWS managed policies that do not allow starting executions. Other managed policies are unknown.
const POLICIES_WITHOUT_START: [&str; 20] = [
    "AWSLambdaBasicExecutionRole",
    "AWSLambdaDynamoDBExecutionRole",
    "AWSLambdaENIManagementAccess",
    "AWSLambdaKinesisExecutionRole",
    "AWSLambdaMSKExecutionRole",
    "AWSLambdaSQSQueueExecutionRole",
    "AWSLambdaVPCAccessExecutionRole",
    "AWSStepFunctionsReadOnlyAccess",
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

/// Returns whether anything besides the documents of this resource may allow a start.
pub(super) fn may_grant_more<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> bool {
    // A SAM connector adds policies.
    resource.node.get("Connectors").is_some()
        || is_source_of_connector(view, resource)
        || resource.node.get("Properties").is_some_and(has_macro)
        || !matches!(view.property(resource, "CustomerManagedPolicyReferences"), Selected::Absent)
        || ["ManagedPolicyArns", "ManagedPolicies", "Policies"]
            .into_iter()
            .any(|member| any_item(view, view.property(resource, member), |node| is_external(view, node)))
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

/// Returns whether a policy is neither in the template nor known not to allow starts.
fn is_external<'t>(view: View<'_, 't>, policy: &'t Node<'t>) -> bool {
    if policy.intrinsic().is_none() && matches!(policy.value, Value::Map(_)) {
        return find_document(view, policy).is_none() && !is_sam_template(policy);
    }
    let Some(symbol) = view.symbol(Some(policy)) else { return true };
    match symbol.parts() {
        [Part::Ref(id) | Part::Attribute(id, _)] => !view.template.resource(id).is_some_and(is_policy),
        _ => symbol.example_text().is_none_or(|text| !allows_no_start(&text)),
    }
}

/// A SAM policy template is a map with one name. `StepFunctionsExecutionPolicy` allows starts.
fn is_sam_template(policy: &Node<'_>) -> bool {
    matches!(policy.members(), [(name, _)] if name.ends_with("Policy") && name != "StepFunctionsExecutionPolicy")
}

/// SAM also accepts the names of AWS managed policies without ARN prefix.
fn allows_no_start(arn: &str) -> bool {
    let name = arn.rsplit('/').next().unwrap_or_default();
    POLICIES_WITHOUT_START.contains(&name) && (arn.contains(":iam::aws:policy/") || name == arn)
}

/// Returns whether a document is a map without macros.
pub(super) fn has_no_macro(document: &Node<'_>) -> bool {
    let document = parsed_content(document);
    matches!(document.value, Value::Map(_)) && document.intrinsic().is_none() && !has_macro(document)
}
