//! What the engine stores and how it executes operations: the semantics of Step Functions, for definitions whose first
//! state is the only one.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// The account of the engine, which is not that of the tests.
pub const PREFIX: &str = "arn:aws:states:us-east-1:123456789012";

pub struct StateMachine {
    pub arn: String,
    pub definition: String,
    pub role: String,
    pub kind: String,
}

pub struct Execution {
    pub machine: String,
    pub name: String,
    pub input: String,
    pub start: f64,
    pub stop: Option<f64>,
    pub status: &'static str,
    pub output: Option<String>,
    pub error: Option<String>,
    pub cause: Option<String>,
}

#[derive(Default)]
pub struct States {
    /// By name.
    pub machines: BTreeMap<String, StateMachine>,
    /// By ARN.
    pub executions: BTreeMap<String, Execution>,
}

/// The error code and the message.
type Result = std::result::Result<Value, (&'static str, String)>;

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

fn text<'v>(input: &'v Value, member: &str) -> &'v str {
    input[member].as_str().unwrap_or_default()
}

impl States {
    pub fn call(&mut self, operation: &str, input: &Value) -> Result {
        match operation {
            "CreateStateMachine" => self.create(input),
            "StartExecution" => self.start(input),
            "StartSyncExecution" => self.start_sync(input),
            "DescribeExecution" => self.describe(input),
            "ListExecutions" => self.list(input),
            "StopExecution" => self.stop(input),
            "RedriveExecution" => self.redrive(input),
            "GetExecutionHistory" => self.history(input),
            "SendTaskSuccess" | "SendTaskFailure" | "SendTaskHeartbeat" => Ok(json!({})),
            "ListMapRuns" => Ok(json!({"mapRuns": [{"executionArn": text(input, "executionArn"),
                "mapRunArn": format!("{PREFIX}:mapRun:x/y:z"), "stateMachineArn": "s", "startDate": 1}]})),
            other => Err(("UnknownOperationException", other.to_owned())),
        }
    }

    fn create(&mut self, input: &Value) -> Result {
        let (name, definition) = (text(input, "name").to_owned(), text(input, "definition").to_owned());
        let role = text(input, "roleArn").to_owned();
        let kind = input["type"].as_str().unwrap_or("STANDARD").to_owned();
        let arn = format!("{PREFIX}:stateMachine:{name}");
        if definition.contains("Unsupported") {
            return Err(("InvalidDefinition", "Invalid State Machine Definition: the engine rejects it".to_owned()));
        }
        let machine = self.machines.entry(name).or_insert_with(|| StateMachine {
            arn: arn.clone(),
            definition: definition.clone(),
            role: role.clone(),
            kind: kind.clone(),
        });
        if (&machine.definition, &machine.role, &machine.kind) != (&definition, &role, &kind) {
            return Err(("StateMachineAlreadyExists", format!("State Machine Already Exists: '{arn}'")));
        }
        Ok(json!({"stateMachineArn": arn, "creationDate": now()}))
    }

    fn find_machine(&self, input: &Value) -> std::result::Result<(&str, Value), (&'static str, String)> {
        let arn = text(input, "stateMachineArn");
        let found = self.machines.iter().find(|(_, machine)| machine.arn == arn);
        let missing = || ("StateMachineDoesNotExist", format!("State Machine Does Not Exist: '{arn}'"));
        let (name, machine) = found.ok_or_else(missing)?;
        let definition: Value = serde_json::from_str(&machine.definition).unwrap();
        let state = definition["States"][definition["StartAt"].as_str().unwrap()].clone();
        Ok((name, state))
    }

    fn start(&mut self, input: &Value) -> Result {
        let (machine, state) = self.find_machine(input)?;
        let (machine, name, data) =
            (machine.to_owned(), text(input, "name").to_owned(), text(input, "input").to_owned());
        let arn = format!("{PREFIX}:execution:{machine}:{name}");
        if let Some(existing) = self.executions.get(&arn) {
            return match existing.status == "RUNNING" && existing.input == data {
                true => Ok(json!({"executionArn": arn, "startDate": existing.start})),
                false => Err(("ExecutionAlreadyExists", format!("Execution Already Exists: '{arn}'"))),
            };
        }
        let mut execution = Execution {
            machine,
            name,
            input: data,
            start: now(),
            stop: None,
            status: "RUNNING",
            output: None,
            error: None,
            cause: None,
        };
        execution.run(&state);
        let start = execution.start;
        self.executions.insert(arn.clone(), execution);
        Ok(json!({"executionArn": arn, "startDate": start}))
    }

    fn start_sync(&mut self, input: &Value) -> Result {
        let (machine, _) = self.find_machine(input)?;
        let (arn, data) = (format!("{PREFIX}:express:{machine}:{}:1", text(input, "name")), text(input, "input"));
        Ok(json!({"executionArn": arn, "stateMachineArn": text(input, "stateMachineArn"), "name": text(input, "name"),
            "startDate": now(), "stopDate": now(), "status": "SUCCEEDED", "input": data, "output": data,
            "billingDetails": {"billedMemoryUsedInMB": 64, "billedDurationInMilliseconds": 100}}))
    }

