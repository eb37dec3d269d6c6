//! ARNs, as far as the pools have them.

use super::{Answer, Refusal, StateMachine, World};
use crate::action::{ExecutionTarget, Form, Target};

/// What stands behind a state machine's ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier {
    None,
    /// `None`: a number that no version can have.
    Version(Option<u32>),
    Alias(&'static str),
    Label,
}

pub fn no_prefix(text: &str) -> Refusal {
    Refusal::new("InvalidArn", format!("Invalid Arn: 'Invalid ARN prefix: {text}'"))
}

pub fn wrong_type(kind: &str) -> Refusal {
    Refusal::new("InvalidArn", format!("Invalid Arn: 'Resource type not valid in this context: {kind}'"))
}

pub fn does_not_exist(arn: &str) -> Refusal {
    Refusal::new("StateMachineDoesNotExist", format!("State Machine Does Not Exist: '{arn}'"))
}

pub fn not_found() -> Refusal {
    Refusal::new("ResourceNotFound", "Request references a resource that does not exist.")
}

pub fn required(what: &str, target: &Target) -> Refusal {
    Refusal::new("InvalidArn", format!("Invalid Arn: '{what} ARN required: {}'", target.arn()))
}

impl Target {
    /// The qualifier of a state machine's ARN, whoever's it is.
    pub fn qualified(&self) -> Answer<Qualifier> {
        match self.form {
            Form::NoArn => Err(no_prefix("no-arn")),
            Form::Execution => Err(wrong_type("execution")),
            Form::Activity => Err(wrong_type("activity")),
            Form::Label => Ok(Qualifier::Label),
            Form::StateMachine | Form::OtherAccount => Ok(match self.qualifier {
                None => Qualifier::None,
                Some(text) if text.chars().all(|c| c.is_ascii_digit()) => Qualifier::Version(number(text)),
                Some(alias) => Qualifier::Alias(alias),
            }),
        }
    }

    /// As [`Target::qualified`], for operations that refuse labels.
    pub fn unlabeled(&self) -> Answer<Qualifier> {
        match self.qualified()? {
            Qualifier::Label => Err(Refusal::because(
                "ValidationException",
                "API_DOES_NOT_SUPPORT_LABELED_ARNS",
                format!("This operation does not support labeled ARNs: '{}'", self.arn()),
            )),
            qualifier => Ok(qualifier),
        }
    }

    /// The alias's name.
    pub fn alias(&self) -> Answer<&'static str> {
        match self.qualified()? {
            Qualifier::Alias(name) => Ok(name),
            _ => Err(required("State machine alias", self)),
        }
    }

    /// The ARN without its qualifier.
    pub fn unqualified(&self) -> String {
        let form = if self.form == Form::Label { Form::StateMachine } else { self.form };
        Self { form, qualifier: None, ..*self }.arn()
    }
}

/// Versions are numbered from 1, without leading zeros.
fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text && *number > 0)
}

impl ExecutionTarget {
    /// The state machine's name and the execution's.
    pub fn names(self, world: &World) -> Answer<(&'static str, String)> {
        match self {
            Self::NoArn => Err(no_prefix("no-arn")),
            Self::StateMachine => Err(wrong_type("stateMachine")),
            Self::Express => Err(wrong_type("express")),
            Self::Named { machine, name } => Ok((machine, name.to_owned())),
            Self::Latest { machine } => {
                let latest = crate::action::Known::latest_execution(world, machine);
                Ok((machine, latest.unwrap_or_else(|| "none".to_owned())))
            }
        }
    }
}

impl World {
    /// The state machine that an ARN is of, deleted ones included as long as they last.
    pub fn find(&self, target: &Target) -> Option<&StateMachine> {
        let ours = matches!(target.form, Form::StateMachine | Form::Label);
        self.machines.get(target.machine).filter(|_| ours)
    }

    pub fn find_mut(&mut self, target: &Target) -> Option<&mut StateMachine> {
        self.find(target)?;
        self.machines.get_mut(target.machine)
    }

    /// The state machine to change, which must not be deleted.
    pub fn active(&self, target: &Target, missing: impl FnOnce() -> Refusal) -> Answer<&StateMachine> {
        let machine = self.find(target).ok_or_else(missing)?;
        if machine.gone.is_some() { Err(deleting(&target.unqualified())) } else { Ok(machine) }
    }

    /// The state machine of an operation that takes its own ARN alone.
    pub fn active_itself(&self, target: &Target) -> Answer<&StateMachine> {
        let missing = || does_not_exist(&target.arn());
        if target.qualified()? != Qualifier::None {
            return Err(missing());
        }
        self.active(target, missing)
    }
}

pub fn deleting(arn: &str) -> Refusal {
    Refusal::new("StateMachineDeleting", format!("State Machine is being deleted: '{arn}'"))
}
