//! Where policy documents stand in resources.

use crate::embedded::content;
use crate::resolve::Selected;
use crate::resources::{Resource, View};
use crate::tree::Node;

const WITH_LIST: [&str; 5] = [
    "AWS::IAM::Role",
    "AWS::IAM::User",
    "AWS::IAM::Group",
    "AWS::Serverless::Function",
    "AWS::Serverless::StateMachine",
];
const ONE: &str = "PolicyDocument";
/// Types with one document, and the member that it is.
const WITH_ONE: [(&str, &str); 6] = [
    ("AWS::IAM::Policy", ONE),
    ("AWS::IAM::ManagedPolicy", ONE),
    ("AWS::IAM::RolePolicy", ONE),
    ("AWS::IAM::UserPolicy", ONE),
    ("AWS::IAM::GroupPolicy", ONE),
    ("AWS::SSO::PermissionSet", "InlinePolicy"),
];

/// Whether a resource is a policy or has some.
pub(crate) fn is_policy(resource: &Resource<'_>) -> bool {
    WITH_ONE.iter().any(|(kind, _)| *kind == resource.kind) || WITH_LIST.contains(&resource.kind)
}

/// The policy documents of a resource, with their paths.
pub(super) fn documents<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> Vec<(String, &'t Node<'t>)> {
    if let Some((_, member)) = WITH_ONE.iter().find(|(kind, _)| *kind == resource.kind) {
        let document = view.property(resource, member).node();
        return document.map(|node| (format!("Properties/{member}"), content(node))).into_iter().collect();
    }
    let mut found = Vec::new();
    if !WITH_LIST.contains(&resource.kind) {
        return found;
    }
    for (index, policy) in view.known_items(view.property(resource, "Policies")) {
        let path =
            index.map_or_else(|| "Properties/Policies".to_owned(), |index| format!("Properties/Policies/{index}"));
        if let Some((member, document)) = document_of(view, policy) {
            found.push((path + member, document));
        }
    }
    found
}

/// The document of an item of `Policies`, with its path.
pub(super) fn document_of<'t>(view: View<'_, 't>, policy: &'t Node<'t>) -> Option<(&'static str, &'t Node<'t>)> {
    match view.member(Some(policy), ONE) {
        Selected::Node(document) => Some(("/PolicyDocument", content(document))),
        // SAM takes the document itself.
        _ => policy.get("Statement").map(|_| ("", policy)),
    }
}
