//! Random operations. Most of them are valid, so that they change something.

use crate::operation::{MACHINES, Operation, PREFIX, Request};
use fastrand::Rng;
use serde_json::{Value, json};
use sfn_alias::model::Timestamp;
use std::collections::BTreeMap;
use std::time::Duration;

const ALIASES: [&str; 2] = ["live", "beta"];
const EXECUTIONS: [&str; 5] = ["e0", "e1", "e2", "e3", "e4"];
const DEFINITIONS: [&str; 3] = [
    r#"{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}"#,
    r#"{"StartAt": "Pass", "States": {"Pass": {"Type": "Pass", "End": true}}}"#,
    r#"{"StartAt": "Lost", "States": {"Lost": {"Type": "Fail"}}}"#,
];
const ROLES: [&str; 2] = ["arn:aws:iam::000000000000:role/one", "arn:aws:iam::000000000000:role/two"];
/// The time between parts of a scenario: longer than the delays, and as long as maintenance keeps what a request may need.
pub const JUMP: Duration = Duration::from_secs(121);

const FIRST_MILLIS: i64 = 1_744_230_000_000;

/// Generates operations. Remembers page tokens and executions of earlier answers.
pub struct Generator {
    rng: Rng,
    millis: i64,
    /// The time of deletions.
    deletion_millis: i64,
    /// Tokens of lists, by operation and state machine.
    tokens: BTreeMap<(&'static str, String), String>,
    executions: Vec<String>,
    focus: Focus,
}

/// What most operations of a generator do. Operations that change the same records are the most difficult ones.
#[derive(Debug, Clone, Copy)]
enum Focus {
    Everything,
    /// Starts, ends and redrives of executions with few names.
    Executions,
    /// Creations, deletions and starts of the EXPRESS state machine.
    Express,
    /// Documents of one alias, its creations and deletions.
    Documents,
}

const FOCUSES: [Focus; 5] = [Focus::Everything, Focus::Everything, Focus::Executions, Focus::Express, Focus::Documents];

impl Generator {
    pub fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let focus = FOCUSES[rng.usize(..FOCUSES.len())];
        let (millis, deletion_millis) = (FIRST_MILLIS, FIRST_MILLIS);
        Self { rng, millis, deletion_millis, tokens: BTreeMap::new(), executions: Vec::new(), focus }
    }

    /// Advances the clock by more than any delay.
    pub fn jump(&mut self) {
        self.millis += i64::try_from(JUMP.as_millis()).unwrap();
    }

    /// Returns the time of the next operation. Each one has its own.
    pub fn now(&mut self) -> Timestamp {
        self.millis += 1;
        Timestamp::from_millis(self.millis)
    }

    /// Returns an operation.
    pub fn generate(&mut self) -> Operation {
        let request = self.request();
        self.with_time(request)
    }

    /// Deletions get a time from now on. A deletion without a delay takes two transactions. In between, the state machine is only
    /// visible at times before the deletion. Therefore, all operations that may run at the same time are later.
    pub fn begin_concurrent(&mut self) {
        self.deletion_millis = self.now().as_millis();
    }

    /// Returns a request as an operation at the next time.
    pub fn with_time(&mut self, request: Request) -> Operation {
        let is_deletion = matches!(request, Request::Call { operation: "DeleteStateMachine", .. });
        let time = if is_deletion { Timestamp::from_millis(self.deletion_millis) } else { self.now() };
        Operation { request, time, seed: self.rng.u64(..) }
    }

    /// Returns an operation that creates a state machine with a version.
    pub fn create(&mut self, machine: &str) -> Operation {
        let request = call("CreateStateMachine", self.creation(machine, true));
        self.with_time(request)
    }

    /// Returns the start of an execution that ends at once, with its own name.
    pub fn start_ended(&mut self) -> Operation {
        let name = format!("e0-{}", self.rng.u64(..));
        let request =
            call("StartExecution", json!({"stateMachineArn": format!("{PREFIX}{}", MACHINES[0]), "name": name}));
        self.with_time(request)
    }

    /// Remembers what later operations may refer to.
    pub fn remember(&mut self, operation: &Operation, response: &str) {
        let Request::Call { operation, body } = &operation.request else { return };
        let Ok(response) = serde_json::from_str::<Value>(response) else { return };
        if let Some(arn) = response["executionArn"].as_str() {
            self.executions.push(arn.to_owned());
        }
        if let Some(token) = response["nextToken"].as_str().filter(|_| *operation != "ListExecutions") {
            let arn = body["stateMachineArn"].as_str().unwrap_or_default().to_owned();
            self.tokens.insert((operation, arn), token.to_owned());
        }
    }

