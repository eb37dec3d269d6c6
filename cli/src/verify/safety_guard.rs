//! Checks each request right before it is sent: it must not change resources of others.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Allows requests that only read, and requests whose resources all belong to this run.
#[derive(Debug, Clone)]
pub(super) struct SafetyGuard {
    /// The prefix of the names of this run.
    prefix: String,
}

impl SafetyGuard {
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
            Ok(members) => self.check_members(operation, members),
            Err(_) => self.check_text(operation, &String::from_utf8_lossy(body)),
        }
    }

    /// Checks the members of a request, also if it only reads.
    ///
    /// # Errors
    /// The resource that does not belong to this run.
    pub fn check_members(&self, operation: &str, StringMembers(members): StringMembers) -> Result<(), String> {
        let is_resource =
            |name: &str| is_resource_member(name) || (operation == CREATE_STATE_MACHINE && name == "name");
        let mut resources = members.into_iter().filter(|(name, _)| is_resource(name)).map(|(_, text)| text);
        resources.find(|resource| !self.is_ours(resource)).map_or(Ok(()), Err)
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

/// The names and values of all string members of a request, at any depth. Contains both values of a duplicate member.
#[derive(Debug, Default)]
pub(super) struct StringMembers(Vec<(String, String)>);

struct StringMembersVisitor;

impl<'de> Deserialize<'de> for StringMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StringMembersVisitor)
    }
}

impl<'de> Visitor<'de> for StringMembersVisitor {
    type Value = StringMembers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<StringMembers, A::Error> {
        let mut all = Vec::new();
        while let Some((name, StringMembers(inner))) = map.next_entry::<String, StringMembers>()? {
            // A string without an object around it has no name yet.
            let inherit_name = |inner: String| if inner.is_empty() { name.clone() } else { inner };
            all.extend(inner.into_iter().map(|(inner, text)| (inherit_name(inner), text)));
        }
        Ok(StringMembers(all))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<StringMembers, A::Error> {
        let mut all = Vec::new();
        while let Some(StringMembers(inner)) = items.next_element()? {
            all.extend(inner);
        }
        Ok(StringMembers(all))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<StringMembers, E> {
        Ok(StringMembers(vec![(String::new(), text.to_owned())]))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<StringMembers, E> {
        Ok(StringMembers::default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<StringMembers, E> {
        Ok(StringMembers::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<StringMembers, E> {
        Ok(StringMembers::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<StringMembers, E> {
        Ok(StringMembers::default())
    }

    fn visit_unit<E: Error>(self) -> Result<StringMembers, E> {
        Ok(StringMembers::default())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::SafetyGuard;

    #[track_caller]
    fn assert_allowed(operation: &str, body: &str) {
        assert_eq!(SafetyGuard::new("ours-".to_owned()).check(operation, body.as_bytes()), Ok(()));
    }

    #[track_caller]
    fn assert_rejected(operation: &str, body: &str, foreign: &str) {
        assert_eq!(SafetyGuard::new("ours-".to_owned()).check(operation, body.as_bytes()), Err(foreign.to_owned()));
    }

    const OURS: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:ours-a";
    const THEIRS: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";

    #[test]
    fn read_may_use_any_resource() {
        assert_allowed("DescribeStateMachine", &format!(r#"{{"stateMachineArn":"{THEIRS}"}}"#));
        assert_allowed("ListTagsForResource", &format!(r#"{{"resourceArn":"{THEIRS}"}}"#));
    }

    #[test]
    fn change_may_use_only_own_resources() {
        for (operation, member) in [
            ("DeleteStateMachine", "stateMachineArn"),
            ("DeleteStateMachineAlias", "stateMachineAliasArn"),
            ("DeleteStateMachineVersion", "stateMachineVersionArn"),
            ("StopExecution", "executionArn"),
            ("TagResource", "resourceArn"),
            ("SomeNewOperation", "resourceArn"),
            ("", "stateMachineArn"),
        ] {
            assert_allowed(operation, &format!(r#"{{"{member}":"{OURS}"}}"#));
            assert_allowed(operation, &format!(r#"{{"{member}":"{OURS}:live"}}"#));
            assert_rejected(operation, &format!(r#"{{"{member}":"{THEIRS}"}}"#), THEIRS);
            assert_rejected(operation, &format!(r#"{{"{member}":"orders"}}"#), "orders");
        }
    }

    #[test]
    fn state_machine_is_created_with_own_name_only() {
        assert_allowed("CreateStateMachine", r#"{"name":"ours-a"}"#);
        assert_rejected("CreateStateMachine", r#"{"name":"orders"}"#, "orders");
        assert_allowed("CreateStateMachineAlias", r#"{"name":"live"}"#);
    }

    #[test]
    fn routes_are_checked() {
        let routing = format!(
            r#"{{"routingConfiguration":[{{"stateMachineVersionArn":"{OURS}:1"}},{{"stateMachineVersionArn":"{THEIRS}:1"}}]}}"#
        );
        assert_rejected("CreateStateMachineAlias", &routing, &format!("{THEIRS}:1"));
    }

    #[test]
    fn both_values_of_duplicate_member_are_checked() {
        assert_rejected(
            "DeleteStateMachine",
            &format!(r#"{{"stateMachineArn":"{THEIRS}","stateMachineArn":"{OURS}"}}"#),
            THEIRS,
        );
    }

    #[test]
    fn escapes_are_decoded() {
        let escaped = THEIRS.replace("orders", r"\u006frders");
        assert_rejected("DeleteStateMachine", &format!(r#"{{"stateMachineArn":"{escaped}"}}"#), THEIRS);
        let ours = THEIRS.replace("orders", "not-ours-a");
        assert_rejected("DeleteStateMachine", &format!(r#"{{"stateMachineArn":"{ours}"}}"#), &ours);
    }

    #[test]
    fn request_without_resource_is_allowed() {
        for body in
            ["{}", "[]", "null", "", "{", "name=live", r#"{"stateMachineArn":null}"#, r#"{"stateMachineArn":7}"#]
        {
            assert_allowed("DeleteStateMachine", body);
        }
        assert_allowed(
            "DeleteStateMachine",
            r#"{"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine"}"#,
        );
    }

    #[test]
    fn invalid_json_may_use_only_own_resources() {
        assert_rejected("DeleteStateMachine", &format!(r#"{{"stateMachineArn":"{THEIRS}",}}"#), THEIRS);
        assert_rejected("DeleteStateMachine", r#"{"stateMachineArn":"#, r#"{"stateMachineArn":"#);
        assert_rejected("DeleteStateMachine", r#"{"stateMachineArn":"orders",}"#, r#"{"stateMachineArn":"orders",}"#);
        assert_rejected("CreateStateMachine", r#"{"name":"ours-a",}"#, r#"{"name":"ours-a",}"#);
        assert_allowed("DeleteStateMachine", &format!(r#"{{"stateMachineArn":"{OURS}",}}"#));
    }
}
