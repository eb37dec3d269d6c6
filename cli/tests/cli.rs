//! Output, errors and exit codes of the program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use sfn_alias::Operation;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

const ORDERS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";
const MACHINE: &str = r#"{"name": "orders", "roleArn": "arn:aws:iam::000000000000:role/orders", "publish": true,
    "definition": "{\"StartAt\": \"Done\", \"States\": {\"Done\": {\"Type\": \"Succeed\"}}}"}"#;

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sfn-alias"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SFN_ALIAS_")) {
        command.env_remove(name);
    }
    command.args(arguments).env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    command
}

fn run_program(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// Runs the program and checks its exit code, standard output and standard error.
#[track_caller]
fn check_output(arguments: &[&str], code: i32, stdout: &str, stderr: &str) {
    let output = run_program(arguments);
    assert_eq!(String::from_utf8_lossy(&output.stderr), stderr);
    assert_eq!(String::from_utf8_lossy(&output.stdout), stdout);
    assert_eq!(output.status.code(), Some(code));
}

fn alias_request(weight: i64) -> String {
    let routes = [json!({"stateMachineVersionArn": format!("{ORDERS}:1"), "weight": weight})];
    json!({"name": "PROD", "routingConfiguration": routes}).to_string()
}

/// Creates a file with a state machine, a version and an alias.
fn create_data_file() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("aliases.db").to_str().unwrap().to_owned();
    for (operation, body) in [("CreateStateMachine", MACHINE), ("CreateStateMachineAlias", &alias_request(100))] {
        assert_eq!(run_program(&["call", "--data", &file, operation, body]).status.code(), Some(0));
    }
    (folder, file)
}

#[test]
fn call_prints_response_and_exits_with_1_on_service_error() {
    let (_folder, file) = create_data_file();
    let output = run_program(&["call", "--data", &file, "--json", "CreateStateMachineAlias", &alias_request(99)]);
    let body = r#"{"__type":"com.amazonaws.swf.service.v2.model#ValidationException","message":"Sum of routing configuration weights must equal 100. Received: [99]","reason":"INVALID_ROUTING_CONFIGURATION"}"#;
    assert_eq!(String::from_utf8_lossy(&output.stdout), format!("{body}\n"));
    assert_eq!(output.status.code(), Some(1));
    let output = run_program(&[
        "call",
        "--data",
        &file,
        "ListStateMachineAliases",
        &json!({"stateMachineArn": ORDERS}).to_string(),
    ]);
    let response: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(response["stateMachineAliases"][0]["stateMachineAliasArn"], format!("{ORDERS}:PROD"));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn call_uses_account_and_region() {
    let (_folder, file) = create_data_file();
    let elsewhere = ["call", "--data", &file, "--json", "--region", "eu-west-1", "ListStateMachines"];
    check_output(&elsewhere, 0, "{\"stateMachines\":[]}\n", "");
    let nowhere = ["call", "--data", &file, "--account", "1", "ListStateMachines"];
    check_output(&nowhere, 2, "", "sfn-alias: --account: expected 12 digits, for example `123456789012`, found `1`\n");
}

/// `--data` has priority over AWS_ENDPOINT_URL_SFN, which many shells export.
#[test]
fn data_file_overrides_endpoint_variable() {
    let (_folder, file) = create_data_file();
    for url in ["http://127.0.0.1:1", ""] {
        let mut command = program(&["call", "--data", &file, "--json", "--region", "eu-west-1", "ListStateMachines"]);
        let output = command.env("AWS_ENDPOINT_URL_SFN", url).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "{\"stateMachines\":[]}\n");
    }
    let nowhere = ["call", "--account", "1", "ListStateMachines"];
    check_output(&nowhere, 2, "", "sfn-alias: --account: expected 12 digits, for example `123456789012`, found `1`\n");
}

#[test]
fn unknown_operation_is_reported() {
    for (name, help) in [
        ("CreateAlias", "did you mean `CreateStateMachineAlias`?"),
        ("list-state-machines", "did you mean `ListStateMachines`?"),
        (
            "Nope",
            "use an operation on state machines, versions, aliases, executions or tags, for example `CreateStateMachineAlias`",
        ),
    ] {
        let text = format!("sfn-alias: unknown operation `{name}`; {help}\n");
        check_output(&["call", name], 2, "", &text);
        check_output(&["check", name, "{}"], 2, "", &text);
    }
}

