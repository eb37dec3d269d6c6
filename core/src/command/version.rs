//! Commands on versions, and DescribeStateMachine, which accepts a version ARN.

use super::arn::{Qualifier, StateMachineRef, parse_member, parse_state_machine_arn};
use super::request::{Request, RuleErrors, commands};
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

commands! {
    DescribeStateMachineInput => DescribeStateMachine<'c>, |input, errors| {
        let state_machine = parse_state_machine_arn(input.state_machine_arn.as_deref()?, errors)?;
        Some(DescribeStateMachine { state_machine, metadata_only: is_metadata_only(input.included_data.as_deref()) })
    };
    PublishStateMachineVersionInput => PublishVersion<'c>, |input, errors| {
        let state_machine = parse_state_machine_arn(input.state_machine_arn.as_deref()?, errors)?;
        Some(PublishVersion {
            state_machine,
            revision: input.revision_id.as_deref(),
            description: input.description.as_deref(),
        })
    };
    ListStateMachineVersionsInput => ListVersions<'c>, |input, errors| {
        let state_machine = parse_state_machine_arn(input.state_machine_arn.as_deref()?, errors)?;
        Some(ListVersions { state_machine, page: PageRequest::new(input.max_results, input.next_token.as_deref()) })
    };
    DeleteStateMachineVersionInput => DeleteVersion<'c>, |input, errors| parse_delete_version(input, errors);
}

fn parse_delete_version<'c>(
    input: &'c DeleteStateMachineVersionInput<'_>,
    rule_errors: &mut RuleErrors<'_>,
) -> Option<DeleteVersion<'c>> {
    const POINTER: &str = "/stateMachineVersionArn";
    let arn = input.state_machine_version_arn.as_deref()?;
    let state_machine = parse_member(arn, POINTER, rule_errors)?;
    let Qualifier::Version(number) = state_machine.qualifier else {
        return rule_errors.record_error(POINTER, Err(Error::VersionArnRequired(arn.into())));
    };
    Some(DeleteVersion { state_machine, number })
}

pub(super) fn is_metadata_only(included_data: Option<&str>) -> bool {
    included_data == Some("METADATA_ONLY")
}
