//! `sfn-alias verify` against our endpoint, a faulty one, one that requires signatures, and with Ctrl-C.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

const PROGRAM: &str = env!("CARGO_BIN_EXE_sfn-alias");

/// `sfn-alias serve` on a free port. Dropping it ends the process.
struct Endpoint {
    child: Child,
    url: String,
}

impl Endpoint {
    fn start(args: &[&str]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "--port", "0", "--log", "off"]).args(args).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let url = line.trim().strip_prefix("export AWS_ENDPOINT_URL_SFN=").expect("the URL").to_owned();
        Self { child, url }
    }

    /// Lists the state machines.
    fn list_state_machines(&self) -> Value {
        let args = ["call", "ListStateMachines", "--account", "123456789012", "--endpoint-url", &self.url];
        let output = Command::new(PROGRAM).args(args).output().expect("the program");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn verify(url: &str, args: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(["verify", "--endpoint-url", url]).args(args);
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION"] {
        command.env_remove(name);
    }
    command.env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(mut command: Command) -> Output {
    command.output().expect("the program")
}

#[track_caller]
fn parse_json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("invalid JSON: {output:?}"))
}

fn to_text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn empty_list() -> Value {
    serde_json::json!({"stateMachines": []})
}

#[test]
fn own_endpoint_agrees_in_all_vectors() {
    let endpoint = Endpoint::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let (link, file) = (folder.path().join("responses.json"), folder.path().join("linked.json"));
    // A symbolic link is followed, as by any program.
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let output = run(verify(&endpoint.url, &["--json", "--record", link.to_str().unwrap()]));
    let report = parse_json(&output);
    let differing: Vec<_> =
        report["vectors"].as_array().unwrap().iter().filter(|row| row["verdict"] == "differs").collect();
    assert!(differing.is_empty(), "{differing:#?}");
    assert_eq!(output.status.code(), Some(0));
    assert!(report["agree"].as_u64().unwrap() > 800, "{}", report["agree"]);
    assert_eq!(report["notDeleted"], serde_json::json!([]));
    assert_eq!(endpoint.list_state_machines(), empty_list());
    let recorded: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert!(recorded["responses"].as_array().unwrap().len() > 2000);
    assert!(!recorded.to_string().contains("sfn-alias-verify-"), "the file contains names of the run");
}

#[test]
fn skipped_vectors_have_reason() {
    let output = run(verify("http://127.0.0.1:1", &["--list", "--json", "--only", "create-alias/*replay"]));
    let lines: Vec<Value> = to_text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let row = |name: &str| lines.iter().find(|line| line["name"] == name).expect("the vector").clone();
    assert_eq!(row("create-alias/replay-has-original-date")["skipped"], "needs a controllable clock");
    assert!(lines.iter().any(|line| line["skipped"].is_null()));
    assert!(lines.iter().all(|line| line["name"].as_str().unwrap().starts_with("create-alias/")));
    let reason = |name: &str| {
        let output = run(verify("http://127.0.0.1:1", &["--list", "--json", "--only", name]));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["skipped"].clone()
    };
    assert_eq!(reason("describe-execution/succeeded-by-alias"), "ends executions, which AWS has no request for");
    assert_eq!(reason("start-sync-execution/by-alias"), "needs the option outcomes");
}

#[test]
fn list_prints_the_page_of_each_group() {
    let list = |args: &[&str]| {
        let args = [&["--list", "--only", "describe-machine/alias-arn"], args].concat();
        to_text(&run(verify("http://127.0.0.1:1", &args)).stdout)
    };
    let page = "docs/fidelity/DescribeStateMachine.md";
    assert_eq!(list(&[]), format!("DescribeStateMachine: {page}\n  assumed   describe-machine/alias-arn\n"));
    let row: Value = serde_json::from_str(&list(&["--json"])).unwrap();
    assert_eq!(row["page"], page);
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    assert!(std::path::Path::new(root).join(page).exists());
    let other = list(&["--vectors", &format!("{root}/vectors/operations")]);
    assert_eq!(other, "DescribeStateMachine\n  assumed   describe-machine/alias-arn\n");
}