/// The program and the endpoint, and thus every SDK, report an operation that is not implemented in the same words.
#[test]
fn unsupported_operation_is_named_by_program_and_endpoint() {
    let (child, url) = start_server(&[]);
    for name in Operation::UNSUPPORTED {
        let text = format!(
            "sfn-alias does not implement {name}; it implements the operations on state machines, versions, aliases, \
             executions and tags"
        );
        check_output(&["call", name], 2, "", &format!("sfn-alias: {text}\n"));
        let target = format!("X-Amz-Target: AWSStepFunctions.{name}");
        let response = send_request(&url, &target, "{}");
        let body = json!({"__type": "com.amazon.coral.service#UnknownOperationException", "message": text});
        assert_eq!(serde_json::from_str::<Value>(&response).unwrap(), body);
    }
    assert_eq!(stop_server(child), Some(0));
}

/// Sends a POST request with a header and returns the body of the response.
fn send_request(url: &str, header: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    let length = body.len();
    write!(
        stream,
        "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{header}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response.split_once("\r\n\r\n").unwrap().1.to_owned()
}

/// A file name without `@`, and JSON as people type it.
#[test]
fn text_that_is_not_json_is_reported_with_its_position() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("alias.json").to_str().unwrap().to_owned();
    std::fs::write(&file, alias_request(100)).unwrap();
    let hint = format!("sfn-alias: `{file}` is not JSON; did you mean `@{file}`?\n");
    let data = folder.path().join("new.db").to_str().unwrap().to_owned();
    check_output(&["call", "--data", &data, "CreateStateMachine", &file], 2, "", &hint);
    for command in [&["check", "CreateStateMachineAlias"][..], &["fingerprint"], &["route"]] {
        check_output(&[command, &[file.as_str()]].concat(), 2, "", &hint);
    }
    let text = "sfn-alias: the request is not JSON: key must be a string at line 1 column 2; expected JSON, @FILE, or - for standard input\n";
    check_output(&["call", "--data", &data, "CreateStateMachine", "{name: x}"], 2, "", text);
    let text = "sfn-alias: the request is not JSON: EOF while parsing a value at line 1 column 0; expected JSON, @FILE, or - for standard input\n";
    check_output(&["call", "--data", &data, "CreateStateMachine", ""], 2, "", text);
    assert!(!Path::new(&data).exists());
}

#[test]
fn input_is_read_from_file_and_standard_input() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("alias.json");
    std::fs::write(&path, alias_request(100)).unwrap();
    let fingerprint = run_program(&["fingerprint", &format!("@{}", path.display())]).stdout;
    assert_eq!(fingerprint.len(), 65);
    let mut child = program(&["fingerprint", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(alias_request(100).as_bytes()).unwrap();
    assert_eq!(child.wait_with_output().unwrap().stdout, fingerprint);
    let missing = "sfn-alias: cannot read `no/such`: No such file or directory (os error 2)\n";
    check_output(&["fingerprint", "@no/such"], 2, "", missing);
}

#[test]
fn invalid_request_has_no_fingerprint() {
    let text = "sfn-alias: ValidationException: Sum of routing configuration weights must equal 100. Received: [99]\n";
    check_output(&["fingerprint", &alias_request(99)], 1, "", text);
}

#[test]
fn check_reports_problems_with_help() {
    let text = "/routingConfiguration: Sum of routing configuration weights must equal 100. Received: [99] \
                (ValidationException, weights-sum)\n  help: ";
    let output = run_program(&["check", "CreateStateMachineAlias", &alias_request(99)]);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert_eq!(printed.get(..text.len()), Some(text));
    assert_eq!(output.status.code(), Some(1));
    check_output(&["check", "CreateStateMachineAlias", &alias_request(100)], 0, "", "");
    let output = run_program(&["check", "--json", "CreateStateMachineAlias", &alias_request(99)]);
    let problems: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(problems[0]["code"], "weights-sum");
}

#[test]
fn arn_prints_parts() {
    let alias = format!("{ORDERS}:PROD");
    let output = format!(
        "arn              {alias}\nkind             alias\npartition        aws\nregion           us-east-1\n\
         account          000000000000\nstateMachine     orders\nalias            PROD\nstateMachineArn  {ORDERS}\n"
    );
    check_output(&["arn", &alias], 0, &output, "");
    let text = "sfn-alias: InvalidArn: Invalid Arn: 'Invalid ARN prefix: nonsense'\n";
    check_output(&["arn", "nonsense"], 1, "", text);
}

#[test]
fn route_prints_counts_per_version() {
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
    check_output(&["route", "--seed", "7", &routing], 0, &output, "");
    let (_folder, file) = create_data_file();
    let alias = format!("{ORDERS}:PROD");
    let json = "{\"count\":3,\"routes\":[{\"starts\":3,\"version\":1,\"weight\":100}]}\n";
    check_output(&["route", "--json", "--count", "3", "--data", &file, &alias], 0, json, "");
    let text = format!("sfn-alias: ROUTING: expected an alias ARN or a routing configuration, found `{ORDERS}`\n");
    check_output(&["route", ORDERS], 2, "", &text);
}

#[test]
fn missing_endpoint_is_reported() {
    let output = run_program(&["call", "--endpoint-url", "http://127.0.0.1:1", "ListStateMachines"]);
    let text = String::from_utf8(output.stderr).unwrap();
    let (beginning, end) = (
        "sfn-alias: cannot connect to http://127.0.0.1:1: ",
        "; start `sfn-alias serve`, or use --endpoint-url or --data\n",
    );
    assert!(text.starts_with(beginning) && text.ends_with(end), "{text}");
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn endless_response_is_read_up_to_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n").unwrap();
        while stream.write_all(&[b' '; 64 * 1024]).is_ok() {}
    });
    let text = format!(
        "sfn-alias: cannot connect to {url}: the response body is larger than request limit: 10485760; start \
         `sfn-alias serve`, or use --endpoint-url or --data\n"
    );
    check_output(&["call", "--endpoint-url", &url, "ListStateMachines"], 3, "", &text);
    server.join().unwrap();
}

