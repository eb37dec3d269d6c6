//! What was made and has to be deleted.

use super::sender::{Answer, Halt, Sender};
use super::stop::Stop;
use serde_json::{Value, json};

/// What an operation makes: the member of its answer, and how that is undone.
const MADE: [(&str, &str, Kind); 6] = [
    ("StartExecution", "executionArn", Kind::Execution),
    ("CreateStateMachineAlias", "stateMachineAliasArn", Kind::Alias),
    ("PublishStateMachineVersion", "stateMachineVersionArn", Kind::Version),
    ("UpdateStateMachine", "stateMachineVersionArn", Kind::Version),
    ("CreateStateMachine", "stateMachineVersionArn", Kind::Version),
    ("CreateStateMachine", "stateMachineArn", Kind::Machine),
];

/// In the order of deletion: AWS refuses a version that an alias points to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Execution,
    Alias,
    Version,
    Machine,
}

impl Kind {
    /// The operation that undoes, and its only member.
    const fn undo(self) -> (&'static str, &'static str) {
        match self {
            Self::Execution => ("StopExecution", "executionArn"),
            Self::Alias => ("DeleteStateMachineAlias", "stateMachineAliasArn"),
            Self::Version => ("DeleteStateMachineVersion", "stateMachineVersionArn"),
            Self::Machine => ("DeleteStateMachine", "stateMachineArn"),
        }
    }
}

/// The ARNs that answers told, until they are deleted.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    made: Vec<(Kind, String)>,
    left: Vec<Left>,
}

/// Something that could not be deleted.
#[derive(Debug, Clone, serde::Serialize)]
pub(super) struct Left {
    pub arn: String,
    pub why: String,
}

impl Ledger {
    /// Takes down what a request made or deleted.
    pub fn note(&mut self, operation: &str, request: &[u8], answer: &Answer) {
        if !answer.is_done() {
            return;
        }
        for (_, member, kind) in MADE.iter().filter(|(makes, ..)| *makes == operation) {
            let entry = answer.text(member).map(|arn| (*kind, arn.to_owned()));
            self.made.extend(entry.filter(|entry| !self.made.contains(entry)).into_iter().collect::<Vec<_>>());
        }
        let request: Value = serde_json::from_slice(request).unwrap_or_default();
        self.made.retain(|(kind, made)| {
            let gone = |kind: Kind| {
                let (undo, member) = kind.undo();
                request.get(member).and_then(Value::as_str).filter(|_| undo == operation)
            };
            // What belongs to a state machine goes with it.
            gone(*kind) != Some(made) && !gone(Kind::Machine).is_some_and(|machine| belongs(made, machine))
        });
    }

    /// Deletes all of it. What could not be deleted is in [`Ledger::left`].
    pub fn clean(&mut self, sender: &mut Sender) {
        // Ctrl-C asks for just this.
        let stop = sender.stop_at(Stop::default());
        self.made.sort_by_key(|(kind, _)| *kind);
        let mut left = Vec::new();
        for (kind, arn) in std::mem::take(&mut self.made) {
            match undo(sender, kind, &arn) {
                // What belonged to it went with it.
                None if kind == Kind::Machine => left.retain(|one: &Left| !belongs(&one.arn, &arn)),
                None => {}
                // An execution ends by itself, and keeps its state machine only that long.
                Some(_) if kind == Kind::Execution => {}
                Some(why) => left.push(Left { arn, why }),
            }
        }
        self.left.append(&mut left);
        sender.stop_at(stop);
    }

    /// Takes down a state machine that no answer told of.
    pub fn note_machine(&mut self, arn: String) {
        self.made.push((Kind::Machine, arn));
    }

    /// Takes down what cannot be deleted.
    pub fn leave(&mut self, arn: String, why: String) {
        self.left.push(Left { arn, why });
    }

    pub fn left(&self) -> &[Left] {
        &self.left
    }
}

fn belongs(arn: &str, machine: &str) -> bool {
    arn.strip_prefix(machine).is_some_and(|rest| rest.starts_with(':'))
}

/// Why it could not be undone.
fn undo(sender: &mut Sender, kind: Kind, arn: &str) -> Option<String> {
    let (operation, member) = kind.undo();
    match sender.call(operation, json!({ member: arn }).to_string().as_bytes()) {
        Ok(answer) if answer.is_done() || answer.code().ends_with("DoesNotExist") => None,
        Ok(answer) => Some(format!("{operation} answers {} {}", answer.status, answer.body)),
        Err(Halt::Skip(why)) => Some(why),
        Err(Halt::Stopped) => Some("stopped".to_owned()),
        Err(Halt::Failed(failure)) => Some(failure.to_string()),
    }
}
