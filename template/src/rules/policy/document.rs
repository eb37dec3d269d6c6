//! Finds the policy documents in resources.

use crate::embedded::parsed_content;
use crate::resolve::Selected;
use crate::resources::{Resource, View};
use crate::tree::Node;

const TYPES_WITH_POLICIES: [&str; 5] = [
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::IAM::Group",
    "AWS::Serverless::Function",
    "AWS::Serverless::StateMachine",
];
const DOCUMENT: &str = "PolicyDocument";
/// Types with one document, and the property that contains it.
const TYPES_WITH_DOCUMENT: [(&str, &str); 6] = [
    ("AWS::IAM::Policy", DOCUMENT),
    ("AWS::IAM::ManagedPolicy", DOCUMENT),
    ("AWS::IAM::RolePolicy", DOCUMENT),
    ("AWS::IAM::UserPolicy", DOCUMENT),
    ("AWS::IAM::GroupPolicy", DOCUMENT),
    ("AWS::SSO::PermissionSet", "InlinePolicy"),
];

/// The SAM policy templates that allow starts.
pub(super) const EXECUTION_POLICIES: [&str; 2] = ["StepFunctionsExecutionPolicy", "StepFunctionsExecutionPolicy_v2"];

/// Returns whether a resource is a policy or contains policies.
pub(crate) fn is_policy(resource: &Resource<'_>) -> bool {
    TYPES_WITH_DOCUMENT.iter().any(|(kind, _)| *kind == resource.kind) || TYPES_WITH_POLICIES.contains(&resource.kind)
}

/// Returns whether a resource is a policy, or contains `Policies`.
pub(crate) fn has_policies(resource: &Resource<'_>) -> bool {
    let policies = || resource.node.get("Properties")?.get("Policies");
    is_policy(resource) && (!TYPES_WITH_POLICIES.contains(&resource.kind) || policies().is_some())
}

/// Returns the policy documents of a resource with their paths.
pub(super) fn find_documents<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> Vec<(String, &'t Node<'t>)> {
    if let Some((_, member)) = TYPES_WITH_DOCUMENT.iter().find(|(kind, _)| *kind == resource.kind) {
        let document = view.property(resource, member).node();
        return document.map(|node| (format!("Properties/{member}"), parsed_content(node))).into_iter().collect();
    }
    let mut found = Vec::new();
    if !TYPES_WITH_POLICIES.contains(&resource.kind) {
        return found;
    }
    for (index, policy) in view.known_items(view.property(resource, "Policies")) {
        let path =
            index.map_or_else(|| "Properties/Policies".to_owned(), |index| format!("Properties/Policies/{index}"));
        if let Some((member, document)) = find_document(view, policy) {
            found.push((path + member, document));
        }
    }
    found
}

/// Returns the document of an item of `Policies` with its path.
pub(super) fn find_document<'t>(view: View<'_, 't>, policy: &'t Node<'t>) -> Option<(&'static str, &'t Node<'t>)> {
    match view.member(Some(policy), DOCUMENT) {
        Selected::Node(document) => Some(("/PolicyDocument", parsed_content(document))),
        // SAM also accepts the document itself.
        _ => policy.get("Statement").map(|_| ("", policy)),
    }
}

/// Returns the state machine names in the SAM policy templates that allow starts, with their paths.
pub(super) fn find_execution_policies<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> Vec<(String, Selected<'t>)> {
    const MEMBER: &str = "StateMachineName";
    let mut found = Vec::new();
    if !resource.kind.starts_with("AWS::Serverless::") {
        return found;
    }
    for (index, policy) in view.known_items(view.property(resource, "Policies")) {
        let [(name, arguments)] = policy.members() else { continue };
        if EXECUTION_POLICIES.contains(&name.as_ref()) {
            let item = index.map_or_else(String::new, |index| format!("/{index}"));
            let path = format!("Properties/Policies{item}/{name}/{MEMBER}");
            found.push((path, view.member(Some(arguments), MEMBER)));
        }
    }
    found
}
