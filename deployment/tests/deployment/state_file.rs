//! Tests of the state file and of the driver that uses it.

use crate::{MACHINE, request, route, version};
use serde_json::{Value, json};
use sfn_alias_deployment::{DeploymentError, JsonDriver, StateFile};
use std::fs;
use std::os::unix::fs::PermissionsExt;
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

fn alias() -> Value {
    json!({"observed": "alias", "routingConfiguration": [route(1, 100)]})
}

#[test]
fn each_checkpoint_is_saved_before_its_action() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state");
    let mut driver = start(&path);
    let saved = || serde_json::from_slice::<Value>(&fs::read(&path).unwrap()).unwrap()["phase"]["kind"].clone();
    assert_eq!(next(&mut driver, &json!({"observed": "start"}))["action"]["action"], "describeAlias");
    assert_eq!(saved(), "readingAlias");
    let step = next(&mut driver, &alias());
    assert_eq!((&step["action"]["action"], &step["progress"]["stepsDone"]), (&json!("updateAlias"), &json!(0)));
    assert_eq!(saved(), "updating");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!directory.path().join("state.new").exists());
    // Without the lock, the file is only read.
    let mut reader = JsonDriver::new(path.clone());
    let mut request = open_request();
    request["lock"] = json!(false);
    assert_eq!(call(&mut reader, "open", &request)["hasAlarms"], false);
    let message = "invalid call of the driver: expected a call of open with `lock` before this one";
    assert_eq!(next(&mut reader, &alias())["error"]["message"], message);
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
    assert_eq!(call(&mut driver, "close", &Value::Null), Value::Null);
    assert_eq!(call(&mut other, "open", &open_request()), Value::Null);
    let errno = Some(rustix::io::Errno::AGAIN.raw_os_error());
    let locked = DeploymentError::StateFile { path: path.clone(), detail: detail.to_owned(), errno };
    assert_eq!(StateFile::lock(&path).unwrap_err(), locked);
}

#[test]
fn a_shift_is_not_returned_while_the_file_cannot_be_saved() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state");
    let mut driver = start(&path);
    let blocked = directory.path().join("state.new");
    fs::create_dir(&blocked).unwrap();
    assert_eq!(next(&mut driver, &json!({"observed": "start"}))["action"]["action"], "describeAlias");
    let error = next(&mut driver, &alias())["error"].clone();
    let detail = "expected a regular file, found a directory; remove it or use another state file";
    assert_eq!(error["message"], format!("state file `{}`: {detail}", blocked.display()));
    assert_eq!(error["detail"], detail);
    // The deployment continues after the error.
    fs::remove_dir(&blocked).unwrap();
    assert_eq!(next(&mut driver, &json!({"observed": "start"}))["action"]["action"], "describeAlias");
    assert_eq!(next(&mut driver, &alias())["action"]["action"], "updateAlias");
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
    let message = "unknown method `run`; use one of open, start, next, close";
    assert_eq!(call(&mut driver, "run", &Value::Null)["error"]["message"], message);
}
