//! An engine in memory. Its executions run until a test ends them.

use serde_json::{Value, json};
use sfn_alias_upstream::{Transport, TransportError, UpstreamResponse};
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub const ENGINE: &str = "arn:aws:states:us-east-1:123456789012";

/// A response other than that of the fake.
#[derive(Debug, Clone)]
pub enum Scripted {
    /// No response, with this error.
    Down(&'static str),
    /// A response of more than this number of bytes.
    TooLarge(u64),
    /// No response within the timeout.
    Slow,
    /// No response, with an error after this time.
    DownAfter(Duration),
    /// This status and body.
    Body(u16, &'static str),
    /// The usual response, after a function was called.
    After(Hook),
}

/// A function that is called while the service waits for a response.
#[derive(Clone)]
pub struct Hook(pub Arc<dyn Fn() + Send + Sync>);

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}

/// How the engine lists executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lists {
    /// As AWS, on pages of 20.
    #[default]
    Pages,
    /// All executions, also those that have ended, on pages of 20.
    NoFilter,
    /// One page.
    NoPages,
    /// The first page again and again.
    Endless,
    /// Without the status.
    NoStatus,
}

#[derive(Debug, Default)]
struct State {
    lists: Lists,
    machines: HashMap<String, Value>,
    executions: HashMap<String, Value>,
    /// The responses to the next calls of operations. `None` is the usual one.
    scripted: HashMap<String, VecDeque<Option<Scripted>>>,
    /// The response to all other calls.
    always: Option<Scripted>,
    calls: Vec<(String, Value)>,
}

#[derive(Debug, Clone, Default)]
pub struct FakeEngine(Arc<Mutex<State>>);

impl FakeEngine {
    /// Sets the responses to the next calls of an operation.
    pub fn script(&self, operation: &str, responses: impl IntoIterator<Item = Option<Scripted>>) {
        self.0.lock().unwrap().scripted.entry(operation.to_owned()).or_default().extend(responses);
    }

    /// Sets the response to all calls.
    pub fn always(&self, response: Option<Scripted>) {
        self.0.lock().unwrap().always = response;
    }

    pub fn set_lists(&self, lists: Lists) {
        self.0.lock().unwrap().lists = lists;
    }

    /// Deletes everything, as a restart.
    pub fn restart(&self) {
        let mut state = self.0.lock().unwrap();
        state.machines.clear();
        state.executions.clear();
    }

    /// Sets members of all executions with a name.
    pub fn set_execution(&self, name: &str, members: Value) {
        let mut state = self.0.lock().unwrap();
        let found: Vec<_> = state.executions.iter_mut().filter(|(arn, _)| arn.ends_with(&format!(":{name}"))).collect();
        assert!(!found.is_empty(), "the engine has no execution {name}");
        for (_, execution) in found {
            for (member, value) in members.as_object().unwrap() {
                execution[member] = value.clone();
            }
        }
    }

    /// Returns the names of all executions.
    pub fn execution_names(&self) -> Vec<String> {
        let state = self.0.lock().unwrap();
        state.executions.keys().map(|arn| arn.rsplit(':').next().unwrap().to_owned()).collect()
    }

    /// Returns the inputs of the calls of an operation.
    pub fn calls(&self, operation: &str) -> Vec<Value> {
        let state = self.0.lock().unwrap();
        state.calls.iter().filter(|(name, _)| name == operation).map(|(_, input)| input.clone()).collect()
    }

    /// Returns the definition that the execution with a name runs.
    pub fn definition_of(&self, name: &str) -> String {
        let state = self.0.lock().unwrap();
        let arn = state.executions.keys().find(|arn| arn.ends_with(&format!(":{name}"))).unwrap();
        let machine = arn.split(':').nth(6).unwrap();
        state.machines[&format!("{ENGINE}:stateMachine:{machine}")]["definition"].as_str().unwrap().to_owned()
    }
}