/// README.md counts the behaviours of Step Functions by source. Functions of the library are `own`, as on the pages.
#[test]
fn list_and_readme_have_the_same_counts() {
    let list = to_text(&run(verify("http://127.0.0.1:1", &["--list", "--json"])).stdout);
    let rows: Vec<Value> = list.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let count = |kind: &str| rows.iter().filter(|row| row["source"]["kind"] == kind).count();
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).unwrap();
    let readme = readme.split_whitespace().collect::<Vec<_>>().join(" ");
    let texts = [("recorded", "recorded from AWS"), ("model", "from the service model"), ("docs", "documented")];
    for (kind, text) in texts {
        let expected = format!(" {} {text}", count(kind));
        assert!(readme.contains(&expected), "README.md: no `{expected}`");
    }
    let is_function = |row: &&Value| {
        let ends = row["name"].as_str().is_some_and(|name| name.starts_with("end-execution/"));
        ends || row["skipped"] == "calls a function of the library"
    };
    let functions: Vec<&Value> = rows.iter().filter(is_function).collect();
    assert!(functions.len() > 100 && functions.iter().all(|row| row["source"]["kind"] == "own"));
    assert_eq!(functions.len(), count("own"));
}

/// FIDELITY.md has a `verify` command for the most important assumptions: it must run their vectors on AWS.
#[test]
fn commands_of_assumptions_select_their_vectors() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/assumptions.json")).unwrap();
    let assumptions: Vec<Value> = serde_json::from_str(&text).unwrap();
    let commands = assumptions.iter().filter_map(|assumption| Some((assumption, assumption["verify"].as_str()?)));
    let mut checked = 0;
    for (assumption, pattern) in commands {
        let all = assumption["all"].as_bool().unwrap_or_default();
        let args = [&["--list", "--json", "--only", pattern][..], if all { &["--all"] } else { &[] }].concat();
        let list = to_text(&run(verify("https://states.us-east-1.amazonaws.com", &args)).stdout);
        let rows: Vec<Value> = list.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for name in assumption["vectors"].as_array().unwrap() {
            let row = rows.iter().find(|row| row["name"] == *name).unwrap_or_else(|| panic!("{pattern}: {name}"));
            assert_eq!(row["skipped"], Value::Null, "{name}");
            checked += 1;
        }
    }
    assert!(checked > 20, "{checked}");
}

#[test]
fn invalid_options_are_reported_before_any_request() {
    let run_args = |args: &[&str]| {
        let output = run(verify(args[0], &args[1..]));
        (output.status.code(), to_text(&output.stderr).replace('\n', ""))
    };
    assert_eq!(
        run_args(&["http://127.0.0.1:1", "--only", "nosuchvector"]),
        (Some(2), "sfn-alias: --only: no vector contains this pattern; --list prints the names".to_owned())
    );
    assert_eq!(
        run_args(&["nowhere"]),
        (Some(2), "sfn-alias: --endpoint-url: `nowhere` is not a valid URL; example: http://127.0.0.1:8083".to_owned())
    );
    assert_eq!(
        run_args(&["https://states.us-east-1.amazonaws.com"]),
        (
            Some(2),
            "sfn-alias: --state-machine-role-arn is required on AWS: specify a role that trusts states.amazonaws.com"
                .to_owned()
        )
    );
    assert_eq!(
        run_args(&["https://states.us-east-1.amazonaws.com", "--state-machine-role-arn", "arn:aws:iam::123456789012:role/a"]),
        (Some(2), "sfn-alias: no credentials to sign with; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use --profile with a profile that has keys; users of IAM Identity Center (SSO) run: eval \"$(aws configure export-credentials --format env)\"".to_owned())
    );
    assert_eq!(run_args(&["http://127.0.0.1:1"]).0, Some(3));
}

/// The response of a server that never responds, and does not close the connection.
const NEVER: &str = "never";