    fn choose<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.rng.usize(..values.len())]
    }

    fn machine(&mut self) -> &'static str {
        if self.rng.u8(..4) == 0 { MACHINES[1] } else { MACHINES[0] }
    }

    fn arn(&mut self) -> String {
        format!("{PREFIX}{}", self.machine())
    }

    fn version_arn(&mut self) -> String {
        format!("{}:{}", self.arn(), self.rng.u8(1..5))
    }

    fn alias_arn(&mut self) -> String {
        format!("{}:{}", self.arn(), self.choose(&ALIASES))
    }

    fn execution_arn(&mut self) -> String {
        let latest = self.executions.len().saturating_sub(4);
        if self.rng.bool() && !self.executions.is_empty() {
            let index = self.rng.usize(latest..self.executions.len());
            return self.executions[index].clone();
        }
        let prefix = PREFIX.replace("stateMachine", "execution");
        format!("{prefix}{}:{}", MACHINES[0], self.choose(&EXECUTIONS))
    }

    fn request(&mut self) -> Request {
        let is_focused = self.rng.u8(..4) > 0;
        match self.focus {
            Focus::Executions if is_focused => self.named_execution_request(),
            Focus::Express if is_focused => self.express_request(),
            Focus::Documents if is_focused => self.focused_document_request(),
            _ => self.any_request(),
        }
    }

    fn named_execution_request(&mut self) -> Request {
        let name = self.choose(&EXECUTIONS[1..4]);
        let execution_arn = format!("{}{}:{name}", PREFIX.replace("stateMachine", "execution"), MACHINES[0]);
        let arn = format!("{PREFIX}{}", MACHINES[0]);
        match self.rng.u8(..8) {
            0..4 => {
                let input = self.choose(&["{}", "[1]"]);
                call("StartExecution", json!({"stateMachineArn": arn, "name": name, "input": input}))
            }
            4..6 => call("RedriveExecution", json!({"executionArn": execution_arn})),
            6 => call("StopExecution", json!({"executionArn": execution_arn, "error": self.rng.u8(..9).to_string()})),
            _ => call("DescribeExecution", json!({"executionArn": execution_arn})),
        }
    }

    fn express_request(&mut self) -> Request {
        let arn = format!("{PREFIX}{}", MACHINES[1]);
        match self.rng.u8(..8) {
            0 => call("CreateStateMachine", self.creation(MACHINES[1], true)),
            1 => call("DeleteStateMachine", json!({"stateMachineArn": arn})),
            2 => call("StartExecution", json!({"stateMachineArn": arn})),
            _ => call("StartSyncExecution", json!({"stateMachineArn": arn})),
        }
    }

    fn any_request(&mut self) -> Request {
        match self.rng.u8(..60) {
            0..10 => self.state_machine_request(),
            10..18 => self.version_request(),
            18..36 => self.alias_request(),
            36..57 => self.execution_request(),
            _ => self.tag_request(),
        }
    }

    fn creation(&mut self, machine: &str, publish: bool) -> Value {
        let kind = if machine == MACHINES[1] { "EXPRESS" } else { "STANDARD" };
        let definition = self.choose(&DEFINITIONS[..2]);
        json!({"name": machine, "type": kind, "definition": definition, "roleArn": ROLES[0], "publish": publish})
    }

    fn state_machine_request(&mut self) -> Request {
        let arn = self.arn();
        match self.rng.u8(..10) {
            0..3 => {
                let (machine, publish) = (self.machine(), self.rng.u8(..4) > 0);
                call("CreateStateMachine", self.creation(machine, publish))
            }
            3..6 => {
                let (definition, role) = (self.choose(&DEFINITIONS), self.choose(&ROLES));
                let publish = self.rng.bool();
                let body =
                    json!({"stateMachineArn": arn, "definition": definition, "roleArn": role, "publish": publish});
                call("UpdateStateMachine", body)
            }
            6 => call("DescribeStateMachine", json!({"stateMachineArn": arn})),
            7..9 => self.list("ListStateMachines", json!({})),
            _ => call("DeleteStateMachine", json!({"stateMachineArn": arn})),
        }
    }

    fn version_request(&mut self) -> Request {
        let arn = self.arn();
        match self.rng.u8(..8) {
            0..3 => call("PublishStateMachineVersion", json!({"stateMachineArn": arn})),
            3..5 => call("DeleteStateMachineVersion", json!({"stateMachineVersionArn": self.version_arn()})),
            _ => self.list("ListStateMachineVersions", json!({"stateMachineArn": arn})),
        }
    }

    fn alias_request(&mut self) -> Request {
        let alias = self.alias_arn();
        match self.rng.u8(..24) {
            18.. => self.document_request(alias),
            0..4 => {
                let arn = self.arn();
                let body = json!({"name": self.choose(&ALIASES), "routingConfiguration": self.routes(&arn)});
                call("CreateStateMachineAlias", body)
            }
            4..9 => {
                let arn = alias.rsplit_once(':').unwrap().0.to_owned();
                let routes = self.routes(&arn);
                call("UpdateStateMachineAlias", json!({"stateMachineAliasArn": alias, "routingConfiguration": routes}))
            }
            9..14 => call("DescribeStateMachineAlias", json!({"stateMachineAliasArn": alias})),
            14..16 => {
                let arn = self.arn();
                self.list("ListStateMachineAliases", json!({"stateMachineArn": arn}))
            }
            _ => call("DeleteStateMachineAlias", json!({"stateMachineAliasArn": alias})),
        }
    }

    fn focused_document_request(&mut self) -> Request {
        let (arn, name) = (format!("{PREFIX}{}", MACHINES[0]), ALIASES[0]);
        let (alias, routes) =
            (format!("{arn}:{name}"), json!([{"stateMachineVersionArn": format!("{arn}:1"), "weight": 100}]));
        match self.rng.u8(..8) {
            0 => call("CreateStateMachineAlias", json!({"name": name, "routingConfiguration": routes})),
            1 => call("DeleteStateMachineAlias", json!({"stateMachineAliasArn": alias})),
            2 => {
                call("UpdateStateMachineAlias", json!({"stateMachineAliasArn": alias, "routingConfiguration": routes}))
            }
            _ => self.document_request(alias),
        }
    }

    fn document_request(&mut self, alias_arn: String) -> Request {
        const KEYS: [&str; 3] = ["a", "a/1", "b"];
        let first = self.rng.usize(..KEYS.len());
        let (put, delete) = (KEYS[first], KEYS[(first + 1) % KEYS.len()]);
        match self.rng.u8(..4) {
            0 => Request::Documents { alias_arn, put: None, delete: None },
            1 => Request::Documents { alias_arn, put: None, delete: Some(delete) },
            2 => Request::Documents { alias_arn, put: Some(put), delete: None },
            _ => Request::Documents { alias_arn, put: Some(put), delete: Some(delete) },
        }
    }

    /// One or two versions, mostly of those that exist.
    fn routes(&mut self, arn: &str) -> Value {
        let (first, weight) = (self.rng.u8(1..3), self.choose(&[0, 30, 100]));
        let route = |version, weight| json!({"stateMachineVersionArn": format!("{arn}:{version}"), "weight": weight});
        match self.rng.bool() {
            true => json!([route(first, 100)]),
            false => json!([route(first, weight), route(first + 1, 100 - weight)]),
        }
    }

    fn execution_request(&mut self) -> Request {
        let execution_arn = self.execution_arn();
        match self.rng.u8(..21) {
            0..9 => self.start(),
            9 => {
                let qualifier = self.choose(&["", ":1", ":live"]);
                call("StartSyncExecution", json!({"stateMachineArn": format!("{PREFIX}{}{qualifier}", MACHINES[1])}))
            }
            10..12 => call("StopExecution", json!({"executionArn": execution_arn})),
            12..14 => Request::End { execution_arn, after: Duration::from_secs(self.rng.u64(..2)) },
            14..16 => call("RedriveExecution", json!({"executionArn": execution_arn})),
            16 => call("DescribeExecution", json!({"executionArn": execution_arn})),
            17 => call("DescribeStateMachineForExecution", json!({"executionArn": execution_arn})),
            _ => {
                let status = self.choose(&["RUNNING", "SUCCEEDED", "FAILED", "ABORTED"]);
                let body =
                    json!({"stateMachineArn": self.arn(), "statusFilter": status, "maxResults": self.rng.u8(1..9)});
                call("ListExecutions", body)
            }
        }
    }

    fn start(&mut self) -> Request {
        let target = match self.rng.u8(..6) {
            0..2 => self.arn(),
            2 => self.version_arn(),
            _ => self.alias_arn(),
        };
        let mut body = json!({"stateMachineArn": target, "input": self.choose(&["{}", "[1]"])});
        if self.rng.bool() {
            body["name"] = self.choose(&EXECUTIONS).into();
        }
        call("StartExecution", body)
    }

    fn tag_request(&mut self) -> Request {
        let (arn, key) = (self.arn(), self.choose(&["a", "b"]));
        match self.rng.u8(..4) {
            0..2 => {
                let value = self.rng.u8(..3).to_string();
                call("TagResource", json!({"resourceArn": arn, "tags": [{"key": key, "value": value}]}))
            }
            2 => call("UntagResource", json!({"resourceArn": arn, "tagKeys": [key]})),
            _ => call("ListTagsForResource", json!({"resourceArn": arn})),
        }
    }

    /// A page of a list: a first one, or the one after a page that any store returned.
    fn list(&mut self, operation: &'static str, mut body: Value) -> Request {
        body["maxResults"] = self.rng.u8(1..3).into();
        let arn = body["stateMachineArn"].as_str().unwrap_or_default().to_owned();
        if let Some(token) = self.tokens.get(&(operation, arn)).filter(|_| self.rng.bool()) {
            body["nextToken"] = token.as_str().into();
        }
        call(operation, body)
    }
}

fn call(operation: &'static str, body: Value) -> Request {
    Request::Call { operation, body }
}
