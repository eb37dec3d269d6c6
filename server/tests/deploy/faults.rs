//! Files, credentials, commands and flags that fail, before a deployment and in the middle of it.

use crate::support::{ALIAS, ONE, ORDERS, TWO, World, a_minute_passes, irregular, killed_at, prints, program};
use serde_json::json;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

/// A canary at 10 percent whose next step is due, watched by a command that prints that file; and then its state file
/// cannot be written any more.
fn with_a_full_disk(states: &str, code: i32, errors: impl Fn(&str) -> String, routing: &[(String, u64)]) {
    let world = World::new();
    let (state, file) = (world.state(), world.folder.path().join("alarms.json"));
    std::fs::write(&file, "{}").unwrap();
    let tell = format!("cat {} #", file.display());
    let command = world.deploy(&state, &["--canary", "10/1m", "--alarm", "errors", "--alarm-command", &tell]);
    killed_at(&command, "next in 1m");
    a_minute_passes(&state);
    std::fs::write(&file, states).unwrap();
    std::fs::create_dir(format!("{state}.new")).unwrap();
    let fault = irregular(&format!("{state}.new"), "a folder");
    prints(&command, code, "", &errors(&fault));
    assert_eq!(world.routing(), routing);
}

#[test]
fn a_rollback_is_made_without_the_file() {
    let errors = |fault: &str| {
        format!(
            "{fault}; no shift is made without it\n10 % on orders:2, step 1 of 2, rolling back\n0 % on orders:2, step 1 \
             of 2, rolled back\nsfn-alias: {fault}\n"
        )
    };
    with_a_full_disk(r#"{"errors": "ALARM"}"#, 3, errors, &[(ONE.to_owned(), 100)]);
}

#[test]
fn a_shift_is_not_made_without_the_file() {
    let errors = |fault: &str| {
        format!("{fault}; no shift is made without it\n10 % on orders:2, step 1 of 2, shifting\nsfn-alias: {fault}\n")
    };
    with_a_full_disk("{}", 3, errors, &[(TWO.to_owned(), 10), (ONE.to_owned(), 90)]);
}

#[test]
fn what_ended_otherwise_tells_how_to_begin_anew() {
    let world = World::new();
    let state = world.state();
    let ring = r#"echo '{"errors": "ALARM"}' #"#;
    let command = world.deploy(&state, &["--canary", "10/1m", "--alarm", "errors", "--alarm-command", ring]);
    let told = "rolled back: Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].";
    let progress = "0 % on orders:2, step 0 of 2, rolling back\n0 % on orders:2, step 0 of 2, rolled back\n";
    prints(&command, 1, &format!("{told}\n"), progress);
    let again = format!("{told}; delete `{state}` to deploy anew\n");
    prints(&command, 1, &again, "0 % on orders:2, step 0 of 2, rolled back\n");
}

#[test]
fn credentials_that_are_missing_for_a_moment_end_nothing() {
    let world = World::new();
    let (state, keys) = (world.state(), world.folder.path().join("credentials"));
    let text = "[release]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n";
    std::fs::write(&keys, text).unwrap();
    // The first look at the alarms takes them away.
    let take = format!("rm -f {}; echo '{{}}' #", keys.display());
    let how = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", &take, "--profile", "release"];
    let mut driver = program(&world.deploy(&state, &how));
    driver.env("AWS_SHARED_CREDENTIALS_FILE", &keys).stderr(Stdio::piped());
    let mut child = driver.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let failed = lines.find(|line| line.contains("CredentialsError")).unwrap();
    let begin =
        "0 % on orders:2, step 0 of 2, again after CredentialsError (failure 1): cannot read the credentials file ";
    assert!(failed.starts_with(begin), "{failed}");
    let checkpoint = std::fs::read_to_string(&state).unwrap();
    assert!(checkpoint.contains("CredentialsError"), "{checkpoint}");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn an_interrupted_driver_says_how_to_go_on() {
    let world = World::new();
    let state = world.state();
    let mut driver = program(&world.deploy(&state, &["--canary", "10/1m"])).stderr(Stdio::piped()).spawn().unwrap();
    let mut errors = BufReader::new(driver.stderr.take().unwrap());
    let mut line = String::new();
    while !line.ends_with("next in 1m\n") {
        line.clear();
        errors.read_line(&mut line).unwrap();
    }
    assert!(Command::new("kill").args(["-INT", &driver.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    errors.read_to_string(&mut rest).unwrap();
    let told =
        format!("\nsfn-alias: stopped; the alias stays where it leads, and the same command goes on, from `{state}`\n");
    assert_eq!((driver.wait().unwrap().code(), rest), (Some(3), told));
    for file in [state.clone(), format!("{state}.lock")] {
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    a_minute_passes(&state);
    let progress = "10 % on orders:2, step 1 of 2, shifting\n100 % on orders:2, step 2 of 2, succeeded\n";
    prints(&world.deploy(&state, &["--canary", "10/1m"]), 0, "succeeded\n", progress);
}

#[test]
fn an_alarm_command_that_is_not_there_is_not_asked_again() {
    let world = World::new();
    let state = world.state();
    // The shell's own words differ.
    let how = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", "exec 2>&-; ./no-such"];
    let output = "failed: AlarmCommand: the alarm command `exec 2>&-; ./no-such` cannot be run (exit status: 127): give \
                  one that the shell finds and may run; the same command goes on from there\n";
    prints(&world.deploy(&state, &how), 3, output, "0 % on orders:2, step 0 of 2, failed with AlarmCommand\n");
}

#[test]
fn a_version_that_is_not_there_is_named() {
    let world = World::new();
    let (state, nine) = (world.state(), format!("{ORDERS}:9"));
    let command = ["deploy", ALIAS, &nine, "--endpoint-url", &world.url, "--state", &state, "--all-at-once"];
    let found = program(&command).output().unwrap();
    let output = format!(
        "failed: ResourceNotFound: Request references a resource that does not exist. One of: {ALIAS}, {nine}; the same \
         command goes on from there\n"
    );
    assert_eq!((String::from_utf8_lossy(&found.stdout).as_ref(), found.status.code()), (output.as_str(), Some(3)));
}

#[test]
fn flags_that_cannot_be_are_named() {
    let world = World::new();
    let state = world.state();
    let refused = |how: &[&str], code: i32, text: &str| {
        prints(&world.deploy(&state, how), code, "", &format!("sfn-alias: {text}\n"));
    };
    refused(&["--steps", ""], 2, "--steps is empty; give for example 5/1m,25/10m");
    refused(&["--canary", " "], 2, "--canary is empty; give for example 10/5m");
    let text = "--canary takes one step, and `5/1m,10/1m` has several; give them to --steps";
    refused(&["--canary", "5/1m,10/1m"], 2, text);
    let text = "--alarm-command: no alarm is watched; name one with --alarm, or leave it away";
    refused(&["--canary", "5/1m", "--alarm-command", "true"], 2, text);
    let text = "--cloudwatch-endpoint-url: no alarm is watched; name one with --alarm, or leave it away";
    refused(&["--canary", "5/1m", "--cloudwatch-endpoint-url", "http://127.0.0.1:1"], 2, text);
    let text = "Steps/1 moves no traffic on, from 5 percent to 5: give more than the step before";
    refused(&["--steps", "5/1m,5/1m"], 1, text);
    let command = ["deploy", ALIAS, ORDERS, "--endpoint-url", &world.url, "--state", &state, "--all-at-once"];
    prints(&command, 2, "", &format!("sfn-alias: VERSION_ARN: `{ORDERS}` is no version; give a version's ARN\n"));
    assert_eq!(world.updates(), 0);
}

#[test]
fn flags_of_a_plan_that_cannot_be_are_named() {
    let refused = |more: &[&str], text: &str| {
        prints(&[&["plan", "10/5m"], more].concat(), 2, "", &format!("sfn-alias: {text}\n"));
    };
    let no_version = |flag: &str| format!("{flag}: `{ORDERS}` is no version; give a version's ARN");
    refused(&["--current", ORDERS, "--new", TWO], &no_version("--current"));
    refused(&["--current", ONE, "--new", ORDERS], &no_version("--new"));
    let routing = |arn: &str, weight: u32| json!([{"stateMachineVersionArn": arn, "weight": weight}]).to_string();
    refused(&["--current", &routing(ORDERS, 100), "--new", TWO], &no_version("--current"));
    let text = "--current: neither a version's ARN nor a routing in JSON: invalid value: integer `300`, expected a whole \
                number of 0 to 100 for weight";
    refused(&["--current", &routing(ONE, 300), "--new", TWO], text);
    let text = "--rate: `-1` is no number of starts a second; use 0 to 1000000";
    refused(&["--current", ONE, "--new", TWO, "--rate=-1"], text);
}