/// Starts a server that responds to one request per connection with the result of `respond`.
fn start_server(respond: impl Fn(&str) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let mut unanswered = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let Some(request) = read_request(&mut stream) else { continue };
            match respond(&request) {
                response if response == NEVER => unanswered.push(stream),
                response => drop(stream.write_all(response.as_bytes())),
            }
        }
    });
    url
}

/// Reads a request, and asks for its body as hypercorn does. Returns `None` if the client closes the connection.
fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
        // Replaced below, so that a forwarded request ends its connection.
        if !line.to_ascii_lowercase().starts_with("connection:") {
            head.push_str(&line);
        }
    }
    if head.to_ascii_lowercase().contains("\r\nexpect: 100-continue\r\n") {
        writer.write_all(b"HTTP/1.1 100 \r\nserver: hypercorn-h11\r\n\r\n").unwrap();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(format!("{head}connection: close\r\n\r\n{}", to_text(&body)))
}

/// Sends a request to `url`, and returns the response.
fn forward(url: &str, request: &str) -> String {
    let mut upstream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    upstream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    upstream.read_to_string(&mut response).unwrap();
    response
}

/// Starts a proxy for `url` that changes each response body.
fn start_proxy(url: &str, change: fn(&str) -> String, seen: Sender<()>) -> String {
    let url = url.to_owned();
    start_server(move |request| {
        seen.send(()).ok();
        let response = forward(&url, request);
        let (head, body) = response.split_once("\r\n\r\n").unwrap();
        let headers = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("content-length"));
        let (head, body) = (headers.collect::<Vec<_>>().join("\r\n"), change(body));
        format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    })
}

#[test]
fn changed_response_differs() {
    let endpoint = Endpoint::start(&[]);
    let heavier = |body: &str| body.replace("\"weight\":100", "\"weight\":99");
    let url = start_proxy(&endpoint.url, heavier, channel().0);
    let output = run(verify(&url, &["--only", "recorded-aliases/update-*"]));
    assert_eq!(output.status.code(), Some(0), "none of these responses has a weight of 100");

    let output = run(verify(&url, &["--only", "requests/nul-in-alias-description"]));
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        to_text(&output.stdout),
        "\
vectors                              agree  differ skipped
requests                                 0       1       0
by source
  assumed                                0       1       0
all                                      0       1       0

requests/nul-in-alias-description: differs
  source    assumed: the model gives no pattern for descriptions
  at        /body/routingConfiguration/0/weight of call
  expected  100
  found     99
"
    );
    assert_eq!(endpoint.list_state_machines(), empty_list());
}

const CREDENTIALS: &str = "[default]\naws_access_key_id = AKIDVERIFY\naws_secret_access_key = verysecret\naws_account_id = 210987654321\n\n[role]\naws_access_key_id = ASIAROLE\naws_secret_access_key = rolesecret\naws_session_token = token/+=\naws_account_id = 111122223333\n";

#[test]
fn requests_are_signed_as_user_and_as_role() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("credentials");
    std::fs::write(&file, CREDENTIALS).unwrap();
    let endpoint = Endpoint::start(&["--credentials", file.to_str().unwrap()]);
    let only = ["--json", "--only", "recorded-aliases", "--region", "eu-west-1"];

    let unsigned = run(verify(&endpoint.url, &only));
    assert_eq!(unsigned.status.code(), Some(3));
    assert!(
        to_text(&unsigned.stderr)
            .starts_with("sfn-alias: expected the ARN of a new state machine from the endpoint, found status 4")
    );

    let mut command = verify(&endpoint.url, &only);
    command.env("AWS_SHARED_CREDENTIALS_FILE", &file);
    let signed = run(command);
    let agree = parse_json(&signed)["agree"].as_u64();
    assert_eq!(signed.status.code(), Some(0), "{signed:?}");
    assert!(agree > Some(20), "{agree:?}");

    let (sts, requests) = start_fake_sts();
    let role = ["--role-arn", "arn:aws:iam::111122223333:role/verify", "--sts-endpoint-url", &sts];
    let mut command = verify(&endpoint.url, &[&only[..], &role].concat());
    command.env("AWS_ACCESS_KEY_ID", "AKIDVERIFY").env("AWS_SECRET_ACCESS_KEY", "verysecret");
    let assumed = run(command);
    assert_eq!((assumed.status.code(), parse_json(&assumed)["agree"].as_u64()), (Some(0), agree), "{assumed:?}");
    let request = requests.recv().unwrap();
    assert!(request.contains("/eu-west-1/sts/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature="));
    assert!(request.ends_with(
        "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fverify&RoleSessionName=sfn-alias-verify&DurationSeconds=3600"
    ));
    assert!(requests.try_recv().is_err(), "the role is assumed only once");
}