const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = one\naws_account_id = 111111111111\n\n[other]\naws_access_key_id = AKIDOTHER\naws_secret_access_key = two\naws_account_id = 222222222222\n";

/// Without credentials, a request is not signed: an endpoint for tests may not require it.
#[test]
fn requests_are_signed_with_the_credentials_of_an_aws_client() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("credentials").to_str().unwrap().to_owned();
    std::fs::write(&file, CREDENTIALS).unwrap();
    let (child, url) = start_server(&["--credentials", &file]);
    let environment = [("AWS_ACCESS_KEY_ID", "AKIDDEFAULT"), ("AWS_SECRET_ACCESS_KEY", "one")];
    let shared = [("AWS_SHARED_CREDENTIALS_FILE", file.as_str())];
    let (none, other): (&[_], &[_]) = (&[], &["--profile", "other"]);
    let call = |arguments: &[&str], options: &[&str], variables: &[(&str, &str)]| {
        let mut command = program(&[arguments, options, &["--endpoint-url", &url]].concat());
        let output = command.envs(variables.iter().copied()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    for (options, variables, account) in
        [(none, &environment[..], "111111111111"), (none, &shared, "111111111111"), (other, &shared, "222222222222")]
    {
        let created = call(&["call", "CreateStateMachine", MACHINE], options, variables);
        assert_eq!((created.0, created.2.as_str()), (Some(0), ""), "{}", created.1);
        assert!(created.1.contains(&format!("arn:aws:states:us-east-1:{account}:")), "{}", created.1);
    }
    let machine = ORDERS.replace("000000000000", "222222222222");
    let routes = [json!({"stateMachineVersionArn": format!("{machine}:1"), "weight": 100})];
    let alias = json!({"name": "PROD", "routingConfiguration": routes}).to_string();
    assert_eq!(call(&["call", "CreateStateMachineAlias", &alias], other, &shared).0, Some(0));
    let routed = call(&["route", "--count", "5", "--json", &format!("{machine}:PROD")], other, &shared);
    assert_eq!(routed.1, "{\"count\":5,\"routes\":[{\"starts\":5,\"version\":1,\"weight\":100}]}\n");
    let deploy = ["deploy", &format!("{machine}:PROD"), &format!("{machine}:1"), "--all-at-once", "--dry-run"];
    assert_eq!(call(&deploy, none, &[shared[0], ("AWS_PROFILE", "other")]).0, Some(0));
    assert_eq!(call(&deploy, none, &[]).0, Some(1), "without credentials");
    let unsigned = call(&["call", "--json", "ListStateMachines"], none, &[]);
    assert_eq!(unsigned.0, Some(1));
    let account = call(&["call", "--json", "ListStateMachines"], &["--account", "111111111111"], &environment);
    assert_eq!(account.1, unsigned.1, "`--account` is not signed");
    let missing = call(&["call", "ListStateMachines"], &["--profile", "missing"], &shared);
    let text = "profile `missing` has no aws_access_key_id and aws_secret_access_key; ";
    assert!(missing.0 == Some(2) && missing.2.contains(text), "{}", missing.2);
    assert_eq!(stop_server(child), Some(0));
}

/// No other operation finds anything in a new file, so its name is a typo.
#[test]
fn only_create_state_machine_creates_the_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("typo.db");
    let file = path.to_str().unwrap();
    let missing = format!("sfn-alias: cannot read `{file}`: No such file or directory (os error 2)\n");
    check_output(&["call", "--data", file, "ListStateMachines"], 3, "", &missing);
    check_output(&["call", "--data", file, "CreateStateMachineAlias", &alias_request(100)], 3, "", &missing);
    check_output(&["route", "--data", file, &format!("{ORDERS}:PROD")], 3, "", &missing);
    let deploy = ["deploy", &format!("{ORDERS}:PROD"), &format!("{ORDERS}:1"), "--data", file, "--all-at-once"];
    check_output(&deploy, 3, "", &missing);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    assert_eq!(run_program(&["call", "--data", file, "CreateStateMachine", MACHINE]).status.code(), Some(0));
    assert!(path.exists());
}

