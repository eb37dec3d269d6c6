//! Tests of the state file and of the driver that uses it.

use crate::{MACHINE, request, route, version};
use serde_json::{Value, json};
use sfn_alias_deployment::JsonDriver;
use std::fs;
use std::path::Path;

fn call(driver: &mut JsonDriver, method: &str, request: &Value) -> Value {
    serde_json::from_str(&driver.call(method, request.to_string().as_bytes())).unwrap()
}

fn open_request() -> Value {
    let plan = json!({"shorthand": "10/5m", "newVersion": version(2)});
    json!({"lock": true, "deployment": {"stateMachineAliasArn": format!("{MACHINE}:PROD"), "plan": plan}})
}

/// Opens and starts a deployment with an alias on version 1.
fn start(path: &Path) -> JsonDriver {
    let mut driver = JsonDriver::new(path.to_owned());
    assert_eq!(call(&mut driver, "open", &open_request()), Value::Null);
    let started = call(&mut driver, "start", &json!({"routingConfiguration": [route(1, 100)]}));
    let expected = request(crate::parse_preference("10/5m"));
    assert_eq!(started, json!({"plan": expected, "hasAlarms": false}));
    driver
}

fn next(driver: &mut JsonDriver, observation: &Value) -> Value {
    call(driver, "next", &json!({"observation": observation, "nowMillis": 0}))
}

#[test]
fn each_checkpoint_is_saved_before_its_action() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state");
    let mut driver = start(&path);
    let saved = || serde_json::from_slice::<Value>(&fs::read(&path).unwrap()).unwrap()["phase"]["kind"].clone();
    assert_eq!(next(&mut driver, &json!({"observed": "start"}))["action"]["action"], "describeAlias");
    assert_eq!(saved(), "readingAlias");
    let alias = json!({"observed": "alias", "routingConfiguration": [route(1, 100)]});
    // A shift that cannot be saved is not returned.
    let blocked = directory.path().join("state.new");
    fs::create_dir(&blocked).unwrap();
    let detail = "expected a regular file, found a directory; remove it or use another state file";
    let error = next(&mut driver, &alias)["error"].clone();
    assert_eq!((&error["detail"], &error["path"]), (&json!(detail), &json!(blocked.to_str().unwrap())));
    fs::remove_dir(&blocked).unwrap();
    next(&mut driver, &json!({"observed": "start"}));
    let step = next(&mut driver, &alias);
    assert_eq!((&step["action"]["action"], &step["progress"]["stepsDone"]), (&json!("updateAlias"), &json!(0)));
    assert_eq!(saved(), "updating");
}

/// After the first shift, an alarm state that is not valid rolls the deployment back, as an alarm command that fails does.
#[test]
fn an_invalid_alarm_state_is_a_failed_call() {
    let directory = tempfile::tempdir().unwrap();
    let mut driver = JsonDriver::new(directory.path().join("state"));
    let mut request = open_request();
    request["deployment"]["plan"]["alarms"] = json!(["errors"]);
    call(&mut driver, "open", &request);
    call(&mut driver, "start", &json!({"routingConfiguration": [route(1, 100)]}));
    next(&mut driver, &json!({"observed": "start"}));
    next(&mut driver, &json!({"observed": "alias", "routingConfiguration": [route(1, 100)]}));
    let alarms = |state: &str| json!({"observed": "alarms", "alarms": [{"name": "errors", "state": state}]});
    assert_eq!(next(&mut driver, &alarms("OK"))["action"]["action"], "updateAlias");
    next(&mut driver, &json!({"observed": "updated"}));
    let mut next_later =
        |observation: &Value| call(&mut driver, "next", &json!({"observation": observation, "nowMillis": 60_000}));
    next_later(&json!({"observed": "waited"}));
    next_later(&json!({"observed": "alias", "routingConfiguration": [route(2, 10), route(1, 90)]}));
    let action = next_later(&alarms("Alarm"))["action"].clone();
    assert_eq!(action["input"]["routingConfiguration"], json!([route(1, 100)]));
}

#[test]
fn a_state_file_has_one_driver() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state");
    let mut driver = start(&path);
    let mut other = JsonDriver::new(path.clone());
    let detail = "another process uses it; wait until that process ends, or use another state file";
    let error = call(&mut other, "open", &open_request())["error"].clone();
    assert_eq!(error["message"], format!("state file `{}`: {detail}", path.display()));
    assert_eq!(
        (&error["errno"], &error["path"]),
        (&json!(rustix::io::Errno::AGAIN.raw_os_error()), &json!(path.to_str().unwrap()))
    );
    // Without the lock, the file is only read.
    let mut request = open_request();
    request["lock"] = json!(false);
    assert_eq!(call(&mut other, "open", &request), Value::Null);
    let message = "invalid call of the driver: expected a call of open with `lock` before this one";
    assert_eq!(next(&mut other, &json!({"observed": "start"}))["error"]["message"], message);
    assert_eq!(call(&mut driver, "close", &Value::Null), Value::Null);
    assert_eq!(call(&mut other, "open", &open_request()), Value::Null);
}

#[test]
fn invalid_files_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state");
    for (json, detail) in [
        ("{", "EOF while parsing an object at line 1 column 1"),
        ("{}", "missing field `stateMachineAliasArn`"),
        (&"[".repeat(100_000), "recursion limit exceeded at line 1 column 128"),
    ] {
        fs::write(&path, json).unwrap();
        let error = call(&mut JsonDriver::new(path.clone()), "open", &open_request())["error"].clone();
        let message = format!("state file `{}`: invalid checkpoint: {detail}; delete it to start over", path.display());
        assert_eq!(error, json!({"code": "DeploymentError", "message": message, "problems": []}));
    }
}

#[test]
fn methods_have_an_order() {
    let mut driver = JsonDriver::default();
    let message = "invalid call of the driver: expected a call of open before this one";
    assert_eq!(call(&mut driver, "start", &json!({"routingConfiguration": []}))["error"]["message"], message);
    let message = "unknown method `run`; use one of open, start, next, load, save, close";
    assert_eq!(call(&mut driver, "run", &Value::Null)["error"]["message"], message);
}
