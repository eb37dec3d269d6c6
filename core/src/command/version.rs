//! Commands on versions, and DescribeStateMachine, which accepts a version ARN.

use super::arn::{STATE_MACHINE_ARN_POINTER, parse_state_machine_arn};
use super::{Qualifier, Request, RuleErrors, StateMachineRef};
use crate::error::Error;
use crate::model::VersionNumber;
use crate::page::PageRequest;
use crate::wire::input::{
    DeleteStateMachineVersionInput, DescribeStateMachineInput, ListStateMachineVersionsInput,
    PublishStateMachineVersionInput,
};

pub(crate) struct DescribeStateMachine<'a> {
    pub state_machine: StateMachineRef<'a>,
    /// Omits the definition (METADATA_ONLY).
    pub metadata_only: bool,
}

pub(crate) struct PublishVersion<'a> {
    pub state_machine: StateMachineRef<'a>,
    pub revision: Option<&'a str>,
    pub description: Option<&'a str>,
}

pub(crate) struct ListVersions<'a> {
    pub state_machine: StateMachineRef<'a>,
    pub page: PageRequest<'a>,
}

pub(crate) struct DeleteVersion<'a> {
    pub state_machine: StateMachineRef<'a>,
    /// `None` if no version can have this number.
    pub number: Option<VersionNumber>,
}

impl Request for DescribeStateMachineInput<'_> {
    type Command<'c>
        = DescribeStateMachine<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<DescribeStateMachine<'_>> {
        let state_machine =
            parse_state_machine_arn(self.state_machine_arn.as_deref()?, STATE_MACHINE_ARN_POINTER, rule_errors)?;
        Some(DescribeStateMachine { state_machine, metadata_only: is_metadata_only(self.included_data.as_deref()) })
    }
}

impl Request for PublishStateMachineVersionInput<'_> {
    type Command<'c>
        = PublishVersion<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<PublishVersion<'_>> {
        let state_machine =
            parse_state_machine_arn(self.state_machine_arn.as_deref()?, STATE_MACHINE_ARN_POINTER, rule_errors)?;
        Some(PublishVersion {
            state_machine,
            revision: self.revision_id.as_deref(),
            description: self.description.as_deref(),
        })
    }
}

impl Request for ListStateMachineVersionsInput<'_> {
    type Command<'c>
        = ListVersions<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<ListVersions<'_>> {
        let state_machine =
            parse_state_machine_arn(self.state_machine_arn.as_deref()?, STATE_MACHINE_ARN_POINTER, rule_errors)?;
        Some(ListVersions { state_machine, page: PageRequest::new(self.max_results, self.next_token.as_deref()) })
    }
}

impl Request for DeleteStateMachineVersionInput<'_> {
    type Command<'c>
        = DeleteVersion<'c>
    where
        Self: 'c;

    fn to_command(&self, rule_errors: &mut RuleErrors<'_>) -> Option<DeleteVersion<'_>> {
        const POINTER: &str = "/stateMachineVersionArn";
        let arn = self.state_machine_version_arn.as_deref()?;
        let state_machine = parse_state_machine_arn(arn, POINTER, rule_errors)?;
        let Qualifier::Version(number) = state_machine.qualifier else {
            rule_errors.push(POINTER, Error::VersionArnRequired { arn: arn.into() });
            return None;
        };
        Some(DeleteVersion { state_machine, number })
    }
}

pub(super) fn is_metadata_only(included_data: Option<&str>) -> bool {
    included_data == Some("METADATA_ONLY")
}
