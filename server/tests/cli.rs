//! The program, as a shell sees it: output, errors and exit codes, whole.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

const ORDERS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
const MACHINE: &str = r#"{"name": "orders", "roleArn": "arn:aws:iam::000000000000:role/orders", "publish": true,
    "definition": "{\"StartAt\": \"Done\", \"States\": {\"Done\": {\"Type\": \"Succeed\"}}}"}"#;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sfn-alias"));
    command.args(arguments).env_remove("AWS_ENDPOINT_URL_SFN").env_remove("AWS_REGION").env_remove("SFN_ALIAS_LOG");
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// Exit code, standard output, standard error.
#[track_caller]
fn prints(arguments: &[&str], code: i32, output: &str, errors: &str) {
    let found = run(arguments);
    assert_eq!(String::from_utf8_lossy(&found.stderr), errors);
    assert_eq!(String::from_utf8_lossy(&found.stdout), output);
    assert_eq!(found.status.code(), Some(code));
}

fn alias(weight: i64) -> String {
    let routes = [json!({"stateMachineVersionArn": format!("{ORDERS}:1"), "weight": weight})];
    json!({"name": "PROD", "routingConfiguration": routes}).to_string()
}

/// A file with a state machine, a version and an alias.
fn filled() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("aliases.db").to_str().unwrap().to_owned();
    for (operation, body) in [("CreateStateMachine", MACHINE), ("CreateStateMachineAlias", &alias(100))] {
        assert_eq!(run(&["call", "--data", &file, operation, body]).status.code(), Some(0));
    }
    (folder, file)
}

#[test]
fn call_prints_the_answer_and_tells_a_refusal_by_its_code() {
    let (_folder, file) = filled();
    let found = run(&["call", "--data", &file, "--json", "CreateStateMachineAlias", &alias(99)]);
    let body = r#"{"__type":"com.amazonaws.swf.service.v2.model#ValidationException","message":"Sum of routing configuration weights must equal 100. Received: [99]","reason":"INVALID_ROUTING_CONFIGURATION"}"#;
    assert_eq!(String::from_utf8_lossy(&found.stdout), format!("{body}\n"));
    assert_eq!(found.status.code(), Some(1));
    let found =
        run(&["call", "--data", &file, "ListStateMachineAliases", &json!({"stateMachineArn": ORDERS}).to_string()]);
    let answer: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(answer["stateMachineAliases"][0]["stateMachineAliasArn"], format!("{ORDERS}:PROD"));
    assert_eq!(found.status.code(), Some(0));
}

#[test]
fn call_sees_other_accounts_and_regions() {
    let (_folder, file) = filled();
    let elsewhere = ["call", "--data", &file, "--json", "--region", "eu-west-1", "ListStateMachines"];
    prints(&elsewhere, 0, "{\"stateMachines\":[]}\n", "");
    let nowhere = ["call", "--data", &file, "--account", "1", "ListStateMachines"];
    prints(&nowhere, 2, "", "sfn-alias: --account: `account` must be 12 digits, for example `123456789012`\n");
}

/// What `serve` prints is exported in many shells: a file that is given counts all the same.
#[test]
fn a_file_goes_before_the_endpoint_of_the_environment() {
    let (_folder, file) = filled();
    for url in ["http://127.0.0.1:1", ""] {
        let mut command = program(&["call", "--data", &file, "--json", "--region", "eu-west-1", "ListStateMachines"]);
        let found = command.env("AWS_ENDPOINT_URL_SFN", url).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&found.stdout), "{\"stateMachines\":[]}\n");
    }
    let nowhere = ["call", "--account", "1", "ListStateMachines"];
    prints(&nowhere, 2, "", "sfn-alias: --account: `account` must be 12 digits, for example `123456789012`\n");
}

#[test]
fn a_misspelt_operation_is_told() {
    let text = "sfn-alias: unknown operation `CreateAlias`: expected one of AWS Step Functions' operations on state machines, versions, aliases, executions and tags, for example `CreateStateMachineAlias`\n";
    prints(&["call", "CreateAlias"], 2, "", text);
    prints(&["check", "CreateAlias", "{}"], 2, "", text);
}