impl State {
    fn respond(&mut self, operation: &str, input: &Value) -> UpstreamResponse {
        let text = |member: &str| input[member].as_str().unwrap_or_default().to_owned();
        match operation {
            "CreateStateMachine" => {
                let arn = format!("{ENGINE}:stateMachine:{}", text("name"));
                match self.machines.insert(arn.clone(), input.clone()) {
                    None => ok(json!({"stateMachineArn": arn, "creationDate": 1.0})),
                    Some(_) => error("StateMachineAlreadyExists", &format!("State Machine Already Exists: '{arn}'")),
                }
            }
            "StartExecution" => self.start(&text("stateMachineArn"), &text("name"), input),
            "DescribeExecution" => match self.executions.get(&text("executionArn")) {
                Some(execution) => ok(execution.clone()),
                None => error("ExecutionDoesNotExist", "Execution Does Not Exist"),
            },
            "ListExecutions" if input.get("mapRunArn").is_none() => self.list(input),
            "StopExecution" => self.stop(&text("executionArn")),
            "RedriveExecution" => self.redrive(&text("executionArn")),
            "StartSyncExecution" => self.start_sync(&text("stateMachineArn"), input),
            "GetExecutionHistory" => self.list_events(input),
            "ListMapRuns" => ok(json!({"mapRuns": [{"executionArn": input["executionArn"]}]})),
            // The response is the request.
            "SendTaskSuccess" | "GetActivityTask" => ok(input.clone()),
            _ => error("InvalidAction", "unknown action"),
        }
    }

    fn start(&mut self, machine: &str, name: &str, input: &Value) -> UpstreamResponse {
        if !self.machines.contains_key(machine) {
            return error("StateMachineDoesNotExist", "State Machine Does Not Exist");
        }
        let arn = format!("{}:{name}", machine.replace(":stateMachine:", ":execution:"));
        if self.executions.contains_key(&arn) {
            return error("ExecutionAlreadyExists", "Execution Already Exists");
        }
        let now = sfn_alias::Timestamp::now();
        let execution = json!({"executionArn": arn, "status": "RUNNING", "startDate": now, "input": input["input"]});
        self.executions.insert(arn.clone(), execution);
        ok(json!({"executionArn": arn, "startDate": now}))
    }

    fn list(&self, input: &Value) -> UpstreamResponse {
        const PAGE: usize = 20;
        let machine = input["stateMachineArn"].as_str().unwrap_or_default().replace(":stateMachine:", ":execution:");
        let is_listed = |arn: &str, execution: &Value| {
            let has_status = execution["status"] == input["statusFilter"] || self.lists == Lists::NoFilter;
            has_status && arn.starts_with(&format!("{machine}:"))
        };
        let mut found: Vec<_> = self.executions.iter().filter(|(arn, execution)| is_listed(arn, execution)).collect();
        found.sort_by_key(|(arn, _)| *arn);
        let members = |(arn, execution): (&String, &Value)| match self.lists {
            Lists::NoStatus => json!({"executionArn": arn}),
            _ => json!({"executionArn": arn, "status": execution["status"]}),
        };
        let mut items: Vec<_> = found.into_iter().map(members).collect();
        let start: usize = input["nextToken"].as_str().map_or(0, |token| token.parse().unwrap());
        match self.lists {
            Lists::NoPages => ok(json!({"executions": items})),
            Lists::Endless => ok(json!({"executions": items[..PAGE.min(items.len())], "nextToken": "0"})),
            _ => {
                items.drain(..start);
                let token = (items.len() > PAGE).then(|| (start + PAGE).to_string());
                items.truncate(PAGE);
                ok(json!({"executions": items, "nextToken": token}))
            }
        }
    }

    /// As some engines, without the error and the cause.
    fn stop(&mut self, arn: &str) -> UpstreamResponse {
        match self.executions.get_mut(arn) {
            Some(execution) if execution["status"] == "RUNNING" => {
                execution["status"] = json!("ABORTED");
                execution["stopDate"] = json!(sfn_alias::Timestamp::now());
                ok(json!({"stopDate": 1.0}))
            }
            Some(_) => error("ValidationException", "Execution is not running"),
            None => error("ExecutionDoesNotExist", "Execution Does Not Exist"),
        }
    }

