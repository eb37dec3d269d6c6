//! Tests of the check that `sfn-alias verify` makes before it sends a request.

use sfn_alias_cli::SafetyGuard;

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
    for body in ["{}", "[]", "null", "", "{", "name=live", r#"{"stateMachineArn":null}"#, r#"{"stateMachineArn":7}"#] {
        assert_allowed("DeleteStateMachine", body);
    }
    assert_allowed("DeleteStateMachine", r#"{"stateMachineArn":"arn:aws:states:us-east-1:123456789012:stateMachine"}"#);
}

#[test]
fn invalid_json_may_use_only_own_resources() {
    assert_rejected("DeleteStateMachine", &format!(r#"{{"stateMachineArn":"{THEIRS}",}}"#), THEIRS);
    assert_rejected("DeleteStateMachine", r#"{"stateMachineArn":"#, r#"{"stateMachineArn":"#);
    assert_rejected("DeleteStateMachine", r#"{"stateMachineArn":"orders",}"#, r#"{"stateMachineArn":"orders",}"#);
    assert_rejected("CreateStateMachine", r#"{"name":"ours-a",}"#, r#"{"name":"ours-a",}"#);
    assert_allowed("DeleteStateMachine", &format!(r#"{{"stateMachineArn":"{OURS}",}}"#));
}