#[test]
fn input_comes_from_files_and_standard_input() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("alias.json");
    std::fs::write(&path, alias(100)).unwrap();
    let fingerprint = run(&["fingerprint", &format!("@{}", path.display())]).stdout;
    assert_eq!(fingerprint.len(), 65);
    let mut child = program(&["fingerprint", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(alias(100).as_bytes()).unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, fingerprint);
    let missing = "sfn-alias: `no/such` cannot be read: No such file or directory (os error 2)\n";
    prints(&["fingerprint", "@no/such"], 2, "", missing);
}

#[test]
fn a_request_without_a_fingerprint_is_refused() {
    let text = "sfn-alias: ValidationException: Sum of routing configuration weights must equal 100. Received: [99]\n";
    prints(&["fingerprint", &alias(99)], 1, "", text);
}

#[test]
fn check_tells_problems_with_what_to_do() {
    let text = "/routingConfiguration: Sum of routing configuration weights must equal 100. Received: [99] \
                (ValidationException, weights-sum)\n  to mend it: ";
    let found = run(&["check", "CreateStateMachineAlias", &alias(99)]);
    let output = String::from_utf8(found.stdout).unwrap();
    assert_eq!(output.get(..text.len()), Some(text));
    assert_eq!(found.status.code(), Some(1));
    prints(&["check", "CreateStateMachineAlias", &alias(100)], 0, "", "");
    let found = run(&["check", "--json", "CreateStateMachineAlias", &alias(99)]);
    let problems: Value = serde_json::from_slice(&found.stdout).unwrap();
    assert_eq!(problems[0]["code"], "weights-sum");
}

#[test]
fn arn_takes_arns_apart() {
    let alias = format!("{ORDERS}:PROD");
    let output = format!(
        "arn              {alias}\ntype             alias\npartition        aws\nregion           us-east-1\n\
         account          000000000000\nstateMachine     orders\nalias            PROD\nstateMachineArn  {ORDERS}\n"
    );
    prints(&["arn", &alias], 0, &output, "");
    let text = "sfn-alias: InvalidArn: Invalid Arn: 'Invalid ARN prefix: nonsense'\n";
    prints(&["arn", "nonsense"], 1, "", text);
}

#[test]
fn route_shows_where_starts_would_go() {
    let routes = [90, 10]
        .iter()
        .zip(1..)
        .map(|(weight, version)| json!({"stateMachineVersionArn": format!("{ORDERS}:{version}"), "weight": weight}));
    let routing = Value::from_iter(routes).to_string();
    let output = format!(
        "version 1     weight  90   905   90.5%  {}\nversion 2     weight  10    95    9.5%  {}\n",
        "#".repeat(45),
        "#".repeat(5)
    );
    prints(&["route", "--seed", "7", &routing], 0, &output, "");
    let (_folder, file) = filled();
    let alias = format!("{ORDERS}:PROD");
    let json = "{\"count\":3,\"routes\":[{\"starts\":3,\"version\":1,\"weight\":100}]}\n";
    prints(&["route", "--json", "--count", "3", "--data", &file, &alias], 0, json, "");
    let text = format!("sfn-alias: `{ORDERS}` is no alias; give an alias's ARN or a routing\n");
    prints(&["route", ORDERS], 2, "", &text);
}

#[test]
fn an_endpoint_that_is_not_there_is_told() {
    let found = run(&["call", "--endpoint-url", "http://127.0.0.1:1", "ListStateMachines"]);
    let text = String::from_utf8(found.stderr).unwrap();
    let (beginning, end) = (
        "sfn-alias: the endpoint http://127.0.0.1:1 cannot be asked: ",
        "; start `sfn-alias serve`, or give --endpoint-url or --data\n",
    );
    assert!(text.starts_with(beginning) && text.ends_with(end), "{text}");
    assert_eq!(found.status.code(), Some(3));
}