    fn redrive(&mut self, arn: &str) -> UpstreamResponse {
        match self.executions.get_mut(arn) {
            Some(execution) if execution["status"] != "RUNNING" => {
                execution["status"] = json!("RUNNING");
                ok(json!({"redriveDate": 1.0}))
            }
            _ => error("ExecutionNotRedrivable", &format!("Execution {arn} is RUNNING and cannot be redriven")),
        }
    }

    fn start_sync(&self, machine: &str, input: &Value) -> UpstreamResponse {
        if !self.machines.contains_key(machine) {
            return error("StateMachineDoesNotExist", "State Machine Does Not Exist");
        }
        let output = json!({"machine": machine, "input": input["input"]}).to_string();
        ok(
            json!({"status": "SUCCEEDED", "output": output, "stateMachineArn": machine, "startDate": 1.0, "stopDate": 2.0}),
        )
    }

    /// Returns two events on pages of one event. The token is the number of the event. The member `lastEvent` of the execution
    /// replaces the second.
    fn list_events(&self, input: &Value) -> UpstreamResponse {
        let arn = input["executionArn"].as_str().unwrap();
        let execution = &self.executions[arn];
        let details = json!({"input": execution["input"], "roleArn": "role", "arn": arn});
        let started = json!({"type": "ExecutionStarted", "id": 1, "executionStartedEventDetails": details});
        let aborted = json!({"type": "ExecutionAborted", "id": 2, "executionAbortedEventDetails": {}});
        let mut events = [started, self.executions[arn].get("lastEvent").cloned().unwrap_or(aborted)];
        if input["reverseOrder"] == true {
            events.reverse();
        }
        match input["nextToken"].as_str() {
            None => ok(json!({"events": [events[0]], "nextToken": "1"})),
            Some("1") => ok(json!({"events": [events[1]]})),
            Some(token) => error("InvalidToken", &format!("Invalid Token: '{token}'")),
        }
    }
}

fn ok(body: Value) -> UpstreamResponse {
    UpstreamResponse { status: 200, body: body.to_string().into_bytes() }
}

fn error(code: &str, message: &str) -> UpstreamResponse {
    let body = json!({"__type": format!("com.amazonaws.states#{code}"), "message": message});
    UpstreamResponse { status: 400, body: body.to_string().into_bytes() }
}

impl Transport for FakeEngine {
    fn url(&self) -> &str {
        "http://engine"
    }

    fn send(
        &self,
        region: &str,
        operation: &str,
        body: &[u8],
        timeout: Duration,
    ) -> Result<UpstreamResponse, TransportError> {
        assert_eq!(region, "us-east-1");
        let input: Value = serde_json::from_slice(body).unwrap();
        let scripted = {
            let mut state = self.0.lock().unwrap();
            state.calls.push((operation.to_owned(), input.clone()));
            let next = state.scripted.get_mut(operation).and_then(VecDeque::pop_front);
            next.unwrap_or_else(|| state.always.clone())
        };
        match scripted {
            None => Ok(self.0.lock().unwrap().respond(operation, &input)),
            Some(Scripted::After(hook)) => {
                let response = self.0.lock().unwrap().respond(operation, &input);
                (hook.0)();
                Ok(response)
            }
            Some(Scripted::DownAfter(time)) => {
                std::thread::sleep(time);
                Err(TransportError::NoResponse("closed".to_owned()))
            }
            Some(Scripted::Down(error)) => Err(TransportError::NoResponse(error.to_owned())),
            Some(Scripted::TooLarge(limit)) => Err(TransportError::TooLarge(limit)),
            Some(Scripted::Slow) => {
                let begin = Instant::now();
                while begin.elapsed() < timeout {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(TransportError::NoResponse("timeout".to_owned()))
            }
            Some(Scripted::Body(status, body)) => Ok(UpstreamResponse { status, body: body.as_bytes().to_vec() }),
        }
    }
}
