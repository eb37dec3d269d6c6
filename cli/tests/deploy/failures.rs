//! Tests with failing files, credentials and alarm commands, and with invalid options.

use crate::proxy::{KillingProxy, ProxyState};
use crate::support::{
    ALIAS, Fixture, ONE, ORDERS, TWO, advance_a_minute, assert_prints, irregular_file_error, kill_at_line, program,
    strip_times,
};
use serde_json::json;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

/// Runs a canary at 10 percent whose next step is due. The alarm command prints `states`, and the state file is no
/// longer writable.
fn assert_with_read_only_state(states: &str, code: i32, errors: impl Fn(&str) -> String, routing: &[(String, u64)]) {
    let fixture = Fixture::new();
    let (state, file) = (fixture.state_file(), fixture.directory.path().join("alarms.json"));
    std::fs::write(&file, "{}").unwrap();
    let alarm_command = format!("cat {} #", file.display());
    let command =
        fixture.deploy(&state, &["--canary", "10/1m", "--alarm", "errors", "--alarm-command", &alarm_command]);
    kill_at_line(&command, "next step in 1m");
    advance_a_minute(&state);
    std::fs::write(&file, states).unwrap();
    std::fs::create_dir(format!("{state}.new")).unwrap();
    let error = irregular_file_error(&format!("{state}.new"), "a directory");
    assert_prints(&command, code, "", &errors(&error));
    assert_eq!(fixture.routing(), routing);
}

#[test]
fn a_rollback_does_not_require_the_state_file() {
    let errors = |error: &str| {
        format!(
            "{error}; pausing the deployment until the state file is writable\n10 % on orders:2, step 1 of 2, rolling back because of the alarm errors\n0 % on orders:2, step 1 \
             of 2, rolled back\nsfn-alias: {error}\n"
        )
    };
    assert_with_read_only_state(r#"{"errors": "ALARM"}"#, 3, errors, &[(ONE.to_owned(), 100)]);
}

#[test]
fn a_shift_requires_the_state_file() {
    let errors = |error: &str| {
        format!(
            "{error}; pausing the deployment until the state file is writable\n10 % on orders:2, step 1 of 2, updating the alias\nsfn-alias: {error}\n"
        )
    };
    assert_with_read_only_state("{}", 3, errors, &[(TWO.to_owned(), 10), (ONE.to_owned(), 90)]);
}

#[test]
fn a_rollback_is_reported_again() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let alarm_command = r#"echo '{"errors": "ALARM"}' #"#;
    let command = fixture.deploy(&state, &["--canary", "10/1m", "--alarm", "errors", "--alarm-command", alarm_command]);
    let outcome =
        "rolled back: Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].";
    let progress = "0 % on orders:2, step 0 of 2, rolling back because of the alarm errors\n0 % on orders:2, step 0 of 2, rolled back\n";
    assert_prints(&command, 1, &format!("{outcome}\n"), progress);
    let again = format!("{outcome}; delete `{state}` to start over\n");
    assert_prints(&command, 1, &again, "0 % on orders:2, step 0 of 2, rolled back\n");
}

