//! Deletes the created resources.

use super::sender::{Response, Sender};
use crate::signals::Interrupt;
use serde_json::{Value, json};

/// Operations that create resources: the member of the response with the ARN, and the kind of the resource.
const CREATED: [(&str, &str, ResourceKind); 6] = [
    ("StartExecution", "executionArn", ResourceKind::Execution),
    ("CreateStateMachineAlias", "stateMachineAliasArn", ResourceKind::Alias),
    ("PublishStateMachineVersion", "stateMachineVersionArn", ResourceKind::Version),
    ("UpdateStateMachine", "stateMachineVersionArn", ResourceKind::Version),
    ("CreateStateMachine", "stateMachineVersionArn", ResourceKind::Version),
    ("CreateStateMachine", "stateMachineArn", ResourceKind::StateMachine),
];

/// A kind of resource. The order is the order of deletion: AWS does not delete a version that an alias points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ResourceKind {
    Execution,
    Alias,
    Version,
    StateMachine,
}

impl ResourceKind {
    /// Returns the operation that deletes the resource, and its only member.
    const fn delete_operation(self) -> (&'static str, &'static str) {
        match self {
            Self::Execution => ("StopExecution", "executionArn"),
            Self::Alias => ("DeleteStateMachineAlias", "stateMachineAliasArn"),
            Self::Version => ("DeleteStateMachineVersion", "stateMachineVersionArn"),
            Self::StateMachine => ("DeleteStateMachine", "stateMachineArn"),
        }
    }
}

/// The resources that exist, and those that could not be deleted.
#[derive(Debug, Default)]
pub(super) struct Cleanup {
    existing: Vec<(ResourceKind, String)>,
    not_deleted: Vec<NotDeleted>,
}

/// A resource that could not be deleted.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct NotDeleted {
    pub arn: String,
    pub reason: String,
}

impl Cleanup {
    /// Records the resources that a request created or deleted.
    pub fn record(&mut self, operation: &str, request: &[u8], response: &Response) {
        if !response.is_ok() {
            return;
        }
        for (_, member, kind) in CREATED.iter().filter(|(creates, ..)| *creates == operation) {
            let resource = response.string_member(member).map(|arn| (*kind, arn.to_owned()));
            if let Some(resource) = resource.filter(|resource| !self.existing.contains(resource)) {
                self.existing.push(resource);
            }
        }
        let request: Value = serde_json::from_slice(request).unwrap_or_default();
        let deleted_arn = |kind: ResourceKind| {
            let (delete, member) = kind.delete_operation();
            request.get(member).and_then(Value::as_str).filter(|_| delete == operation)
        };
        // Deleting a state machine deletes its versions, aliases and executions.
        self.existing.retain(|(kind, arn)| {
            deleted_arn(*kind) != Some(arn)
                && !deleted_arn(ResourceKind::StateMachine).is_some_and(|machine| belongs_to(arn, machine))
        });
    }

    /// Deletes all resources. [`Cleanup::not_deleted`] returns those that could not be deleted.
    pub fn delete_all(&mut self, sender: &mut Sender) {
        // Must also run after Ctrl-C.
        let interrupt = sender.replace_interrupt(Interrupt::default());
        self.existing.sort_by_key(|(kind, _)| *kind);
        let mut failed = Vec::new();
        for (kind, arn) in std::mem::take(&mut self.existing) {
            match delete(sender, kind, &arn) {
                Ok(()) if kind == ResourceKind::StateMachine => {
                    failed.retain(|resource: &NotDeleted| !belongs_to(&resource.arn, &arn));
                }
                Ok(()) => {}
                // An execution ends on its own, and delays the deletion of its state machine only until then.
                Err(_) if kind == ResourceKind::Execution => {}
                Err(reason) => failed.push(NotDeleted { arn, reason }),
            }
        }
        self.not_deleted.append(&mut failed);
        sender.replace_interrupt(interrupt);
    }

    /// Finds the state machines whose names start with `prefix`, which no response reported, and deletes them with all
    /// other resources.
    pub fn delete_orphans(&mut self, sender: &mut Sender, prefix: &str) {
        let interrupt = sender.replace_interrupt(Interrupt::default());
        match find_orphans(sender, prefix) {
            Ok(arns) => self.existing.extend(arns.into_iter().map(|arn| (ResourceKind::StateMachine, arn))),
            Err(reason) => {
                self.not_deleted.push(NotDeleted { arn: format!("state machines named {prefix}*, if any"), reason });
            }
        }
        self.delete_all(sender);
        sender.replace_interrupt(interrupt);
    }

    pub fn not_deleted(&self) -> &[NotDeleted] {
        &self.not_deleted
    }
}

fn belongs_to(arn: &str, machine: &str) -> bool {
    arn.strip_prefix(machine).is_some_and(|rest| rest.starts_with(':'))
}

/// Deletes a resource. The error is the reason why it could not be deleted.
fn delete(sender: &mut Sender, kind: ResourceKind, arn: &str) -> Result<(), String> {
    let (operation, member) = kind.delete_operation();
    call(sender, operation, &json!({ member: arn }), |code| code.ends_with("DoesNotExist")).map(drop)
}

/// Calls an operation. `is_accepted` says which error codes are no errors.
fn call(
    sender: &mut Sender,
    operation: &str,
    request: &Value,
    is_accepted: fn(&str) -> bool,
) -> Result<Response, String> {
    match sender.call(operation, request.to_string().as_bytes()) {
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