#[test]
fn mistyped_setting_of_a_credentials_file_is_named() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("credentials").to_str().unwrap().to_owned();
    std::fs::write(&file, "[a]\naws_access_key_id = x\naws_secret_key = y\naws_account_id = 123456789012\n").unwrap();
    let text = format!(
        "sfn-alias: credentials file `{file}`, profile `a`: aws_secret_access_key is missing or invalid; expected a secret \
         access key; not used: `aws_secret_key`\n"
    );
    check_output(&["serve", "--port", "0", "--credentials", &file], 2, "", &text);
}

#[test]
fn https_to_an_endpoint_without_tls_is_reported() {
    let (child, url) = start_server(&[]);
    let https = url.replace("http:", "https:");
    let output = run_program(&["call", "--endpoint-url", &https, "ListStateMachines"]);
    let end = "; the response is not TLS: use http:// if the endpoint has no certificate\n";
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.starts_with(&format!("sfn-alias: cannot connect to {https}: ")) && text.ends_with(end), "{text}");
    let text = "sfn-alias: --endpoint-url: `ftp://127.0.0.1` is not a valid URL; example: http://127.0.0.1:8083\n";
    check_output(&["call", "--endpoint-url", "ftp://127.0.0.1", "ListStateMachines"], 2, "", text);
    let text = "sfn-alias: --endpoint-url: expected a port from 1 to 65535, found `99999`\n";
    check_output(&["call", "--endpoint-url", "http://127.0.0.1:99999", "ListStateMachines"], 2, "", text);
    assert_eq!(stop_server(child), Some(0));
}

/// Runs each command that prints with `stdout` as standard output. Returns the exit code and standard error.
#[track_caller]
fn check_failing_output(stdout: fn() -> Stdio, code: i32, stderr: &str) {
    let (_folder, file) = create_data_file();
    let (alias, one) = (format!("{ORDERS}:PROD"), format!("{ORDERS}:1"));
    let plan = ["10/5m", "--current", &one, "--new", &format!("{ORDERS}:2")];
    let commands: [&[&str]; 20] = [
        &["--help"],
        &["--version"],
        &["help", "serve"],
        &["serve", "--help"],
        &["serve", "--port", "0", "--log", "off"],
        &["call", "--data", &file, "ListStateMachines"],
        &["check", "CreateStateMachineAlias", "{}"],
        &["check-template", "--rules"],
        &["fingerprint", &alias_request(100)],
        &["arn", &alias],
        &["route", "--data", &file, &alias],
        &[&["plan"][..], &plan].concat(),
        &[&["plan", "--format", "svg"][..], &plan].concat(),
        &[&["simulate"][..], &plan].concat(),
        &["deploy", &alias, &one, "--data", &file, "--all-at-once", "--dry-run"],
        &["verify", "--list"],
        &["schema"],
        &["schema", "plan"],
        &["completions", "bash"],
        &["man"],
    ];
    for arguments in commands {
        let output = program(arguments).stdout(stdout()).output().unwrap();
        let found = (output.status.code(), String::from_utf8(output.stderr).unwrap());
        assert_eq!(found, (Some(code), stderr.to_owned()), "{arguments:?}");
    }
}