#[test]
fn missing_credentials_are_retried() {
    let fixture = Fixture::new();
    let (state, keys) = (fixture.state_file(), fixture.directory.path().join("credentials"));
    let text = "[release]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n";
    std::fs::write(&keys, text).unwrap();
    // The first alarm check deletes the credentials.
    let alarm_command = format!("rm -f {}; echo '{{}}' #", keys.display());
    let options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", &alarm_command, "--profile", "release"];
    let mut driver = program(&fixture.deploy(&state, &options));
    driver.env("AWS_SHARED_CREDENTIALS_FILE", &keys).stderr(Stdio::piped());
    let mut child = driver.spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let failed = lines.find(|line| line.contains("CredentialsError")).unwrap();
    let failed = strip_times(&failed);
    let start =
        "0 % on orders:2, step 0 of 2, retrying after CredentialsError (failure 1): cannot read the credentials file ";
    assert!(failed.starts_with(start), "{failed}");
    let checkpoint = std::fs::read_to_string(&state).unwrap();
    assert!(checkpoint.contains("CredentialsError"), "{checkpoint}");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A page of a proxy, and a redirect to another host, which would get the credentials.
#[test]
fn other_responses_do_not_confirm_an_update() {
    for status in [200, 302] {
        let fixture = Fixture::new();
        let proxy = KillingProxy::start(&fixture.url, ProxyState::default());
        proxy.state().failure = Some((status, "<html></html>"));
        let state = fixture.state_file();
        let command = ["deploy", ALIAS, TWO, "--endpoint-url", &proxy.url, "--state", &state, "--all-at-once"];
        let progress = "0 % on orders:2, step 0 of 1, updating the alias\n0 % on orders:2, step 0 of 1, failed with \
                        UnexpectedResponse\n";
        let outcome = format!(
            "failed: UnexpectedResponse: unexpected response: status {status}; run the same command to resume\n"
        );
        assert_prints(&command, 3, &outcome, progress);
        assert_eq!(fixture.routing(), [(ONE.to_owned(), 100)]);
    }
}

#[test]
fn errors_are_retried_by_status() {
    let failures = [
        (500, "InternalServerException", r#"{"__type": "InternalServerException", "message": "failed"}"#),
        (429, "LimitExceededException", r#"{"__type": "LimitExceededException", "message": "failed"}"#),
    ];
    for (status, code, body) in failures {
        let fixture = Fixture::new();
        let state = fixture.state_file();
        let proxy = KillingProxy::start(&fixture.url, ProxyState::default());
        let command = ["deploy", ALIAS, TWO, "--endpoint-url", &proxy.url, "--state", &state, "--canary", "10/1m"];
        kill_at_line(&command, "next step in 1m");
        advance_a_minute(&state);
        proxy.state().failure = Some((status, body));
        let progress = format!(
            "10 % on orders:2, step 1 of 2, updating the alias\n10 % on orders:2, step 1 of 2, retrying after {code} \
             (failure 1): failed\n10 % on orders:2, step 1 of 2, updating the alias\n100 % on orders:2, step 2 of 2, \
             succeeded\n"
        );
        assert_prints(&command, 0, "succeeded\n", &progress);
        assert_eq!(fixture.routing(), [(TWO.to_owned(), 100)]);
    }
}

#[test]
fn an_interrupted_driver_prints_how_to_resume() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let mut driver = program(&fixture.deploy(&state, &["--canary", "10/1m"])).stderr(Stdio::piped()).spawn().unwrap();
    let mut errors = BufReader::new(driver.stderr.take().unwrap());
    let mut line = String::new();
    while !strip_times(&line).ends_with("next step in 1m\n") {
        line.clear();
        assert_ne!(errors.read_line(&mut line).unwrap(), 0);
    }
    assert!(Command::new("kill").args(["-INT", &driver.id().to_string()]).status().unwrap().success());
    let mut rest = String::new();
    errors.read_to_string(&mut rest).unwrap();
    let message = format!(
        "\nsfn-alias: interrupted; the alias keeps its current routing; run the same command to resume from `{state}`\n"
    );
    assert_eq!((driver.wait().unwrap().code(), rest), (Some(3), message));
    for file in [state.clone(), format!("{state}.lock")] {
        assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    advance_a_minute(&state);
    let progress = "10 % on orders:2, step 1 of 2, updating the alias\n100 % on orders:2, step 2 of 2, succeeded\n";
    assert_prints(&fixture.deploy(&state, &["--canary", "10/1m"]), 0, "succeeded\n", progress);
}

#[test]
fn a_missing_alarm_command_fails() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    // The shell's message differs between systems, so it is not printed.
    let options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", "exec 2>&-; ./no-such"];
    let output = "failed: AlarmCommand: cannot run the alarm command `exec 2>&-; ./no-such` (exit status: 127); use an \
                  executable command; run the same command to resume\n";
    assert_prints(
        &fixture.deploy(&state, &options),
        3,
        output,
        "0 % on orders:2, step 0 of 2, failed with AlarmCommand\n",
    );
}

#[test]
fn endless_output_of_an_alarm_command_fails() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", "cat /dev/zero #"];
    let output = "failed: AlarmCommand: the alarm command `cat /dev/zero #` printed more than 1048576 bytes; run the \
                  same command to resume\n";
    let progress = "0 % on orders:2, step 0 of 2, failed with AlarmCommand\n";
    assert_prints(&fixture.deploy(&state, &options), 3, output, progress);
}

#[test]
fn alarm_names_are_arguments_of_the_command() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let alarm_command = r#"printf '{"%s": "OK", "%s": "ALARM"}'"#;
    let options = ["--canary", "10/1m", "--alarm", "a b", "--alarm", "c", "--alarm-command", alarm_command];
    let output = "rolled back: Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [c].\n";
    let progress = "0 % on orders:2, step 0 of 2, rolling back because of the alarm c\n0 % on orders:2, step 0 of 2, rolled back\n";
    assert_prints(&fixture.deploy(&state, &options), 1, output, progress);
}