/// `serve`, and the URL that it printed.
fn serve(arguments: &[&str]) -> (Child, String) {
    let mut child =
        program(&["serve", "--port", "0", "--log", "off"]).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim_end().strip_prefix("export AWS_ENDPOINT_URL_SFN=").unwrap().to_owned())
}

fn stop(mut child: Child) -> Option<i32> {
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    child.wait().unwrap().code()
}

#[test]
fn serve_answers_until_it_is_told_to_stop() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("aliases.db");
    let file = file.to_str().unwrap();
    let (child, url) = serve(&["--data", file]);
    assert_eq!(run(&["call", "--endpoint-url", &url, "CreateStateMachine", MACHINE]).status.code(), Some(0));
    let locked = format!(
        "sfn-alias: storage error: `{file}` cannot be used: the database is locked by another process; if that is \
         `sfn-alias serve`, use its endpoint (database is locked)\n"
    );
    prints(&["call", "--data", file, "ListStateMachines"], 3, "", &locked);
    assert_eq!(stop(child), Some(0));
    let (child, url) = serve(&["--data", file]);
    assert_eq!(run(&["call", "--endpoint-url", &url, "CreateStateMachineAlias", &alias(100)]).status.code(), Some(0));
    assert_eq!(stop(child), Some(0));
    assert!(!Path::new(&format!("{file}-wal")).exists(), "the log is gone with the last who used it");
}

#[test]
fn serve_on_other_addresses_wants_credentials() {
    let text = "sfn-alias: 0.0.0.0:8083 can be reached from other machines: give --credentials FILE, so that requests have to be signed, or --insecure-allow-anonymous\n";
    prints(&["serve", "--host", "0.0.0.0"], 2, "", text);
}

#[test]
fn a_port_in_use_is_told() {
    let (child, url) = serve(&[]);
    let (_, port) = url.rsplit_once(':').unwrap();
    let text = format!(
        "sfn-alias: 127.0.0.1:{port} cannot be bound: Address already in use (os error 98); choose another --port, or 0 for any that is free\n"
    );
    prints(&["serve", "--port", port, "--log", "off"], 3, "", &text);
    assert_eq!(stop(child), Some(0));
}

/// Of several templates one has to have the parameter.
#[test]
fn check_template_refuses_a_parameter_that_no_template_has() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let with = file("with.yaml", "Parameters: {Stage: {Type: String}, Canary: {Type: String}}\nResources: {}");
    let without = file("without.yaml", "Resources: {}");
    let check = |files: &[&str], given: &str, code, output: &str, errors: &str| {
        prints(&[&["check-template", "--parameter", given], files].concat(), code, output, errors);
    };
    let clean = format!("{without}: 0 errors, 0 warnings\n{with}: 0 errors, 0 warnings\n");
    check(&[&without, &with], "Stage=prod", 0, &clean, "");
    let unknown = "sfn-alias: --parameter: there is no parameter `Nope`: ";
    check(&[&without, &with], "Nope=1", 2, "", &format!("{unknown}use `Canary`, `Stage`\n"));
    check(&[&without], "Nope=1", 2, "", &format!("{unknown}there are none: leave it away\n"));
}

#[test]
fn files_without_an_end_are_refused() {
    let text = "sfn-alias: `/dev/zero` is longer than 67108864 bytes\n";
    prints(&["check", "CreateStateMachineAlias", "@/dev/zero"], 2, "", text);
    let text = "sfn-alias: the credentials file `/dev/zero` cannot be read: it is longer than 16777216 bytes\n";
    prints(&["serve", "--port", "0", "--credentials", "/dev/zero"], 2, "", text);
}

#[test]
fn inputs_may_be_pipes_and_links() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (pipe, file, link) = (path("pipe"), path("file"), path("link"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, alias(100)).unwrap()
    });
    prints(&["check", "CreateStateMachineAlias", &format!("@{pipe}")], 0, "", "");
    writer.join().unwrap();
    std::fs::write(&file, alias(100)).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    prints(&["check", "CreateStateMachineAlias", &format!("@{link}")], 0, "", "");
}
