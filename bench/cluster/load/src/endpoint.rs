//! Clients of the endpoint, over HTTP/1.1 with a connection each.

use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::measure::{Outcome, Plan, Recorder};

const PREFIX: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:";
const DEFINITION: &str = r#"{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}"#;
const ROLE: &str = "arn:aws:iam::000000000000:role/bench";
const TIMEOUT: Duration = Duration::from_secs(15);

/// Sends the requests of a case.
pub async fn run(plan: Plan) -> Outcome<Value> {
    let recorder = plan.start();
    let clients = tokio::task::LocalSet::new();
    for number in 0..plan.clients {
        let requests = Requests { case: plan.case.clone(), run: plan.run.clone(), number };
        requests.create(0)?;
        let connection = Connection::new(&plan.addresses, number);
        clients.spawn_local(send_all(requests, connection, Rc::clone(&recorder)));
    }
    clients.await;
    Ok(recorder.finish(1))
}

async fn send_all(requests: Requests, mut connection: Connection, recorder: Rc<Recorder>) {
    let cycle = if requests.case.starts_with("alias") { 3 } else { 1 };
    let mut index = 0_u64;
    // Complete cycles, so that the next run finds the same aliases.
    while !index.is_multiple_of(cycle) || recorder.goes_on() {
        let Ok((operation, body)) = requests.create(index) else { return };
        let sent = Instant::now();
        match connection.send(operation, &body.to_string()).await {
            Ok(200) => recorder.succeed(sent),
            Ok(status) => recorder.fail(|| format!("{operation}: {status}: {}", connection.read_body())),
            Err(_) => {
                recorder.lose();
                connection.select_next();
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        index = index.saturating_add(1);
    }
}

/// The requests of a client.
struct Requests {
    case: String,
    run: String,
    number: usize,
}

impl Requests {
    fn create(&self, index: u64) -> Outcome<(&'static str, Value)> {
        let own = format!("bench-{:02}", self.number);
        Ok(match self.case.as_str() {
            "alias" => self.change_alias(&own, index),
            "alias of one machine" => self.change_alias("bench-00", index),
            "describe" => ("DescribeStateMachineAlias", json!({"stateMachineAliasArn": format!("{PREFIX}{own}:PROD")})),
            "page" => ("ListExecutions", json!({"stateMachineArn": format!("{PREFIX}full"), "maxResults": 100})),
            "create" => ("CreateStateMachine", create_machine(&format!("{}-{}-{index}", self.run, self.number))),
            case => match case.strip_prefix("start ") {
                Some(machine) => start_execution(if machine == "own" { &own } else { machine }),
                None => return Err(format!("unknown case {case}").into()),
            },
        })
    }

    /// Creates, updates and deletes an alias.
    fn change_alias(&self, machine: &str, index: u64) -> (&'static str, Value) {
        let alias = format!("a{}-{}", self.run, self.number);
        let arn = format!("{PREFIX}{machine}:{alias}");
        let route = |version: u64, weight: u64| json!({"stateMachineVersionArn": format!("{PREFIX}{machine}:{version}"), "weight": weight});
        match index % 3 {
            0 => ("CreateStateMachineAlias", json!({"name": alias, "routingConfiguration": [route(1, 100)]})),
            1 => (
                "UpdateStateMachineAlias",
                json!({"stateMachineAliasArn": arn, "routingConfiguration": [route(1, 90), route(2, 10)]}),
            ),
            _ => ("DeleteStateMachineAlias", json!({"stateMachineAliasArn": arn})),
        }
    }
}

fn create_machine(name: &str) -> Value {
    json!({"name": name, "definition": DEFINITION, "roleArn": ROLE, "publish": true})
}

fn start_execution(machine: &str) -> (&'static str, Value) {
    ("StartExecution", json!({"stateMachineArn": format!("{PREFIX}{machine}:PROD"), "input": "{\"order\":1}"}))
}

/// A connection, which is opened when it is needed.
struct Connection {
    addresses: Rc<[String]>,
    selected: usize,
    stream: Option<TcpStream>,
    response: Vec<u8>,
}

impl Connection {
    fn new(addresses: &Rc<[String]>, number: usize) -> Self {
        Self { addresses: Rc::clone(addresses), selected: number, stream: None, response: Vec::new() }
    }

    /// Uses the next address.
    fn select_next(&mut self) {
        self.selected = self.selected.wrapping_add(1);
        self.stream = None;
    }

    /// Sends a request and returns the status of the response.
    async fn send(&mut self, operation: &str, body: &str) -> Outcome<u16> {
        let request = format!(
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-amz-json-1.0\r\n\
             X-Amz-Target: AWSStepFunctions.{operation}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        tokio::time::timeout(TIMEOUT, self.exchange(request.as_bytes())).await?
    }

    async fn exchange(&mut self, request: &[u8]) -> Outcome<u16> {
        let address = self.addresses.iter().cycle().nth(self.selected % self.addresses.len()).ok_or("no address")?;
        let stream = match &mut self.stream {
            Some(stream) => stream,
            closed => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                closed.insert(stream)
            }
        };
        stream.write_all(request).await?;
        self.response.clear();
        while !is_complete(&self.response) {
            if stream.read_buf(&mut self.response).await? == 0 {
                return Err("the connection was closed".into());
            }
        }
        let status = self.response.get(9..12).ok_or("no status")?;
        Ok(std::str::from_utf8(status)?.parse()?)
    }

    fn read_body(&self) -> String {
        let text = String::from_utf8_lossy(&self.response);
        text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default()
    }
}

/// Whether a response has all bytes of its body.
fn is_complete(response: &[u8]) -> bool {
    let Some(end) = response.windows(4).position(|window| window == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(response.get(..end).unwrap_or_default()).to_ascii_lowercase();
    let length = head.split("\r\n").find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|value| value.trim().parse().ok()).unwrap_or(0);
    response.len() >= end.saturating_add(4).saturating_add(length)
}