/// Nothing is stored, so that the state file does not block the correct command.
#[test]
fn a_missing_version_is_refused() {
    let fixture = Fixture::new();
    let (state, nine) = (fixture.state_file(), format!("{ORDERS}:9"));
    let options = ["--endpoint-url", &fixture.url, "--state", &state, "--all-at-once"];
    let text = format!(
        "sfn-alias: the version `{nine}` does not exist; publish it first, or use the number of an existing version\n"
    );
    assert_prints(&[&["deploy", ALIAS, &nine], &options[..]].concat(), 1, "", &text);
    assert_prints(&[&["deploy", ALIAS, &nine], &options[..], &["--dry-run"]].concat(), 1, "", &text);
    assert!(!std::path::Path::new(&state).exists());
    let progress = "0 % on orders:2, step 0 of 1, updating the alias\n100 % on orders:2, step 1 of 1, succeeded\n";
    assert_prints(&fixture.deploy(&state, &["--all-at-once"]), 0, "succeeded\n", progress);
}

/// The endpoint refuses the first shift, or the command is killed before it.
#[test]
fn a_deployment_that_has_shifted_nothing_is_replaced() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let proxy = KillingProxy::start(&fixture.url, ProxyState::default());
    proxy.state().failure = Some((400, r#"{"__type": "ValidationException", "message": "refused"}"#));
    let command = ["deploy", ALIAS, TWO, "--endpoint-url", &proxy.url, "--state", &state, "--canary", "20/1m"];
    assert_eq!(program(&command).output().unwrap().status.code(), Some(3));
    let killing_options = ["--canary", "10/1m", "--alarm", "errors", "--alarm-command", "kill -9 $PPID; :"];
    assert_eq!(program(&fixture.deploy(&state, &killing_options)).output().unwrap().status.code(), None);
    let progress = "0 % on orders:2, step 0 of 1, updating the alias\n100 % on orders:2, step 1 of 1, succeeded\n";
    assert_prints(&fixture.deploy(&state, &["--all-at-once"]), 0, "succeeded\n", progress);
}

#[test]
fn invalid_options_are_named() {
    let fixture = Fixture::new();
    let state = fixture.state_file();
    let assert_error = |options: &[&str], code: i32, text: &str| {
        assert_prints(&fixture.deploy(&state, options), code, "", &format!("sfn-alias: {text}\n"));
    };
    assert_error(&["--steps", ""], 2, "--steps is empty; expected for example 5/1m,25/10m");
    assert_error(&["--canary", " "], 2, "--canary is empty; expected for example 10/5m");
    let text = "--canary expects one step, found `5/1m,10/1m`; use --steps for a list";
    assert_error(&["--canary", "5/1m,10/1m"], 2, text);
    let text = "--alarm-command requires an alarm; add --alarm NAME or remove --alarm-command";
    assert_error(&["--canary", "5/1m", "--alarm-command", "true"], 2, text);
    let text = "--cloudwatch-endpoint-url requires an alarm; add --alarm NAME or remove --cloudwatch-endpoint-url";
    assert_error(&["--canary", "5/1m", "--cloudwatch-endpoint-url", "http://127.0.0.1:1"], 2, text);
    let text = "`Steps/1/Percentage` must be greater than in the previous step (5): found 5";
    assert_error(&["--steps", "5/1m,5/1m"], 1, text);
    let command = ["deploy", ALIAS, ORDERS, "--endpoint-url", &fixture.url, "--state", &state, "--all-at-once"];
    assert_prints(
        &command,
        2,
        "",
        &format!("sfn-alias: VERSION_ARN: expected a version ARN (...:stateMachine:NAME:NUMBER), found `{ORDERS}`\n"),
    );
    assert_eq!(fixture.updates(), 0);
}

#[test]
fn invalid_options_of_a_plan_are_named() {
    let assert_error = |options: &[&str], text: &str| {
        assert_prints(&[&["plan", "10/5m"], options].concat(), 2, "", &format!("sfn-alias: {text}\n"));
    };
    let not_a_version =
        |option: &str| format!("{option}: expected a version ARN (...:stateMachine:NAME:NUMBER), found `{ORDERS}`");
    assert_error(&["--current", ORDERS, "--new", TWO], &not_a_version("--current"));
    assert_error(&["--current", ONE, "--new", ORDERS], &not_a_version("--new"));
    let routing = |arn: &str, weight: u32| json!([{"stateMachineVersionArn": arn, "weight": weight}]).to_string();
    assert_error(&["--current", &routing(ORDERS, 100), "--new", TWO], &not_a_version("--current"));
    let text = "--current: expected a version ARN, JSON, @FILE or -; the value is not a routing in JSON: invalid value: integer `300`, expected an integer \
                from 0 to 100 for `weight`";
    assert_error(&["--current", &routing(ONE, 300), "--new", TWO], text);
    let text = "--rate: `-1` is not a valid rate; use 0 to 1000000 executions per second";
    assert_error(&["--current", ONE, "--new", TWO, "--rate=-1"], text);
}
