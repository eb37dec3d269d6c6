//! Deletes the created resources.

use super::interrupt::Interrupt;
use super::sender::{Response, Sender};
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

    /// Adds a state machine that no response reported.
    pub fn add_state_machine(&mut self, arn: String) {
        self.existing.push((ResourceKind::StateMachine, arn));
    }

    /// Adds a resource that cannot be deleted.
    pub fn add_not_deleted(&mut self, arn: String, reason: String) {
        self.not_deleted.push(NotDeleted { arn, reason });
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
    match sender.call(operation, json!({ member: arn }).to_string().as_bytes()) {
        Ok(response) if response.is_ok() || response.error_code().ends_with("DoesNotExist") => Ok(()),
        Ok(response) => Err(format!("{operation} returned {} {}", response.status, response.body)),
        Err(error) => Err(error.to_string()),
    }
}
