//! Checks types and members against the schemas of CloudFormation and SAM.

use crate::findings::{Findings, ScenarioFinding, truncate_middle};
use crate::resolve::Selected;
use crate::resources::{Resource, SAM_STATE_MACHINE};
use crate::rule::{UNKNOWN_MEMBER, UNKNOWN_TYPE};
use crate::schema::{Members, ResourceSchema, SCHEMA_DATE, SCHEMAS};
use crate::terraform;
use crate::tree::{Node, escape_pointer};
use std::fmt::Write as _;

/// Names that users write for the service.
const SERVICES: [&str; 5] = ["StepFunctions", "StepFunction", "SFN", "States", "StateMachine"];
/// Attributes of a resource, which are next to `Properties`.
const ATTRIBUTES: [&str; 7] =
    ["Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "UpdatePolicy", "UpdateReplacePolicy"];
/// Members of the deployment preference of AWS::Serverless::Function.
const OF_LAMBDA: [&str; 5] = ["Enabled", "Hooks", "PassthroughCondition", "Role", "TriggerConfigurations"];
/// Members of CloudFormation and SAM with the same purpose.
const EQUIVALENTS: [(&str, &str); 3] = [
    ("DefinitionString", "Definition"),
    ("DefinitionUri", "DefinitionS3Location"),
    ("DefinitionS3Location", "DefinitionUri"),
];
/// Maximum number of findings of one map.
const MAX_FINDINGS: usize = 16;
/// Maximum number of items of a list that are checked.
const MAX_ITEMS: usize = 64;
/// Similarity, from 0 to 1, of a name that is suggested.
const SIMILAR: f64 = 0.85;
/// Longer names have no suggestion.
const MAX_NAME: usize = 255;

/// Returns whether a resource has a type of Step Functions that does not exist.
pub(crate) fn has_unknown_type(resource: &Resource<'_>) -> bool {
    let Some((service, name)) = resource.kind.strip_prefix("AWS::").and_then(|kind| kind.split_once("::")) else {
        return false;
    };
    let is_step_functions = SERVICES.iter().any(|one| one.eq_ignore_ascii_case(service));
    let is_sam = || service == "Serverless" && is_state_machine_name(name);
    (is_step_functions || is_sam()) && !name.ends_with("::MODULE") && find_schema(resource.kind).is_none()
}

fn is_state_machine_name(name: &str) -> bool {
    let name = name.to_lowercase();
    name.contains("statemachine") || name.contains("stepfunction")
}

fn find_schema(kind: &str) -> Option<&'static ResourceSchema> {
    SCHEMAS.iter().find(|schema| schema.kind == kind)
}

pub(crate) fn check_type<'t>(findings: &mut Findings<'_, 't>, resource: &Resource<'t>) {
    let message = format!("`{}` is not a resource type (schemas of {SCHEMA_DATE})", resource.kind);
    let similar = find_similar_type(resource.kind);
    let fix = Some(match similar {
        Some(kind) => format!("Use `{kind}`."),
        None => format!(
            "Use a type that exists: {}.",
            SCHEMAS.iter().map(|schema| schema.kind).collect::<Vec<_>>().join(", ")
        ),
    });
    let finding = findings.create(&UNKNOWN_TYPE, resource, "Type", message);
    findings.items.push(ScenarioFinding { fix, ..finding });
}

fn find_similar_type(kind: &str) -> Option<&'static str> {
    let last = |kind: &'static str| kind.rsplit("::").next().unwrap_or_default();
    let name = kind.rsplit("::").next().unwrap_or_default();
    // SAM has one type; its other resources are those of CloudFormation.
    let (sam, own): (Vec<_>, Vec<_>) =
        SCHEMAS.iter().map(|schema| schema.kind).partition(|kind| *kind == SAM_STATE_MACHINE);
    let kinds = || own.iter().chain(&sam).copied();
    let is_equal = |candidate: &&'static str| last(candidate).eq_ignore_ascii_case(name);
    kinds().find(is_equal).or_else(|| {
        let Some(similar) = find_similar(name, kinds().map(last)) else {
            return kind.starts_with("AWS::Serverless::").then_some(SAM_STATE_MACHINE);
        };
        kinds().find(|candidate| last(candidate) == similar)
    })
}

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, resource: &Resource<'t>) {
    let Some(schema) = find_schema(resource.kind).filter(|_| terraform::plan_pointer(resource.node).is_none()) else {
        return;
    };
    let view = findings.view;
    let properties = view.template.resolver.select(resource.node.get("Properties"), view.scenario);
    let Some(properties) = properties.node() else { return };
    let mut path = "Properties".to_owned();
    for members in schema.members {
        check_maps(findings, resource, members, members.path, properties, &mut path);
    }
}

