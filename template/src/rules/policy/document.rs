//! Where policy documents stand in resources.

use crate::resources::{Resource, View};
use crate::tree::Node;

const WITH_LIST: [&str; 5] = [
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::IAM::Group",
    "AWS::Serverless::Function",
    "AWS::Serverless::StateMachine",
];
const WITH_ONE: [&str; 5] = [
    "AWS::IAM::Policy",
    "AWS::IAM::ManagedPolicy",
    "AWS::IAM::RolePolicy",
    "AWS::IAM::UserPolicy",
    "AWS::IAM::GroupPolicy",
];

pub(super) fn is_policy(resource: &Resource<'_>) -> bool {
    WITH_ONE.contains(&resource.kind) || WITH_LIST.contains(&resource.kind)
}

/// The policy documents of a resource, with their paths.
pub(super) fn documents<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> Vec<(String, &'t Node<'t>)> {
    const ONE: &str = "PolicyDocument";
    if WITH_ONE.contains(&resource.kind) {
        let document = view.property(resource, ONE).node();
        return document.map(|node| (format!("Properties/{ONE}"), node)).into_iter().collect();
    }
    if !WITH_LIST.contains(&resource.kind) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, policy) in view.known_items(view.property(resource, "Policies")) {
        let path =
            index.map_or_else(|| "Properties/Policies".to_owned(), |index| format!("Properties/Policies/{index}"));
        // SAM takes the document itself.
        match view.member(Some(policy), ONE).node() {
            Some(document) => found.push((format!("{path}/{ONE}"), document)),
            None if policy.get("Statement").is_some() => found.push((path, policy)),
            None => {}
        }
    }
    found
}

/// Whether a policy that is not in the template may allow starting everything.
pub(super) fn covered_by_managed_policy<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> bool {
    const NAMES: [&str; 4] = ["StepFunctions", "Administrator", "PowerUser", "StepFunctionsExecutionPolicy"];
    let members = ["ManagedPolicyArns", "Policies"].map(|member| view.known_items(view.property(resource, member)));
    members.into_iter().flatten().any(|(_, node)| match view.symbol(Some(node)) {
        Some(symbol) => match symbol.parts() {
            [_] if symbol.text().is_none() => {
                node.intrinsic().is_some() && !names_policy_of_template(view, &symbol.shown())
            }
            _ => symbol.text().is_some_and(|text| NAMES.iter().any(|name| text.contains(name))),
        },
        None => false,
    }) || has_sam_template(view, resource)
}

/// SAM's policy templates are maps of one name, for example `StepFunctionsExecutionPolicy`.
fn has_sam_template<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> bool {
    let policies = view.known_items(view.property(resource, "Policies"));
    policies.iter().any(|(_, node)| node.get("StepFunctionsExecutionPolicy").is_some())
}

fn names_policy_of_template(view: View<'_, '_>, shown: &str) -> bool {
    let id = shown.trim_start_matches("${").trim_end_matches('}');
    view.template.resource(id).is_some_and(is_policy)
}