    fn find(&mut self, input: &Value) -> std::result::Result<&mut Execution, (&'static str, String)> {
        let arn = text(input, "executionArn");
        let missing = || ("ExecutionDoesNotExist", format!("Execution Does Not Exist: '{arn}'"));
        self.executions.get_mut(arn).ok_or_else(missing)
    }

    fn describe(&mut self, input: &Value) -> Result {
        let arn = text(input, "executionArn").to_owned();
        let execution = self.find(input)?;
        let machine = format!("{PREFIX}:stateMachine:{}", execution.machine);
        let mut output = json!({"executionArn": arn, "stateMachineArn": machine, "name": execution.name,
            "status": execution.status, "startDate": execution.start, "input": execution.input});
        if let Some(stop) = execution.stop {
            output["stopDate"] = stop.into();
        }
        let texts = [("output", &execution.output), ("error", &execution.error), ("cause", &execution.cause)];
        for (member, value) in texts {
            if let Some(value) = value {
                output[member] = value.as_str().into();
            }
        }
        Ok(output)
    }

    /// Lists executions on pages. The token is the ARN of the last one.
    fn list(&self, input: &Value) -> Result {
        let (machine, status) = (text(input, "stateMachineArn"), text(input, "statusFilter"));
        let (name, token) = (machine.rsplit(':').next().unwrap(), text(input, "nextToken"));
        let size: usize = input["maxResults"].as_u64().unwrap_or(100).min(1000).try_into().unwrap();
        let is_listed = |arn: &str, execution: &Execution| {
            execution.machine == name && arn > token && (status.is_empty() || status == execution.status)
        };
        let found: Vec<_> = self.executions.iter().filter(|(arn, execution)| is_listed(arn, execution)).collect();
        let page = &found[..size.min(found.len())];
        let items: Vec<_> = page
            .iter()
            .map(|(arn, execution)| {
                json!({"executionArn": arn, "stateMachineArn": machine, "name": execution.name,
                "status": execution.status, "startDate": execution.start})
            })
            .collect();
        let next = (found.len() > size).then(|| page.last().unwrap().0);
        Ok(json!({"executions": items, "nextToken": next}))
    }

    fn stop(&mut self, input: &Value) -> Result {
        let (error, cause) = (input["error"].as_str().map(str::to_owned), input["cause"].as_str().map(str::to_owned));
        let execution = self.find(input)?;
        if execution.status == "RUNNING" {
            execution.end("ABORTED");
            (execution.error, execution.cause) = (error, cause);
        }
        Ok(json!({"stopDate": execution.stop}))
    }

    fn redrive(&mut self, input: &Value) -> Result {
        let execution = self.find(input)?;
        if matches!(execution.status, "RUNNING" | "SUCCEEDED") {
            return Err(("ExecutionNotRedrivable", format!("Execution is {}", execution.status)));
        }
        (execution.status, execution.stop, execution.error, execution.cause) = ("RUNNING", None, None, None);
        Ok(json!({"redriveDate": now()}))
    }

    fn history(&mut self, input: &Value) -> Result {
        let execution = self.find(input)?;
        let started = json!({"id": 1, "previousEventId": 0, "type": "ExecutionStarted", "timestamp": execution.start,
            "executionStartedEventDetails": {"input": execution.input, "roleArn": "r", "inputDetails": {"truncated": false}}});
        let entered = json!({"id": 2, "previousEventId": 0, "type": "PassStateEntered", "timestamp": execution.start,
            "stateEnteredEventDetails": {"name": "Only", "input": execution.input}});
        Ok(json!({"events": [started, entered]}))
    }

    /// Ends an execution with an output.
    pub fn end_with(&mut self, name: &str, output: &str) {
        self.end(name, "SUCCEEDED");
        let execution = self.executions.values_mut().find(|execution| execution.name == name).unwrap();
        execution.output = Some(output.to_owned());
    }

    /// Ends an execution that is running.
    pub fn end(&mut self, name: &str, status: &'static str) {
        let execution = self.executions.values_mut().find(|execution| execution.name == name).unwrap();
        execution.end(status);
        if status == "SUCCEEDED" {
            execution.output = Some(execution.input.clone());
        }
    }
}

impl Execution {
    fn run(&mut self, state: &Value) {
        match state["Type"].as_str().unwrap() {
            "Wait" => {}
            "Fail" => {
                self.end("FAILED");
                self.error = state["Error"].as_str().map(str::to_owned);
                self.cause = state["Cause"].as_str().map(str::to_owned);
            }
            _ => {
                self.end("SUCCEEDED");
                let result = state.get("Result").map(Value::to_string);
                self.output = Some(result.unwrap_or_else(|| self.input.clone()));
            }
        }
    }

    fn end(&mut self, status: &'static str) {
        (self.status, self.stop) = (status, Some(now()));
    }
}