/// Checks the maps at a path of the schema.
fn check_maps<'t>(
    findings: &mut Findings<'_, 't>,
    resource: &Resource<'t>,
    members: &Members,
    steps: &[&str],
    node: &'t Node<'t>,
    path: &mut String,
) {
    let (view, length) = (findings.view, path.len());
    match steps {
        [] => check_map(findings, resource, members, path, node),
        ["*", rest @ ..] => {
            for (index, item) in view.known_items(Selected::Node(node)).into_iter().take(MAX_ITEMS) {
                if let Some(index) = index {
                    // Writing to a String cannot fail.
                    let _ = write!(path, "/{index}");
                }
                check_maps(findings, resource, members, rest, item, path);
                path.truncate(length);
            }
        }
        // Most maps lack most members.
        [name, ..] if node.get(name).is_none() => {}
        [name, rest @ ..] => {
            if let Some(member) = view.member(Some(node), name).node() {
                path.push('/');
                path.push_str(name);
                check_maps(findings, resource, members, rest, member, path);
                path.truncate(length);
            }
        }
    }
}

fn check_map<'t>(
    findings: &mut Findings<'_, 't>,
    resource: &Resource<'t>,
    members: &Members,
    path: &str,
    map: &'t Node<'t>,
) {
    let is_intrinsic = map.intrinsic().is_some();
    let mut count = 0;
    for (name, member) in map.members() {
        let name: &str = name;
        // Problems of the preference contain `Steps`.
        let is_other =
            name.starts_with("Fn::") || name == "Steps" || is_intrinsic && matches!(name, "Ref" | "Condition");
        let is_absent =
            || matches!(findings.view.template.resolver.select(Some(member), findings.view.scenario), Selected::Absent);
        if members.names.contains(&name) || is_other || count == MAX_FINDINGS || is_absent() {
            continue;
        }
        count = count.saturating_add(1);
        let (message, fix) = describe_member(resource, members, path, name);
        let path = format!("{path}/{}", escape_pointer(name));
        let finding = findings.create(&UNKNOWN_MEMBER, resource, &path, message);
        findings.items.push(ScenarioFinding { fix: Some(truncate_middle(fix)), ..finding });
    }
}

/// Returns the message and the fix for a member that does not exist.
fn describe_member(resource: &Resource<'_>, members: &Members, path: &str, name: &str) -> (String, String) {
    let parent = members.path.iter().rev().find(|step| **step != "*");
    let of = parent.map_or_else(|| resource.kind.to_owned(), |parent| format!("{parent} of {}", resource.kind));
    let equivalent = EQUIVALENTS.iter().find(|(one, other)| *one == name && members.names.contains(other));
    let similar = equivalent.map(|(_, other)| *other).or_else(|| find_similar(name, members.names.iter().copied()));
    if members.read_only.contains(&name) {
        let message = format!("`{name}` of {of} is read-only: only `Fn::GetAtt` returns it");
        return (message, similar.map_or_else(|| "Remove it.".to_owned(), |similar| format!("Use `{similar}`.")));
    }
    let message = format!("`{name}` is not a property of {of} (schemas of {SCHEMA_DATE})");
    let fix = match similar {
        _ if path == "Properties" && ATTRIBUTES.contains(&name) => {
            format!("Move `{name}` out of Properties: it is an attribute of the resource.")
        }
        Some(similar) => format!("Use `{similar}`."),
        None if parent == Some(&"DeploymentPreference") && OF_LAMBDA.contains(&name) => {
            format!("Remove `{name}`. Only the deployment preferences of Lambda functions have it.")
        }
        None => format!("Remove it, or use a property that exists: {}.", members.names.join(", ")),
    };
    (message, fix)
}

/// Returns the most similar name.
fn find_similar(name: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    if name.len() > MAX_NAME {
        return None;
    }
    let name = name.to_lowercase();
    let similarity = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        let (short, long) = if name.len() < candidate.len() { (&name, &candidate) } else { (&candidate, &name) };
        let is_part = short.len() >= 4 && (long.starts_with(short.as_str()) || long.ends_with(short.as_str()));
        strsim::jaro_winkler(&name, &candidate).max(if is_part { SIMILAR } else { 0.0 })
    };
    let scored = candidates.map(|candidate| (similarity(candidate), candidate)).filter(|(score, _)| *score >= SIMILAR);
    scored.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, candidate)| candidate)
}
