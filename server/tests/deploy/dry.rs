//! What a dry run tells of alarms.

use crate::support::{World, prints, program};
use serde_json::{Value, json};

#[track_caller]
fn tells(states: &str, lines: &str) {
    let world = World::new();
    let state = world.state();
    let tell = format!("echo '{states}' #");
    let how = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", &tell, "--dry-run"];
    let output = format!(
        "\
step  after  orders:1  orders:2  then
1     0s     90 %      10 %      wait 1m, watching errors
2     1m     0 %       100 %     done

      0s  looks at the alias: 100 % orders:1  (not CloudFormation's)
      0s  looks at the alarms: errors is OK
      0s  updates the alias to 10 % orders:2, 90 % orders:1
      0s  waits until 60s
     60s  looks at the alias: 10 % orders:2, 90 % orders:1
     60s  looks at the alarms: errors is OK
     60s  updates the alias to 100 % orders:2
     60s  succeeded
2 updates; the alias leads to 100 % orders:2

{lines}
"
    );
    prints(&world.deploy(&state, &how), 0, &output, "");
    assert_eq!(world.updates(), 0);
}

#[test]
fn alarms_are_looked_at_once() {
    tells(r#"{"errors": "ALARM"}"#, "errors is in ALARM: the deployment would be aborted at once");
    tells("{}", "errors does not exist: nobody watches it");
    tells(r#"{"errors": "OK"}"#, "errors is OK");
    tells(r#"{"errors": "INSUFFICIENT_DATA"}"#, "errors has INSUFFICIENT_DATA: that aborts nothing");
}

#[test]
fn alarms_that_cannot_be_read_are_told() {
    let fault = "the alarms cannot be read: AlarmCommand: the alarm command must print {\"name\": \"OK\", ...}: expected \
                 value at line 1 column 1";
    tells("x", fault);
}

#[test]
fn alarms_are_in_the_json() {
    let world = World::new();
    let state = world.state();
    let how =
        ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", "echo '{\"errors\": \"OK\"}' #", "--dry-run"];
    let found = program(&[&world.deploy(&state, &how)[..], &["--json"]].concat()).output().unwrap();
    let told: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(told["alarms"], json!({"observed": "alarms", "alarms": [{"name": "errors", "state": "OK"}]}));
}

#[test]
fn who_knows_the_alarms_is_asked_for_as_without_it() {
    let world = World::new();
    let state = world.state();
    let text = "sfn-alias: the deployment watches alarms, and off AWS nobody knows them: give --alarm-command, or \
                --cloudwatch-endpoint-url\n";
    prints(&world.deploy(&state, &["--canary", "10/1m", "--alarm", "errors", "--dry-run"]), 2, "", text);
}
