//! The last look at a request before it is sent: it changes nothing that this run did not make.

use super::targets::{Members, NAMES, is_target};

/// Lets through what reads, and what names resources of this run or none at all.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    /// What every name of this run starts with.
    prefix: String,
}

impl Guard {
    pub const fn new(prefix: String) -> Self {
        Self { prefix }
    }

    /// # Errors
    /// What the request names that is not this run's.
    pub fn check(&self, operation: &str, body: &[u8]) -> Result<(), String> {
        if ["Describe", "List", "Validate"].iter().any(|reads| operation.starts_with(reads)) {
            return Ok(());
        }
        match serde_json::from_slice(body) {
            Ok(members) => self.check_members(operation, members),
            Err(_) => self.check_text(operation, &String::from_utf8_lossy(body)),
        }
    }

    /// # Errors
    /// What a request names that is not this run's, also where it only reads.
    pub fn check_members(&self, operation: &str, Members(members): Members) -> Result<(), String> {
        let names = |name: &str| is_target(name) || (operation == NAMES && name == "name");
        let mut targets = members.into_iter().filter(|(name, _)| names(name)).map(|(_, text)| text);
        targets.find(|target| !self.is_ours(target)).map_or(Ok(()), Err)
    }

    /// An endpoint that reads what we cannot must find nothing in it either: every member for an ARN has one
    /// of ours, and nothing has a name.
    fn check_text(&self, operation: &str, text: &str) -> Result<(), String> {
        let arns = text.match_indices("arn:").filter_map(|(start, _)| text.get(start..));
        let arns: Vec<&str> = arns.map(|arn| arn.split(['"', '\\']).next().unwrap_or(arn)).collect();
        let foreign = arns.iter().find(|arn| !self.is_ours(arn)).map(|arn| (*arn).to_owned());
        let named = text.matches("Arn\"").count() > arns.len() || (operation == NAMES && text.contains("name"));
        match foreign.or_else(|| named.then(|| text.to_owned())) {
            Some(foreign) => Err(foreign),
            None => Ok(()),
        }
    }

    fn is_ours(&self, target: &str) -> bool {
        let name = match target.strip_prefix("arn:") {
            // arn:partition:service:region:account:kind:name
            Some(arn) => arn.split(':').nth(5).unwrap_or_default(),
            None => target,
        };
        name.is_empty() || name.starts_with(&self.prefix)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::Guard;

    #[track_caller]
    fn passes(operation: &str, body: &str) {
        assert_eq!(Guard::new("ours-".to_owned()).check(operation, body.as_bytes()), Ok(()));
    }

    #[track_caller]
    fn stops(operation: &str, body: &str, foreign: &str) {
        assert_eq!(Guard::new("ours-".to_owned()).check(operation, body.as_bytes()), Err(foreign.to_owned()));
    }

    const OURS: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:ours-a";
    const THEIRS: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:orders";

    #[test]
    fn what_reads_may_name_anything() {
        passes("DescribeStateMachine", &format!(r#"{{"stateMachineArn":"{THEIRS}"}}"#));
        passes("ListTagsForResource", &format!(r#"{{"resourceArn":"{THEIRS}"}}"#));
    }

    #[test]
    fn what_changes_names_only_what_is_ours() {
        for (operation, member) in [
            ("DeleteStateMachine", "stateMachineArn"),
            ("DeleteStateMachineAlias", "stateMachineAliasArn"),
            ("DeleteStateMachineVersion", "stateMachineVersionArn"),
            ("StopExecution", "executionArn"),
            ("TagResource", "resourceArn"),
            ("SomeNewOperation", "resourceArn"),
            ("", "stateMachineArn"),
        ] {
            passes(operation, &format!(r#"{{"{member}":"{OURS}"}}"#));
            passes(operation, &format!(r#"{{"{member}":"{OURS}:live"}}"#));
            stops(operation, &format!(r#"{{"{member}":"{THEIRS}"}}"#), THEIRS);
            stops(operation, &format!(r#"{{"{member}":"orders"}}"#), "orders");
        }
    }

    #[test]
    fn a_state_machine_is_made_under_our_names_only() {
        passes("CreateStateMachine", r#"{"name":"ours-a"}"#);
        stops("CreateStateMachine", r#"{"name":"orders"}"#, "orders");
        passes("CreateStateMachineAlias", r#"{"name":"live"}"#);
    }

    #[test]
    fn routes_are_looked_at_too() {
        let routing = format!(
            r#"{{"routingConfiguration":[{{"stateMachineVersionArn":"{OURS}:1"}},{{"stateMachineVersionArn":"{THEIRS}:1"}}]}}"#
        );
        stops("CreateStateMachineAlias", &routing, &format!("{THEIRS}:1"));
    }

    #[test]
    fn a_member_that_stands_twice_is_looked_at_twice() {
        stops("DeleteStateMachine", &format!(r#"{{"stateMachineArn":"{THEIRS}","stateMachineArn":"{OURS}"}}"#), THEIRS);
    }

    #[test]
    fn escapes_hide_nothing() {
        let escaped = THEIRS.replace("orders", r"\u006frders");
        stops("DeleteStateMachine", &format!(r#"{{"stateMachineArn":"{escaped}"}}"#), THEIRS);
        let ours = THEIRS.replace("orders", "not-ours-a");
        stops("DeleteStateMachine", &format!(r#"{{"stateMachineArn":"{ours}"}}"#), &ours);
    }

    #[test]
    fn what_names_nothing_can_change_nothing() {
        for body in
            ["{}", "[]", "null", "", "{", "name=live", r#"{"stateMachineArn":null}"#, r#"{"stateMachineArn":7}"#]
        {
            passes("DeleteStateMachine", body);
        }
        passes("DeleteStateMachine", r#"{"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine"}"#);
    }

    #[test]
    fn of_what_is_not_json_only_what_is_ours_passes() {
        stops("DeleteStateMachine", &format!(r#"{{"stateMachineArn":"{THEIRS}",}}"#), THEIRS);
        stops("DeleteStateMachine", r#"{"stateMachineArn":"#, r#"{"stateMachineArn":"#);
        stops("DeleteStateMachine", r#"{"stateMachineArn":"orders",}"#, r#"{"stateMachineArn":"orders",}"#);
        stops("CreateStateMachine", r#"{"name":"ours-a",}"#, r#"{"name":"ours-a",}"#);
        passes("DeleteStateMachine", &format!(r#"{{"stateMachineArn":"{OURS}",}}"#));
    }
}
