//! Resolves the ARNs that random requests contain.

use super::{Model, ModelError, Outcome, StateMachine};
use crate::action::{ExecutionTarget, Form, Target};

/// The qualifier of a state machine ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Qualifier {
    None,
    /// `None` for a number that no version can have.
    Version(Option<u32>),
    Alias(&'static str),
    Label,
}

pub fn arn_prefix_error(text: &str) -> ModelError {
    ModelError::new("InvalidArn", format!("Invalid Arn: 'Invalid ARN prefix: {text}'"))
}

pub fn arn_type_error(kind: &str) -> ModelError {
    ModelError::new("InvalidArn", format!("Invalid Arn: 'Resource type not valid in this context: {kind}'"))
}

pub fn does_not_exist(arn: &str) -> ModelError {
    ModelError::new("StateMachineDoesNotExist", format!("State Machine Does Not Exist: '{arn}'"))
}

pub fn not_found() -> ModelError {
    ModelError::new("ResourceNotFound", "Request references a resource that does not exist.")
}

pub fn arn_required_error(what: &str, target: &Target) -> ModelError {
    ModelError::new("InvalidArn", format!("Invalid Arn: '{what} ARN required: {}'", target.arn()))
}

impl Target {
    /// Returns the qualifier of a state machine ARN of any account.
    pub fn qualifier(&self) -> Outcome<Qualifier> {
        match self.form {
            Form::NotAnArn => Err(arn_prefix_error("no-arn")),
            Form::Execution => Err(arn_type_error("execution")),
            Form::Activity => Err(arn_type_error("activity")),
            Form::Label => Ok(Qualifier::Label),
            Form::StateMachine | Form::OtherAccount => Ok(match self.qualifier {
                None => Qualifier::None,
                Some(text) if text.chars().all(|c| c.is_ascii_digit()) => Qualifier::Version(number(text)),
                Some(alias) => Qualifier::Alias(alias),
            }),
        }
    }

    /// Like [`Target::qualifier`], for operations that do not support labels.
    pub fn qualifier_without_label(&self) -> Outcome<Qualifier> {
        match self.qualifier()? {
            Qualifier::Label => Err(ModelError::with_reason(
                "ValidationException",
                "API_DOES_NOT_SUPPORT_LABELED_ARNS",
                format!("This operation does not support labeled ARNs: '{}'", self.arn()),
            )),
            qualifier => Ok(qualifier),
        }
    }

    /// Returns the alias's name.
    pub fn alias(&self) -> Outcome<&'static str> {
        match self.qualifier()? {
            Qualifier::Alias(name) => Ok(name),
            _ => Err(arn_required_error("State machine alias", self)),
        }
    }

    /// Returns the ARN without its qualifier.
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
    /// Returns the names of the state machine and the execution.
    pub fn names(self, model: &Model) -> Outcome<(&'static str, String)> {
        match self {
            Self::NotAnArn => Err(arn_prefix_error("no-arn")),
            Self::StateMachine => Err(arn_type_error("stateMachine")),
            Self::Express => Err(arn_type_error("express")),
            Self::Named { machine, name } => Ok((machine, name.to_owned())),
            Self::Latest { machine } => {
                let latest = crate::action::Lookup::latest_execution(model, machine);
                Ok((machine, latest.unwrap_or_else(|| "none".to_owned())))
            }
        }
    }
}

impl Model {
    /// Returns the state machine of an ARN, including one in status DELETING.
    pub fn find(&self, target: &Target) -> Option<&StateMachine> {
        let is_in_account = matches!(target.form, Form::StateMachine | Form::Label);
        self.machines.get(target.machine).filter(|_| is_in_account)
    }

    pub fn find_mut(&mut self, target: &Target) -> Option<&mut StateMachine> {
        self.find(target)?;
        self.machines.get_mut(target.machine)
    }

    /// Returns the state machine to change, which must not be in status DELETING.
    pub fn active(&self, target: &Target, missing: impl FnOnce() -> ModelError) -> Outcome<&StateMachine> {
        let machine = self.find(target).ok_or_else(missing)?;
        if machine.deleted_at.is_some() { Err(deleting(&target.unqualified())) } else { Ok(machine) }
    }

    /// Returns the state machine of an operation that only accepts unqualified ARNs.
    pub fn active_unqualified(&self, target: &Target) -> Outcome<&StateMachine> {
        let missing = || does_not_exist(&target.arn());
        if target.qualifier()? != Qualifier::None {
            return Err(missing());
        }
        self.active(target, missing)
    }
}

pub fn deleting(arn: &str) -> ModelError {
    ModelError::new("StateMachineDeleting", format!("State Machine is being deleted: '{arn}'"))
}