fn start_fake_sts() -> (String, Receiver<String>) {
    let (sender, requests) = channel();
    let body = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>rolesecret</SecretAccessKey><SessionToken>token/+=</SessionToken></Credentials></AssumeRoleResult></AssumeRoleResponse>";
    let url = start_server(move |request| {
        sender.send(request.to_owned()).ok();
        format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    });
    (url, requests)
}

#[test]
fn denied_role_is_reported() {
    let body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>";
    let url = start_server(move |_| {
        format!("HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
    });
    let mut command =
        verify("http://127.0.0.1:1", &["--role-arn", "arn:aws:iam::1:role/a", "--sts-endpoint-url", &url]);
    command.env("AWS_ACCESS_KEY_ID", "AKIDVERIFY").env("AWS_SECRET_ACCESS_KEY", "verysecret");
    let output = run(command);
    let expected = format!(
        "sfn-alias: cannot assume the role `arn:aws:iam::1:role/a` at {url}: status 403 AccessDenied not you\n"
    );
    assert_eq!((output.status.code(), to_text(&output.stderr)), (Some(3), expected));
}

#[test]
fn resources_are_deleted_on_ctrl_c() {
    let endpoint = Endpoint::start(&[]);
    let (seen, requests) = channel();
    let url = start_proxy(&endpoint.url, str::to_owned, seen);
    let child = verify(&url, &[]).spawn().expect("the program");
    // During a vector that has created resources.
    requests.iter().take(100).for_each(drop);
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(kill.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let expected = "sfn-alias: stopping: deleting created resources; send the signal again to exit immediately\nsfn-alias: interrupted\n";
    assert_eq!(to_text(&output.stderr), expected);
    assert_eq!(endpoint.list_state_machines(), empty_list());
}

/// Starts a proxy that loses the response to the first CreateStateMachine of a vector.
fn start_lossy_proxy(url: &str) -> String {
    let url = url.to_owned();
    let created = AtomicUsize::new(0);
    start_server(move |request| {
        let response = forward(&url, request);
        let creates = request.contains("AWSStepFunctions.CreateStateMachine\r\n");
        // The first request of the run only finds the account and region.
        let lost = creates && created.fetch_add(1, Ordering::Relaxed) == 1;
        if lost { String::new() } else { response }
    })
}

#[test]
fn state_machine_with_lost_response_is_deleted() {
    let endpoint = Endpoint::start(&[]);
    let output = run(verify(&start_lossy_proxy(&endpoint.url), &["--json", "--only", "recorded-aliases/update-*"]));
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(parse_json(&output)["notDeleted"], serde_json::json!([]));
    assert_eq!(endpoint.list_state_machines(), empty_list());
}

/// Starts a proxy that never responds to the selected requests, which have a number from 0.
fn start_silent_proxy(url: &str, is_silent: fn(usize, &str) -> bool) -> String {
    let (url, number) = (url.to_owned(), AtomicUsize::new(0));
    start_server(move |request| match is_silent(number.fetch_add(1, Ordering::Relaxed), request) {
        true => NEVER.to_owned(),
        false => forward(&url, request),
    })
}

#[test]
fn run_continues_after_requests_without_response() {
    let endpoint = Endpoint::start(&[]);
    let is_describe = |_, request: &str| request.contains("AWSStepFunctions.DescribeStateMachineAlias\r\n");
    let url = start_silent_proxy(&endpoint.url, is_describe);
    let output = run(verify(&url, &["--json", "--timeout", "3", "--only", "describe-*/m*"]));
    assert_eq!((output.status.code(), to_text(&output.stderr)), (Some(1), String::new()));
    let report = parse_json(&output);
    let rows = report["vectors"].as_array().unwrap();
    let silent: Vec<&Value> = rows.iter().filter(|row| row["summary"] == "no response").collect();
    assert!(silent.iter().all(|row| row["file"] == "DescribeStateMachineAlias" && row["verdict"] == "differs"));
    assert!(silent.len() > 3, "{silent:#?}");
    assert_eq!(silent[0]["found"], serde_json::json!({"status": 0, "body": "no response within the time limit"}));
    assert_eq!(report["differ"], silent.len());
    assert!(report["agree"].as_u64().unwrap() > 3, "{report:#}");
    assert_eq!(endpoint.list_state_machines(), empty_list());
}

#[test]
fn run_ends_if_the_endpoint_does_not_respond() {
    let endpoint = Endpoint::start(&[]);
    // The first two requests find the account.
    let url = start_silent_proxy(&endpoint.url, |number, _| number > 1);
    let output = run(verify(&url, &["--json", "--timeout", "2", "--only", "recorded-aliases/delete-*"]));
    let stderr = to_text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    let expected = "sfn-alias: 3 requests in a row have no response; the last one is CreateStateMachine: \"no response within the time limit\"\n";
    assert!(stderr.starts_with(expected), "{stderr}");
    assert_eq!(parse_json(&output)["vectors"][0]["summary"], "no response");
}

/// ureq does not send the body after a response 100 with headers.
#[test]
fn body_is_sent_to_a_server_that_asks_for_it_with_headers() {
    let endpoint = Endpoint::start(&[]);
    let url = endpoint.url.clone();
    let body = r#"{"__type":"com.amazon.coral.service#RequestEntityTooLargeException","message":"the request has 1048577 bytes; the limit is 1048576 bytes"}"#;
    let proxy = start_server(move |request| match request.len() > 1_048_576 {
        false => forward(&url, request),
        true => format!("HTTP/1.1 413 Too Large\r\ncontent-length: {}\r\n\r\n{body}", body.len()),
    });
    let output = run(verify(&proxy, &["--timeout", "3", "--only", "requests/size-default-over-limit"]));
    assert_eq!(output.status.code(), Some(0), "{}", to_text(&output.stdout));
    let output = run(verify(&proxy, &["--timeout", "3", "--only", "start-execution/input-262145"]));
    assert_eq!(output.status.code(), Some(0), "{}", to_text(&output.stdout));
}

#[test]
fn error_namespace_is_ignored_on_request() {
    let endpoint = Endpoint::start(&[]);
    let url = start_proxy(&endpoint.url, |body| body.replace("com.amazonaws.swf.service.v2.model#", ""), channel().0);
    let only = ["--only", "create-machine/name-with-space"];
    assert_eq!(run(verify(&url, &only)).status.code(), Some(1));
    let ignoring = [&only[..], &["--ignore-error-namespace"]].concat();
    assert_eq!(run(verify(&url, &ignoring)).status.code(), Some(0));
    assert_eq!(run(verify(&endpoint.url, &ignoring)).status.code(), Some(0));
}

#[test]
fn failed_search_for_orphans_is_reported() {
    let url = start_server(|_| String::new());
    let output = run(verify(&url, &["--only", "recorded-aliases/update-*"]));
    let stderr = to_text(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{stderr}");
    assert!(stderr.contains("\n  state machines named sfn-alias-verify-"), "{stderr}");
    assert!(stderr.contains("-*, if any: ListStateMachines returned 0 "), "{stderr}");
}

#[test]
fn responses_may_be_written_to_pipe() {
    let endpoint = Endpoint::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read(pipe).unwrap()
    });
    let only = ["--only", "recorded-aliases/update-*", "--record", pipe.to_str().unwrap()];
    assert_eq!(run(verify(&endpoint.url, &only)).status.code(), Some(0));
    let recorded: Value = serde_json::from_slice(&reader.join().unwrap()).unwrap();
    assert!(!recorded["responses"].as_array().unwrap().is_empty());
}
