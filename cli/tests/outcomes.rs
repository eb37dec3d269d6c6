//! `sfn-alias end`, and simulations with executions that end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ORDERS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
const EXECUTIONS: &str = "arn:aws:states:us-east-1:000000000000:execution:orders";

fn run_program(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sfn-alias"));
    let changes_behaviour = |name: &String| name.starts_with("AWS_") || name.starts_with("SFN_ALIAS_");
    for name in std::env::vars().map(|(name, _)| name).filter(changes_behaviour) {
        command.env_remove(name);
    }
    command.args(arguments).env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent").output().unwrap()
}

/// Runs the program. Returns its exit code, standard output and standard error.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = run_program(arguments);
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A data file with the executions a, b, c and d of the state machine `orders`.
struct DataFile {
    _folder: TempDir,
    path: String,
}

impl DataFile {
    fn create() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("aliases.db").to_str().unwrap().to_owned();
        let file = Self { _folder: folder, path };
        let definition = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
        let role = "arn:aws:iam::000000000000:role/orders";
        file.call("CreateStateMachine", &json!({"name": "orders", "roleArn": role, "definition": definition}));
        for name in ["a", "b", "c", "d"] {
            file.call("StartExecution", &json!({"stateMachineArn": ORDERS, "name": name}));
        }
        file
    }

    fn call(&self, operation: &str, input: &Value) -> Value {
        let (code, stdout, stderr) = run(&["call", "--data", &self.path, operation, &input.to_string()]);
        assert_eq!((code, &*stderr), (0, ""), "{stdout}");
        serde_json::from_str(&stdout).unwrap()
    }

    fn end(&self, name: &str, options: &[&str]) -> (i32, Value) {
        let arn = format!("{EXECUTIONS}:{name}");
        let (code, stdout, stderr) = run(&[&["end", &arn, "--data", &self.path, "--json"], options].concat());
        assert_eq!(stderr, "");
        (code, serde_json::from_str(&stdout).unwrap())
    }

    /// Returns status, output, error and cause.
    fn describe(&self, name: &str) -> [Value; 4] {
        let mut found = self.call("DescribeExecution", &json!({"executionArn": format!("{EXECUTIONS}:{name}")}));
        ["status", "output", "error", "cause"].map(|member| found[member].take())
    }
}