/// For example because `head` has read enough.
#[test]
fn closed_pipe_ends_every_command_quietly() {
    check_failing_output(|| std::io::pipe().unwrap().1.into(), 0, "");
}

#[cfg(target_os = "linux")] // macOS has no /dev/full.
#[test]
fn full_disk_is_reported_by_every_command() {
    let full = || std::fs::File::options().write(true).open("/dev/full").unwrap().into();
    check_failing_output(full, 3, "sfn-alias: cannot write the output: No space left on device (os error 28)\n");
}

/// A log that cannot be written must not make requests fail.
#[test]
fn server_responds_although_its_log_is_closed() {
    let mut command = program(&["serve", "--port", "0", "--log", "trace"]);
    let mut child = command.stdout(Stdio::piped()).stderr(std::io::pipe().unwrap().1).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let url = line.trim_end().strip_prefix("export AWS_ENDPOINT_URL_SFN=").unwrap();
    check_output(&["call", "--endpoint-url", url, "--json", "ListStateMachines"], 0, "{\"stateMachines\":[]}\n", "");
    assert_eq!(stop_server(child), Some(0));
}

/// Starts `sfn-alias serve` and returns its URL.
fn start_server(arguments: &[&str]) -> (Child, String) {
    let mut child =
        program(&["serve", "--port", "0", "--log", "off"]).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim_end().strip_prefix("export AWS_ENDPOINT_URL_SFN=").unwrap().to_owned())
}

fn stop_server(mut child: Child) -> Option<i32> {
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    child.wait().unwrap().code()
}

#[test]
fn serve_stops_on_sigterm_and_data_remains() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("aliases.db");
    let file = file.to_str().unwrap();
    let (child, url) = start_server(&["--data", file]);
    assert_eq!(run_program(&["call", "--endpoint-url", &url, "CreateStateMachine", MACHINE]).status.code(), Some(0));
    let locked = format!(
        "sfn-alias: storage error: `{file}` cannot be used: the database is locked by another process; stop that process, or, \
         if it is `sfn-alias serve`, send requests to its endpoint (database is locked)\n"
    );
    check_output(&["call", "--data", file, "ListStateMachines"], 3, "", &locked);
    assert_eq!(stop_server(child), Some(0));
    let (child, url) = start_server(&["--data", file]);
    assert_eq!(
        run_program(&["call", "--endpoint-url", &url, "CreateStateMachineAlias", &alias_request(100)]).status.code(),
        Some(0)
    );
    assert_eq!(stop_server(child), Some(0));
    assert!(!Path::new(&format!("{file}-wal")).exists(), "the last process deletes the log");
}

#[test]
fn serve_requires_credentials_on_other_addresses() {
    let text = "sfn-alias: 0.0.0.0:8083 is reachable from other machines: use --credentials FILE to require signatures, or --insecure-allow-anonymous to allow requests without signatures\n";
    check_output(&["serve", "--host", "0.0.0.0"], 2, "", text);
}

#[test]
fn invalid_options_of_upstream_are_reported() {
    let help = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use --upstream-profile with a profile that has keys; users of IAM Identity Center (SSO) run: eval \"$(aws configure export-credentials --format env)\"";
    let serve = ["serve", "--port", "0", "--upstream", "http://127.0.0.1:1"];
    let check = |program: &mut Command, expected: &str| {
        let output = program.output().unwrap();
        assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stderr)), (Some(2), expected));
    };
    check(
        program(&serve).arg("--upstream-profile").arg("engine"),
        &format!(
            "sfn-alias: --upstream: cannot read the credentials file `/nonexistent`: No such file or directory (os error 2); {help}\n"
        ),
    );
    let aws = ["serve", "--port", "0", "--upstream", "https://states.us-east-1.amazonaws.com", "--upstream-allow-aws"];
    check(&mut program(&aws), &format!("sfn-alias: --upstream: no credentials to sign with; {help}\n"));
    for time in ["99ms", "301s"] {
        check(
            program(&serve).arg("--upstream-timeout").arg(time),
            &format!(
                "error: invalid value '{time}' for '--upstream-timeout <TIME>': expected a time from 100ms to 5m\n\nFor more information, try '--help'.\n"
            ),
        );
    }
    for option in ["--upstream-profile=p", "--upstream-allow-aws", "--upstream-timeout=1s"] {
        let output = run_program(&["serve", "--port", "0", option]);
        assert_eq!(output.status.code(), Some(2), "{option} requires --upstream");
    }
}

