//! `sfn-alias alarms`, `POST /alarms`, and the metrics of ended executions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

const ORDERS: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:orders";

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sfn-alias"));
    let names = std::env::vars().map(|(name, _)| name);
    for name in names.filter(|name| name.starts_with("AWS_") || name.starts_with("SFN_ALIAS_")) {
        command.env_remove(name);
    }
    command.args(arguments).env("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
    command
}

/// Where the executions are: a file or an endpoint.
struct Service {
    directory: TempDir,
    options: [String; 2],
    server: Option<Child>,
}

impl Service {
    fn new(endpoint: bool) -> Self {
        let directory = TempDir::new().unwrap();
        let mut service = match endpoint {
            true => Self::serve(directory, &[]),
            false => {
                let file = directory.path().join("a.db").to_str().unwrap().to_owned();
                Self { directory, options: ["--data".to_owned(), file], server: None }
            }
        };
        service.fill();
        service
    }

    fn serve(directory: TempDir, arguments: &[&str]) -> Self {
        let arguments = [&["serve", "--port", "0", "--log", "off"], arguments].concat();
        let mut server = program(&arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("export AWS_ENDPOINT_URL_SFN=").unwrap().to_owned();
        Self { directory, options: ["--endpoint-url".to_owned(), url], server: Some(server) }
    }

    /// Creates two versions and an alias of the first one. Stops two executions of version 2 and one of the alias.
    fn fill(&mut self) {
        let role = "arn:aws:iam::000000000000:role/orders";
        let definition = r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#;
        let create = json!({"name": "orders", "roleArn": role, "publish": true, "definition": definition});
        self.call("CreateStateMachine", &create);
        let update = json!({"stateMachineArn": ORDERS, "roleArn": format!("{role}-2"), "publish": true});
        self.call("UpdateStateMachine", &update);
        let route = json!([{"stateMachineVersionArn": format!("{ORDERS}:1"), "weight": 100}]);
        self.call("CreateStateMachineAlias", &json!({"name": "PROD", "routingConfiguration": route}));
        ["2", "2", "PROD"].into_iter().for_each(|qualifier| self.stop_execution(qualifier));
    }

    /// Starts an execution and stops it.
    fn stop_execution(&self, qualifier: &str) {
        let started = self.call("StartExecution", &json!({"stateMachineArn": format!("{ORDERS}:{qualifier}")}));
        self.call("StopExecution", &json!({"executionArn": started["executionArn"]}));
    }

    fn run(&self, arguments: &[&str]) -> Output {
        program(&[arguments, &[&self.options[0], &self.options[1]]].concat()).output().unwrap()
    }

    fn call(&self, operation: &str, input: &Value) -> Value {
        let found = self.run(&["call", operation, &input.to_string()]);
        assert_eq!(found.status.code(), Some(0), "{}", String::from_utf8_lossy(&found.stdout));
        serde_json::from_slice(&found.stdout).unwrap()
    }

    /// Writes a file and returns its path.
    fn write(&self, text: &str) -> String {
        let path = self.directory.path().join("alarms.json").to_str().unwrap().to_owned();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Checks exit code, standard output and standard error of `sfn-alias alarms --json`. `FILE` is the file.
    #[track_caller]
    fn check(&self, rules: &str, names: &[&str], code: i32, stdout: &str, stderr: &str) {
        let path = self.write(rules);
        let output = self.run(&[&["alarms", "--json", &path], names].concat());
        assert_eq!(String::from_utf8_lossy(&output.stderr), stderr.replace("FILE", &path));
        assert_eq!(String::from_utf8_lossy(&output.stdout), stdout);
        assert_eq!(output.status.code(), Some(code));
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(server) = &mut self.server {
            server.kill().ok();
            server.wait().ok();
        }
    }
}

fn rules() -> String {
    let alarm = |name: &str, qualifier: Value, threshold: u32| {
        let mut alarm = json!({"name": name, "metric": "ExecutionsAborted", "stateMachine": "orders"});
        alarm.as_object_mut().unwrap().extend(qualifier.as_object().unwrap().clone());
        alarm["threshold"] = json!(threshold);
        alarm
    };
    let two = json!({"version": 2});
    let alarms = [alarm("version", two.clone(), 2), alarm("many", two, 3), alarm("alias", json!({"alias": "PROD"}), 1)];
    json!({ "alarms": alarms }).to_string()
}

#[test]
fn states_by_name() {
    for endpoint in [false, true] {
        let service = Service::new(endpoint);
        let all = "{\"alias\":\"ALARM\",\"many\":\"OK\",\"version\":\"ALARM\"}\n";
        service.check(&rules(), &[], 0, all, "");
        service.check(&rules(), &["many", "version"], 0, "{\"many\":\"OK\",\"version\":\"ALARM\"}\n", "");
    }
}

#[test]
fn rules_may_be_yaml() {
    for endpoint in [false, true] {
        let service = Service::new(endpoint);
        let yaml = "alarms:\n- {name: many, metric: ExecutionsAborted, stateMachine: orders, threshold: 2}\n";
        let path = service.write(yaml).replace(".json", ".yaml");
        std::fs::write(&path, yaml).unwrap();
        let output = service.run(&["alarms", "--json", &path]);
        assert_eq!(String::from_utf8_lossy(&output.stdout), "{\"many\":\"ALARM\"}\n");
        std::fs::write(&path, yaml.replace("threshold", "thresholds")).unwrap();
        let output = service.run(&["alarms", "--json", &path]);
        let error = "line 2 column 65: `/alarms/0/thresholds`: unknown member `thresholds`; did you mean `threshold`?";
        assert_eq!(String::from_utf8_lossy(&output.stderr), format!("sfn-alias: `{path}`: {error}\n"));
    }
}

#[test]
fn files_have_the_reader_of_all_rules() {
    let service = Service::new(false);
    service.check(&format!("\u{feff}{}", rules()), &["many"], 0, "{\"many\":\"OK\"}\n", "");
    let large = "sfn-alias: `FILE`: the file is larger than 4194304 bytes; use a smaller file\n";
    service.check(&" ".repeat((4 << 20) + 1), &[], 2, "", large);
    let quotes = "sfn-alias: `FILE`: line 1 column 22: `/alarms/0/name`: expected the name of an alarm, found `12`; write it in quotes\n";
    service.check("{\"alarms\": [{\"name\": 12}]}", &[], 2, "", quotes);
}

#[test]
fn errors_name_the_file() {
    let service = Service::new(true);
    let unknown = "sfn-alias: `FILE`: unknown alarm `orders`; add it, or correct the name\n";
    service.check(&rules(), &["orders"], 2, "", unknown);
    let unknown =
        "sfn-alias: `FILE`: line 1 column 14: `/alarms/0/names`: unknown member `names`; did you mean `name`?\n";
    service.check("{\"alarms\": [{\"names\": 1}]}", &[], 2, "", unknown);
    let missing = rules().replace("\"orders\"", "\"order\"");
    let arn = ORDERS.replace("orders", "order");
    let response = format!(
        "{{\"__type\":\"com.amazonaws.swf.service.v2.model#StateMachineDoesNotExist\",\"message\":\"State Machine Does Not Exist: \
         '{arn}'\"}}\n"
    );
    let output = service.run(&["alarms", "--json", &service.write(&missing)]);
    assert_eq!((output.status.code(), String::from_utf8(output.stdout).unwrap()), (Some(1), response));
}

/// Sends a request of a raw client. Returns the response's head and body.
fn send(service: &Service, request: &str) -> String {
    let mut stream = TcpStream::connect(service.options[1].strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn post_alarms(service: &Service, headers: &str, body: &str) -> String {
    let length = body.len();
    send(
        service,
        &format!(
            "POST /alarms HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
        ),
    )
}

#[test]
fn endpoint_has_the_access_and_limits_of_operations() {
    let service = Service::new(true);
    let response = post_alarms(&service, "", &rules());
    assert!(response.starts_with("HTTP/1.1 200 "), "{response}");
    assert!(response.ends_with(r#"{"version":"ALARM","many":"OK","alias":"ALARM"}"#), "{response}");
    let web_page = post_alarms(&service, "origin: http://example.com\r\n", &rules());
    assert!(web_page.starts_with("HTTP/1.1 403 "), "{web_page}");
    let long = post_alarms(&service, "", &" ".repeat((1 << 20) + 1));
    assert!(long.starts_with("HTTP/1.1 413 "), "{long}");
    let invalid = post_alarms(&service, "", "{\n}");
    let message = "invalid alarm rules: line 1 column 1: `alarms` is missing";
    assert!(invalid.starts_with("HTTP/1.1 400 ") && invalid.contains(message), "{invalid}");
    // Other accounts do not see the state machine.
    let other = "authorization: AWS4-HMAC-SHA256 Credential=123456789012/20260101/us-east-1/states/aws4_request\r\n";
    let response = post_alarms(&service, other, &rules());
    assert!(response.contains("StateMachineDoesNotExist"), "{response}");
    let credentials = service.directory.path().join("credentials");
    let profile = "[a]\naws_access_key_id = A\naws_secret_access_key = s\naws_account_id = 123456789012\n";
    std::fs::write(&credentials, profile).unwrap();
    let signed = Service::serve(TempDir::new().unwrap(), &["--credentials", credentials.to_str().unwrap()]);
    let response = post_alarms(&signed, "", &rules());
    assert!(response.contains("MissingAuthenticationTokenException"), "{response}");
}

#[test]
fn metrics_count_ended_executions() {
    let service = Service::new(true);
    let running = json!({"stateMachineArn": format!("{ORDERS}:1")});
    service.call("StartExecution", &running);
    let page = send(&service, "GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let labels = |version: &str, alias: &str| {
        format!("{{state_machine=\"{ORDERS}\",version=\"{version}\",alias=\"{alias}\",status=\"ABORTED\"}}")
    };
    let ended: Vec<_> = page.lines().filter(|line| line.starts_with("sfn_alias_executions_ended_total")).collect();
    let expected = [("2", "", 2), ("1", "PROD", 1)]
        .map(|(version, alias, count)| format!("sfn_alias_executions_ended_total{} {count}", labels(version, alias)));
    assert_eq!(ended, expected);
    let series = labels("2", "").replace('}', "");
    for line in [
        format!("sfn_alias_execution_duration_seconds_count{series}}} 2"),
        format!("sfn_alias_execution_duration_seconds_bucket{{le=\"86400.0\",{}}} 2", series.trim_start_matches('{')),
        format!("sfn_alias_execution_duration_seconds_bucket{{le=\"+Inf\",{}}} 2", series.trim_start_matches('{')),
    ] {
        assert!(page.lines().any(|found| found == line), "{line} in {page}");
    }
    assert!(page.contains("# TYPE sfn_alias_executions_ended counter") && page.ends_with("# EOF\n"), "{page}");
}

/// The program is its own alarm command.
#[test]
fn a_deployment_is_rolled_back_by_the_alarm() {
    let service = Service::new(true);
    let path = service.write(&rules());
    let state = service.directory.path().join("state.json").to_str().unwrap().to_owned();
    let [option, url] = &service.options;
    let command = format!("{} alarms {path} {option} {url}", env!("CARGO_BIN_EXE_sfn-alias"));
    let (alias, version) = (format!("{ORDERS}:PROD"), format!("{ORDERS}:2"));
    let deploy = ["deploy", &alias, &version, "--canary", "50/1m", "--state", &state, option, url];
    let deploy = [&deploy[..], &["--alarm", "many", "--alarm-command", &command]].concat();
    let mut child = program(&deploy).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    lines.find(|line| line.as_ref().unwrap().ends_with("next step in 1m")).unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    advance_a_minute(&state);
    service.stop_execution("2");
    let output = program(&deploy).output().unwrap();
    let text = "rolled back: Aborting deployment. The following CloudWatch alarms are in an 'ALARM' state: [many].\n";
    assert_eq!((output.status.code(), &*String::from_utf8_lossy(&output.stdout)), (Some(1), text));
}

/// Changes the times in the state file as if a minute had passed.
fn advance_a_minute(state: &str) {
    let mut checkpoint: Value = serde_json::from_slice(&std::fs::read(state).unwrap()).unwrap();
    let earlier = |millis: &Value| json!(millis.as_i64().unwrap() - 60_000);
    checkpoint["lastShiftAtMillis"] = earlier(&checkpoint["lastShiftAtMillis"]);
    checkpoint["phase"]["untilMillis"] = earlier(&checkpoint["phase"]["untilMillis"]);
    std::fs::write(state, checkpoint.to_string()).unwrap();
}
