//! Checks each request right before it is sent: it must not change resources of others.

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use std::fmt;

/// Allows requests that only read, and requests whose resources all belong to this run.
#[derive(Debug, Clone)]
pub struct SafetyGuard {
    /// The prefix of the names of this run.
    prefix: String,
}

impl SafetyGuard {
    /// Creates the guard of a run from the prefix of its names.
    pub const fn new(prefix: String) -> Self {
        Self { prefix }
    }

    /// Checks a request.
    ///
    /// # Errors
    /// The resource that does not belong to this run.
    pub fn check(&self, operation: &str, body: &[u8]) -> Result<(), String> {
        if ["Describe", "List", "Validate"].iter().any(|prefix| operation.starts_with(prefix)) {
            return Ok(());
        }
        match serde_json::from_slice(body) {
            Ok(request) => self.check_members(operation, &request),
            Err(_) => self.check_text(operation, &String::from_utf8_lossy(body)),
        }
    }

    /// Checks the members of a request, also if it only reads.
    ///
    /// # Errors
    /// The resource that does not belong to this run.
    pub(super) fn check_members(&self, operation: &str, request: &Json) -> Result<(), String> {
        request.try_for_each_string("", &mut |name, text| {
            let is_resource = is_resource_member(name) || (operation == CREATE_STATE_MACHINE && name == "name");
            if is_resource && !self.is_ours(text) { Err(text.to_owned()) } else { Ok(()) }
        })
    }

    /// Checks a body that is not valid JSON, because a lenient endpoint may still parse it: each ARN member must contain
    /// an ARN of this run, and nothing may have a name.
    fn check_text(&self, operation: &str, text: &str) -> Result<(), String> {
        let arns = text.match_indices("arn:").filter_map(|(start, _)| text.get(start..));
        let arns: Vec<&str> = arns.map(|arn| arn.split(['"', '\\']).next().unwrap_or(arn)).collect();
        let foreign = arns.iter().find(|arn| !self.is_ours(arn)).map(|arn| (*arn).to_owned());
        let has_unknown =
            text.matches("Arn\"").count() > arns.len() || (operation == CREATE_STATE_MACHINE && text.contains("name"));
        match foreign.or_else(|| has_unknown.then(|| text.to_owned())) {
            Some(foreign) => Err(foreign),
            None => Ok(()),
        }
    }

    fn is_ours(&self, resource: &str) -> bool {
        let name = match resource.strip_prefix("arn:") {
            // arn:partition:service:region:account:kind:name
            Some(arn) => arn.split(':').nth(5).unwrap_or_default(),
            None => resource,
        };
        name.is_empty() || name.starts_with(&self.prefix)
    }
}

/// The operation whose member `name` is the name of a state machine.
pub(super) const CREATE_STATE_MACHINE: &str = "CreateStateMachine";

const RESOURCE_MEMBERS: [&str; 5] =
    ["stateMachineArn", "stateMachineAliasArn", "stateMachineVersionArn", "executionArn", "resourceArn"];

/// Returns whether a member identifies a resource.
pub(super) fn is_resource_member(name: &str) -> bool {
    RESOURCE_MEMBERS.contains(&name)
}

/// JSON that contains both values of a duplicate member.
#[derive(serde::Deserialize)]
#[serde(untagged)]
pub(super) enum Json {
    Text(String),
    Array(Vec<Json>),
    Object(Members),
    Other(IgnoredAny),
}

impl Json {
    /// Calls `check` with each string and the name of its member, which elements of an array inherit.
    fn try_for_each_string<E>(&self, name: &str, check: &mut dyn FnMut(&str, &str) -> Result<(), E>) -> Result<(), E> {
        match self {
            Self::Text(text) => check(name, text),
            Self::Array(items) => items.iter().try_for_each(|item| item.try_for_each_string(name, check)),
            Self::Object(Members(members)) => {
                members.iter().try_for_each(|(name, value)| value.try_for_each_string(name, check))
            }
            Self::Other(_) => Ok(()),
        }
    }
}

/// The members of an object.
pub(super) struct Members(Vec<(String, Json)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        std::iter::from_fn(|| map.next_entry().transpose()).collect::<Result<_, _>>().map(Members)
    }
}
