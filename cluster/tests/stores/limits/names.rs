//! Names of all characters that AWS allows, of maximum length.

use super::pair::Pair;
use crate::snapshot::snapshot;
use serde_json::json;
use sfn_alias::Limits;

/// Names of state machines and executions.
fn names() -> Vec<String> {
    let mut names: Vec<String> =
        ["a", "A", "0", "-", "_", ".", "..", "a.b", "a-b", "é", "e\u{301}", "名前", "😀", "ß", "\u{10fffd}"]
            .map(str::to_owned)
            .into();
    // The ASCII characters that are neither letters, digits nor excluded.
    names.extend("!'()+=@-_.".chars().map(|character| format!("{character}x{character}")));
    names.extend(["z".repeat(80), "é".repeat(80), "😀".repeat(80)]);
    names
}

#[test]
fn state_machines_and_executions_have_any_name() {
    let pair = Pair::new(Limits::default(), None);
    let mut created = 0;
    for name in names() {
        let role = "arn:aws:iam::000000000000:role/orders";
        let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
        let machine = json!({"name": name, "definition": definition, "roleArn": role, "publish": true});
        // Both services accept the same names.
        let Some(arn) = pair.call("CreateStateMachine", &machine).get("stateMachineArn").cloned() else { continue };
        created += 1;
        for execution in names() {
            pair.advance(1);
            pair.call("StartExecution", &json!({"stateMachineArn": arn, "name": execution}));
        }
        let executions = pair.call_ok("ListExecutions", &json!({"stateMachineArn": arn}));
        assert!(executions["executions"].as_array().unwrap().len() > 20);
    }
    assert!(created > 20, "{created}");
    pair.call_ok("ListStateMachines", &json!({}));
    assert_eq!(snapshot(&pair.cluster), snapshot(&pair.memory));
}

#[test]
fn aliases_have_any_name() {
    let pair = Pair::new(Limits::default(), None);
    pair.call_ok("CreateStateMachine", &crate::requests::new_state_machine("orders"));
    let names = ["a", "A", "-", "_", "a.b", "a-", "0a", "..", "a0", &"z".repeat(80), &"Z".repeat(80)];
    for name in names {
        pair.advance(1);
        pair.call("CreateStateMachineAlias", &crate::requests::new_alias(name, 1));
        pair.call("DescribeStateMachineAlias", &crate::requests::alias_arn(name));
    }
    for name in names {
        assert_eq!(snapshot(&pair.cluster), snapshot(&pair.memory));
        pair.call("DeleteStateMachineAlias", &crate::requests::alias_arn(name));
    }
}