#[test]
fn port_in_use_is_reported() {
    let (child, url) = start_server(&[]);
    let (_, port) = url.rsplit_once(':').unwrap();
    let error = TcpListener::bind(url.trim_start_matches("http://")).unwrap_err();
    let text = format!(
        "sfn-alias: cannot listen on 127.0.0.1:{port}: {error}; use an address of this machine, and another --port or 0 for a free one\n"
    );
    check_output(&["serve", "--port", port, "--log", "off"], 3, "", &text);
    assert_eq!(stop_server(child), Some(0));
}

/// A parameter must exist in at least one template.
#[test]
fn check_template_rejects_unknown_parameter() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let with = file("with.yaml", "Parameters: {Stage: {Type: String}, Canary: {Type: String}}\nResources: {}");
    let without = file("without.yaml", "Resources: {}");
    let check = |files: &[&str], parameter: &str, code, stdout: &str, stderr: &str| {
        check_output(&[&["check-template", "--parameter", parameter], files].concat(), code, stdout, stderr);
    };
    let nothing = "nothing to check: 0 aliases, 0 versions, 0 policies";
    let clean = format!("{without}: {nothing}\n{with}: {nothing}\n2 files: {nothing}\n");
    check(&[&without, &with], "Stage=prod", 0, &clean, "");
    let unknown = "sfn-alias: --parameter: unknown parameter `Nope`; ";
    check(
        &[&without, &with],
        "Nope=1",
        2,
        "",
        &format!("{unknown}the parameters of the files are `Canary`, `Stage`\n"),
    );
    check(&[&without], "Nope=1", 2, "", &format!("{unknown}the files have no parameters\n"));
}

#[test]
fn endless_files_are_rejected() {
    let text = "sfn-alias: `/dev/zero` is larger than 67108864 bytes\n";
    check_output(&["check", "CreateStateMachineAlias", "@/dev/zero"], 2, "", text);
    let text = "sfn-alias: cannot read the credentials file `/dev/zero`: the file is larger than 16777216 bytes\n";
    check_output(&["serve", "--port", "0", "--credentials", "/dev/zero"], 2, "", text);
}

#[test]
fn input_may_be_pipe_or_symlink() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (pipe, file, link) = (path("pipe"), path("file"), path("link"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let writer = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::write(pipe, alias_request(100)).unwrap()
    });
    check_output(&["check", "CreateStateMachineAlias", &format!("@{pipe}")], 0, "", "");
    writer.join().unwrap();
    std::fs::write(&file, alias_request(100)).unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    check_output(&["check", "CreateStateMachineAlias", &format!("@{link}")], 0, "", "");
}

const COMMANDS: [&str; 17] = [
    "serve",
    "backup",
    "restore",
    "reset",
    "call",
    "check",
    "check-template",
    "fingerprint",
    "arn",
    "route",
    "plan",
    "simulate",
    "deploy",
    "verify",
    "schema",
    "completions",
    "man",
];

fn print_help(command: Option<&str>, columns: usize) -> String {
    let arguments: Vec<&str> = command.into_iter().chain(["--help"]).collect();
    let output = program(&arguments).env("COLUMNS", columns.to_string()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn help_fits_into_80_columns() {
    for command in COMMANDS.map(Some).into_iter().chain([None]) {
        let help = print_help(command, 80);
        let too_long: Vec<&str> = help.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(too_long.is_empty(), "{command:?}: {too_long:#?}");
    }
}

/// clap wraps the text. A source line that is already wrapped would be wrapped twice, into a long and a short line.
#[test]
fn help_is_wrapped_once() {
    for (command, columns) in
        COMMANDS.iter().flat_map(|command| [60, 70, 80, 100, 200].map(|columns| (command, columns)))
    {
        let help = print_help(Some(command), columns);
        let width = columns.min(80);
        let lines: Vec<&str> = help.lines().collect();
        for pair in lines.windows(2) {
            // Only paragraphs: other lines are indented.
            let is_text = |line: &str| line.starts_with(char::is_alphabetic);
            let next = pair[1].split(' ').next().unwrap_or_default();
            let fits = pair[0].chars().count() + 1 + next.chars().count() <= width;
            assert!(!(is_text(pair[0]) && is_text(pair[1]) && fits), "{command} at {columns}: {pair:#?}");
        }
    }
}
