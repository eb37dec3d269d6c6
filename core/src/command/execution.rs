//! Commands on executions.

use super::machine::{any_machine, check_name};
use super::target::{execution_arn, unlabeled_arn};
use super::version::metadata_only;
use super::{Faults, Request, Target};
use crate::error::Error;
use crate::execution_input;
use crate::model::Status;
use crate::page::Page;
use crate::wire::input::{
    DescribeExecutionInput, DescribeStateMachineForExecutionInput, ListExecutionsInput, StartExecutionInput,
    StopExecutionInput,
};

/// What AWS takes an absent input for.
const EMPTY_INPUT: &str = "{}";

pub(crate) struct StartExecution<'a> {
    pub target: Target<'a>,
    pub name: Option<&'a str>,
    pub input: &'a str,
    pub trace: Option<&'a str>,
}

/// A request about one execution.
pub(crate) struct AboutExecution<'a> {
    /// The ARN as given.
    pub given: &'a str,
    /// The state machine's ARN.
    pub machine: String,
    pub machine_name: &'a str,
    pub name: &'a str,
    pub metadata_only: bool,
}

pub(crate) struct StopExecution<'a> {
    pub execution: AboutExecution<'a>,
    pub error: Option<&'a str>,
    pub cause: Option<&'a str>,
}

pub(crate) struct ListExecutions<'a> {
    pub target: Target<'a>,
    pub status: StatusFilter,
    pub page: Page<'a>,
}

/// Which executions a list wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusFilter {
    Any,
    Only(Status),
    /// A status that no execution has here, for example SUCCEEDED.
    Nothing,
}

impl Request for StartExecutionInput<'_> {
    type Command<'c>
        = StartExecution<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<StartExecution<'_>> {
        let target = unlabeled_arn(self.state_machine_arn.as_deref().unwrap_or_default(), "/stateMachineArn", faults);
        if let Some(name) = self.name.as_deref() {
            faults.keep("/name", check_name(name));
        }
        let input = self.input.as_deref().unwrap_or(EMPTY_INPUT);
        faults.keep("/input", execution_input::check(input));
        Some(StartExecution { target: target?, name: self.name.as_deref(), input, trace: self.trace_header.as_deref() })
    }
}

impl Request for DescribeExecutionInput<'_> {
    type Command<'c>
        = AboutExecution<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<AboutExecution<'_>> {
        about(self.execution_arn.as_deref(), self.included_data.as_deref(), faults)
    }
}

impl Request for DescribeStateMachineForExecutionInput<'_> {
    type Command<'c>
        = AboutExecution<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<AboutExecution<'_>> {
        about(self.execution_arn.as_deref(), self.included_data.as_deref(), faults)
    }
}

impl Request for StopExecutionInput<'_> {
    type Command<'c>
        = StopExecution<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<StopExecution<'_>> {
        let execution = about(self.execution_arn.as_deref(), None, faults)?;
        Some(StopExecution { execution, error: self.error.as_deref(), cause: self.cause.as_deref() })
    }
}

impl Request for ListExecutionsInput<'_> {
    type Command<'c>
        = ListExecutions<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<ListExecutions<'_>> {
        match (&self.state_machine_arn, &self.map_run_arn) {
            (None, None) => faults.push("", Error::NoExecutionsOwner),
            (Some(_), Some(_)) => faults.push("/mapRunArn", Error::TwoExecutionsOwners),
            // There are no map runs where nothing is interpreted.
            (None, Some(arn)) => faults.push("/mapRunArn", Error::ResourceNotFound { arn: arn.to_string() }),
            (Some(_), None) => {}
        }
        let target = any_machine(self.state_machine_arn.as_deref(), faults)?;
        let status = match (self.status_filter.as_deref(), self.redrive_filter.as_deref()) {
            (_, Some("REDRIVEN")) => StatusFilter::Nothing,
            (None, _) => StatusFilter::Any,
            (Some("RUNNING"), _) => StatusFilter::Only(Status::Running),
            (Some("ABORTED"), _) => StatusFilter::Only(Status::Aborted),
            (Some(_), _) => StatusFilter::Nothing,
        };
        Some(ListExecutions { target, status, page: Page::new(self.max_results, self.next_token.as_deref()) })
    }
}

fn about<'a>(arn: Option<&'a str>, included: Option<&str>, faults: &mut Faults<'_>) -> Option<AboutExecution<'a>> {
    let given = arn?;
    let (arn, machine_name, name) = execution_arn(given, faults)?;
    let machine = ["arn:", arn.partition, ":states:", arn.region, ":", arn.account, ":stateMachine:", machine_name];
    let machine = machine.concat();
    Some(AboutExecution { given, machine, machine_name, name, metadata_only: metadata_only(included) })
}