#[test]
fn end_sets_output_or_error_and_prints_the_response() {
    let file = DataFile::create();
    let (code, response) = file.end("a", &["--output", r#"{"total": 1.50, "id": 12345678901234567890123}"#]);
    assert_eq!((code, &response["status"]), (0, &json!("SUCCEEDED")));
    assert_eq!(response["executionArn"], format!("{EXECUTIONS}:a"));
    // The digits of numbers remain.
    let output = json!(r#"{"total":1.50,"id":12345678901234567890123}"#);
    assert_eq!(file.describe("a"), [json!("SUCCEEDED"), output, Value::Null, Value::Null]);
    assert_eq!(file.end("b", &["--error", "Orders.Broken", "--cause", "a \"cause\""]).0, 0);
    assert_eq!(file.describe("b"), [json!("FAILED"), Value::Null, json!("Orders.Broken"), json!("a \"cause\"")]);
    assert_eq!(file.end("c", &["--timed-out"]).1["status"], "TIMED_OUT");
    assert_eq!(file.describe("c")[0], "TIMED_OUT");
    assert_eq!(file.end("d", &[]).1["status"], "SUCCEEDED");
    assert_eq!(file.describe("d")[1], "{}");
}

#[test]
fn execution_of_an_alias_is_polled_until_it_has_succeeded() {
    let file = DataFile::create();
    let version = file.call("PublishStateMachineVersion", &json!({"stateMachineArn": ORDERS}));
    let routing = json!([{"stateMachineVersionArn": version["stateMachineVersionArn"], "weight": 100}]);
    file.call("CreateStateMachineAlias", &json!({"name": "PROD", "routingConfiguration": routing}));
    file.call("StartExecution", &json!({"stateMachineArn": format!("{ORDERS}:PROD"), "name": "paid"}));
    assert_eq!(file.end("paid", &["--output", r#"{"ok": true}"#, "--after", "1s"]).0, 0);
    // No process waits for the end.
    let deadline = Instant::now() + Duration::from_secs(30);
    while file.describe("paid")[0] == "RUNNING" {
        assert!(Instant::now() < deadline, "still RUNNING");
        sleep(Duration::from_millis(100));
    }
    assert_eq!(file.describe("paid"), [json!("SUCCEEDED"), json!(r#"{"ok":true}"#), Value::Null, Value::Null]);
}

#[test]
fn end_may_lie_in_the_future() {
    let file = DataFile::create();
    assert_eq!(file.end("a", &["--output", "null", "--after", "1h"]).0, 0);
    assert_eq!(file.describe("a")[0], "RUNNING");
    // A time without a unit is a number of seconds.
    let response = file.end("a", &["--error", "E", "--after", "0.001"]).1;
    assert_eq!(response["status"], "FAILED");
    sleep(Duration::from_millis(20));
    assert_eq!(file.describe("a")[0], "FAILED");
    let (code, response) = file.end("b", &["--after", "soon"]);
    let message = response["message"].as_str().unwrap();
    assert!(code == 1 && message.contains("`/after`") && message.contains("soon"), "{response}");
    // Not an unknown option.
    for after in ["-5s", "-5"] {
        let (code, response) = file.end("b", &["--after", after]);
        let message = response["message"].as_str().unwrap();
        assert!(code == 1 && message.contains("`/after`: expected a time of 0 or more"), "{response}");
    }
    assert_eq!(file.describe("b")[0], "RUNNING");
    assert_eq!(file.end("b", &["--error", "-E", "--cause", "--why"]).0, 0);
    assert_eq!(file.describe("b"), [json!("FAILED"), Value::Null, json!("-E"), json!("--why")]);
    assert_eq!(file.end("c", &["--output", "-1"]).0, 0);
    assert_eq!(file.describe("c")[1], "-1");
}

/// Reads a whole request: closing a connection with unread bytes resets it, and the response is lost.
fn read_request(stream: &TcpStream) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    while !head.ends_with("\r\n\r\n") {
        let start = head.len();
        assert_ne!(reader.read_line(&mut head).unwrap(), 0, "{head}");
        let value =
            head[start..].to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse().unwrap());
        length = value.unwrap_or(length);
    }
    reader.read_exact(&mut vec![0; length]).unwrap();
}

/// A server that responds with status 200 to everything.
#[test]
fn end_rejects_the_response_of_another_server() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = spawn(move || {
        for body in ["[1]", "{}", "ok"] {
            let mut stream = listener.accept().unwrap().0;
            read_request(&stream);
            let length = body.len();
            write!(stream, "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
        }
    });
    for _ in 0..3 {
        let (code, stdout, stderr) = run(&["end", &format!("{EXECUTIONS}:a"), "--endpoint-url", &url]);
        assert_eq!((code, &*stdout), (3, ""));
        assert!(stderr.starts_with("sfn-alias: the endpoint is not `sfn-alias serve`: "), "{stderr}");
    }
    server.join().unwrap();
}

#[test]
fn help_fits_the_command() {
    for command in ["end", "alarms", "reset", "backup"] {
        let (code, text, _) = run(&[command, "--help"]);
        assert!(code == 0 && text.contains("URL of `sfn-alias serve`"), "{text}");
        assert!(!text.contains("another emulator") && !text.contains("CreateStateMachine"), "{text}");
    }
    let (_, text, _) = run(&["alarms", "--help"]);
    let rules = text.split_once("The rules:\n").unwrap().1.split_once("\n\n").unwrap().0;
    sfn_alias::AlarmRules::parse(rules).unwrap();
    let (_, text, _) = run(&["simulate", "--help"]);
    assert_eq!(text.matches("--new VERSION_ARN \\\n    --alarm errors --").count(), 2, "{text}");
    assert!(text.find("--svg").unwrap() < text.find("Executions:").unwrap(), "{text}");
}

#[test]
fn end_of_ended_execution_changes_nothing() {
    let file = DataFile::create();
    let first = file.end("a", &["--output", "1"]);
    assert_eq!(file.end("a", &["--output", "1"]), first);
    let (code, response) = file.end("a", &["--error", "E"]);
    let message = format!(
        "cannot end the execution: '{EXECUTIONS}:a' has already ended with status SUCCEEDED; start another execution"
    );
    assert_eq!((code, &response["message"]), (1, &json!(message)));
    let (code, response) = file.end("x", &[]);
    assert_eq!(response["__type"], "com.amazonaws.swf.service.v2.model#ExecutionDoesNotExist");
    assert_eq!(code, 1);
}

#[test]
fn end_rejects_wrong_options_before_a_request() {
    let arn = format!("{EXECUTIONS}:a");
    let (code, _, text) = run(&["end", &arn, "--output", "{"]);
    assert_eq!(code, 2);
    assert!(text.starts_with("sfn-alias: --output: expected JSON, @FILE, or - for standard input"), "{text}");
    for options in [["--output", "1", "--timed-out"], ["--output=1", "--error", "E"], ["--output=1", "--cause", "C"]] {
        assert_eq!(run(&[&["end", &*arn][..], &options].concat()).0, 2, "{options:?}");
    }
    let aws = "https://states.us-east-1.amazonaws.com";
    let text = "sfn-alias: --endpoint-url: expected a URL of `sfn-alias serve`, found AWS\n".to_owned();
    assert_eq!(run(&["end", &arn, "--endpoint-url", aws]), (2, String::new(), text));
    let (code, _, text) = run(&["end", &arn, "--endpoint-url", "http://127.0.0.1:1"]);
    assert!(code == 3 && text.contains("cannot connect to http://127.0.0.1:1"), "{text}");
    let (code, _, text) = run(&["end", &arn, "--data", "/nonexistent/aliases.db"]);
    assert!(code == 3 && text.contains("cannot read `/nonexistent/aliases.db`"), "{text}");
}

#[test]
fn end_reads_the_output_from_a_file() {
    let file = DataFile::create();
    let output = tempfile::NamedTempFile::new().unwrap();
    fs::write(output.path(), "[1, 2]\n").unwrap();
    assert_eq!(file.end("a", &["--output", &format!("@{}", output.path().display())]).0, 0);
    assert_eq!(file.describe("a")[1], "[1,2]");
}

const FAILING: &str = "\
# Version 2 fails one start of five.
outcomes:
  - version: 2
    any:
      - {weight: 20, status: FAILED, error: Orders.Broken}
      - {weight: 80, status: SUCCEEDED}
  - status: SUCCEEDED
";

/// Simulates `10/5m` with these rules and options.
fn simulate(name: &str, rules: &str, options: &[&str]) -> (i32, String, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join(name);
    fs::write(&file, rules).unwrap();
    let (current, new) = (format!("{ORDERS}:1"), format!("{ORDERS}:2"));
    let arguments = ["simulate", "10/5m", "--current", &current, "--new", &new, "--alarm", "errors"];
    let (code, stdout, stderr) = run(&[&arguments[..], &["--outcomes", file.to_str().unwrap()], options].concat());
    (code, stdout, stderr.replace(file.to_str().unwrap(), name))
}

#[test]
fn simulated_canary_with_failures_rolls_back() {
    let expected = "      0s  read the alias: 100 % orders:1  (CloudFormation does not make this call)
      0s  check the alarms: errors is OK
      0s  update the alias to 10 % orders:2, 90 % orders:1
      0s  wait until 60s
     60s  event: the alarm errors is ALARM
     60s  read the alias: 10 % orders:2, 90 % orders:1
     60s  check the alarms: errors is ALARM
     60s  update the alias to 100 % orders:1
     60s  rolled back: Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [errors].
2 updates; final routing: 100 % orders:1
orders:1: 53 starts (53 SUCCEEDED)
orders:2: 7 starts (3 FAILED, 4 SUCCEEDED)
CloudFormation then rolls back the stack and sets the routing: 100 % orders:1
";
    assert_eq!(simulate("rules.yaml", FAILING, &["--rate", "60"]), (0, expected.to_owned(), String::new()));
    let (_, svg, _) = simulate("rules.yaml", FAILING, &["--rate", "60", "--svg"]);
    assert!(svg.contains(">orders:2: 7 starts (3 FAILED, 4 SUCCEEDED)</text>"), "{svg}");
    let (_, text, _) = simulate("rules.yaml", FAILING, &["--rate", "60", "--seed", "1"]);
    assert!(!text.contains("orders:2: 7 starts (3 FAILED"), "another seed gives other numbers: {text}");
    let (_, text, _) = simulate("rules.yaml", FAILING, &["--alarm-threshold", "1000"]);
    assert!(text.contains("300s  succeeded\n"), "{text}");
}

#[test]
fn simulated_canary_without_failures_completes() {
    let (code, text, _) = simulate("rules.json", r#"{"outcomes": [{"output": {"ok": true}}]}"#, &["--rate", "30"]);
    assert!(code == 0 && text.contains("300s  succeeded\n"), "{text}");
    let starts: u64 = text
        .lines()
        .filter_map(|line| Some(line.split_once(": ")?.1.split_once(" starts (")?.0.parse::<u64>().unwrap()))
        .sum();
    assert_eq!(starts, 150);
    assert!(!text.contains("FAILED") && !text.contains("RUNNING"), "{text}");
}

#[test]
fn simulated_alias_has_a_valid_name() {
    let long = "a".repeat(81);
    let letters = "use only letters, digits";
    for (name, fix) in [("a b", letters), ("12", letters), ("", letters), (&long, "use 80 characters or fewer")] {
        let (code, _, text) = simulate("rules.json", r#"{"outcomes": []}"#, &["--alias", name]);
        assert!(code == 2 && text.contains(fix), "{text}");
    }
}

#[test]
fn rules_may_start_with_a_byte_order_mark() {
    let json = "\u{feff}{\"outcomes\": [{\"status\": \"FAILED\"}]}";
    for name in ["rules.json", "rules", "rules.yaml"] {
        for rules in [json, &format!("\u{feff}{FAILING}")] {
            if name == "rules.json" && rules != json {
                continue;
            }
            let (code, text, error) = simulate(name, rules, &[]);
            assert!(code == 0 && text.contains("FAILED"), "{name}: {error}");
        }
    }
    let (_, _, text) = simulate("rules.json", "\u{feff}{\"outcome\": 1}", &[]);
    assert!(text.contains("line 1 column 2: `/outcome`"), "{text}");
}

/// YAML has numbers where a text is expected.
#[test]
fn texts_without_quotes_have_a_help() {
    for (rule, error) in [
        ("cause: 12", "`/outcomes/0/cause`: expected a text, found `12`; write it in quotes"),
        (
            "name: 12",
            "`/outcomes/0/name`: expected the beginning of an execution's name, found `12`; write it in quotes",
        ),
        ("alias: true", "`/outcomes/0/alias`: expected the name of an alias, found `true`; write it in quotes"),
    ] {
        let text = format!("sfn-alias: --outcomes: `rules.yaml`: line 2 column 5: {error}\n");
        assert_eq!(simulate("rules.yaml", &format!("outcomes:\n  - {rule}\n"), &[]), (2, String::new(), text));
    }
}

#[test]
fn outputs_in_yaml_have_no_repeated_keys_and_no_tags() {
    let (code, _, error) = simulate("rules.yaml", "outcomes:\n  - output: {a: 1, a: 2}\n", &[]);
    assert!(code == 2 && error.contains("line 2 column 20: duplicate key `a`"), "{error}");
    assert_eq!(simulate("rules.json", r#"{"outcomes": [{"output": {"a": 1, "a": 2}}]}"#, &[]).0, 0);
    let (code, _, error) = simulate("rules.yaml", "outcomes:\n  - output: !Ref a\n", &[]);
    assert!(code == 2 && error.contains("found `!Ref`; remove the tag"), "{error}");
}

/// The alias's name is an option, because the routing does not contain it.
#[test]
fn simulated_rules_match_the_alias() {
    let rules = r#"{"outcomes": [{"alias": "PROD", "status": "FAILED"}]}"#;
    assert!(simulate("rules.json", rules, &["--alias", "PROD"]).1.contains("FAILED"));
    let (_, text, _) = simulate("rules.json", rules, &[]);
    assert!(text.contains("RUNNING") && text.contains("succeeded"), "{text}");
}

#[test]
fn invalid_rules_have_file_position_and_help() {
    let invalid = "outcomes:\n  - version: 2\n    any:\n      - {weight: 20, status: FAILED}\n";
    let text = "sfn-alias: --outcomes: `rules.yaml`: line 3 column 5: `/outcomes/0/any`: expected weights that sum to 100, found a sum of 20; change the weights\n";
    assert_eq!(simulate("rules.yaml", invalid, &[]), (2, String::new(), text.to_owned()));
    let (code, _, text) = simulate("rules.yaml", "outcomes: [\n", &[]);
    assert!(code == 2 && text.starts_with("sfn-alias: --outcomes: `rules.yaml`: line "), "{text}");
    let (code, _, text) = simulate("rules", "{\"outcomes\": [\n  {\"versions\": 2, \"output\": 1}]}", &[]);
    assert!(code == 2 && text.starts_with("sfn-alias: --outcomes: `rules`: line 2 column "), "{text}");
    assert!(text.contains("`versions`") && text.contains("`version`"), "{text}");
    let (code, _, text) = run(&["simulate", "10/5m", "--current", &format!("{ORDERS}:1"), "--rate", "5"]);
    assert!(code == 2 && text.contains("--outcomes <FILE>"), "{text}");
    let (code, _, text) = simulate("rules.json", r#"{"outcomes": []}"#, &["--rate", "1000000"]);
    assert_eq!(code, 2);
    let expected = "invalid traffic: the simulation exceeds 2000000 starts; use a lower rate or a shorter deployment";
    assert_eq!(text, format!("sfn-alias: {expected}\n"));
}
