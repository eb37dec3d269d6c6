//! Deletes the created state machines, and with them their versions, aliases and executions.

use super::safety_guard::CREATE_STATE_MACHINE;
use super::sender::{Response, Sender};
use serde_json::{Value, json};

/// The state machines that may exist, and those that could not be deleted.
#[derive(Debug, Default)]
pub(super) struct Cleanup {
    arns: Vec<String>,
    not_deleted: Vec<NotDeleted>,
}

/// A resource that could not be deleted.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct NotDeleted {
    pub arn: String,
    pub reason: String,
}

impl Cleanup {
    /// Records the state machine that a request created. One that a later request deletes is deleted again, which succeeds.
    pub fn record(&mut self, operation: &str, response: &Response) {
        if operation == CREATE_STATE_MACHINE && response.is_ok() {
            self.arns.extend(response.string_member("stateMachineArn").map(str::to_owned));
        }
    }

    /// Deletes all state machines. [`Cleanup::not_deleted`] returns those that could not be deleted.
    pub fn delete_all(&mut self, sender: &mut Sender) {
        self.arns.dedup();
        for arn in self.arns.drain(..) {
            if let Err(reason) = delete(sender, &arn) {
                self.not_deleted.push(NotDeleted { arn, reason });
            }
        }
    }

    /// Finds the state machines whose names start with `prefix`, which no response reported, and deletes them.
    pub fn delete_orphans(&mut self, sender: &mut Sender, prefix: &str) {
        match find_orphans(sender, prefix) {
            Ok(arns) => {
                let is_new = |arn: &String| !self.not_deleted.iter().any(|resource| resource.arn == *arn);
                self.arns.extend(arns.into_iter().filter(is_new));
            }
            Err(reason) => {
                self.not_deleted.push(NotDeleted { arn: format!("state machines named {prefix}*, if any"), reason });
            }
        }
        self.delete_all(sender);
    }

    pub fn not_deleted(&self) -> &[NotDeleted] {
        &self.not_deleted
    }
}

/// Deletes a state machine. The error is the reason why it could not be deleted.
fn delete(sender: &mut Sender, arn: &str) -> Result<(), String> {
    let request = json!({ "stateMachineArn": arn });
    call(sender, "DeleteStateMachine", &request, |code| code.ends_with("DoesNotExist")).map(drop)
}

/// Calls an operation, also after Ctrl-C. `is_accepted` says which error codes are no errors.
fn call(
    sender: &mut Sender,
    operation: &str,
    request: &Value,
    is_accepted: fn(&str) -> bool,
) -> Result<Response, String> {
    match sender.call_uninterrupted(operation, request.to_string().as_bytes()) {
        Ok(response) if response.is_ok() || is_accepted(response.error_code()) => Ok(response),
        Ok(response) => Err(format!("{operation} returned {} {}", response.status, response.body)),
        Err(error) => Err(error.to_string()),
    }
}

/// AWS allows 10,000 state machines by default, and lists up to 1,000 per page.
const MAX_PAGES: usize = 100;

fn find_orphans(sender: &mut Sender, prefix: &str) -> Result<Vec<String>, String> {
    let mut orphans = Vec::new();
    let mut request = json!({"maxResults": 1000});
    for _ in 0..MAX_PAGES {
        let page = call(sender, "ListStateMachines", &request, |_| false)?;
        orphans.extend(filter_by_prefix(&page.body, prefix));
        match page.string_member("nextToken") {
            Some(token) => request = json!({"maxResults": 1000, "nextToken": token}),
            None => return Ok(orphans),
        }
    }
    Err(format!("ListStateMachines returned more than {MAX_PAGES} pages"))
}

/// Returns the ARNs of the state machines whose names start with `prefix`.
fn filter_by_prefix(list: &Value, prefix: &str) -> Vec<String> {
    let machines = list.get("stateMachines").and_then(Value::as_array).into_iter().flatten();
    let member = |machine: &Value, name: &str| machine.get(name).and_then(Value::as_str).map(str::to_owned);
    let matching = machines.filter(|machine| member(machine, "name").is_some_and(|name| name.starts_with(prefix)));
    matching.filter_map(|machine| member(machine, "stateMachineArn")).collect()
}
