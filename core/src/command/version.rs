//! Commands on versions, and DescribeStateMachine, which takes one.

use super::machine::any_machine;
use super::target::machine_arn;
use super::{Faults, Qualifier, Request, Target};
use crate::error::Error;
use crate::model::VersionNumber;
use crate::page::Page;
use crate::wire::input::{
    DeleteStateMachineVersionInput, DescribeStateMachineInput, ListStateMachineVersionsInput,
    PublishStateMachineVersionInput,
};

pub(crate) struct DescribeStateMachine<'a> {
    pub target: Target<'a>,
    /// METADATA_ONLY: without the definition.
    pub metadata_only: bool,
}

pub(crate) struct PublishVersion<'a> {
    pub target: Target<'a>,
    pub revision: Option<&'a str>,
    pub description: Option<&'a str>,
}

pub(crate) struct ListVersions<'a> {
    pub target: Target<'a>,
    pub page: Page<'a>,
}

pub(crate) struct DeleteVersion<'a> {
    pub target: Target<'a>,
    /// `None` if no version can have this number.
    pub number: Option<VersionNumber>,
}

impl Request for DescribeStateMachineInput<'_> {
    type Command<'c>
        = DescribeStateMachine<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<DescribeStateMachine<'_>> {
        let target = any_machine(self.state_machine_arn.as_deref(), faults)?;
        Some(DescribeStateMachine { target, metadata_only: metadata_only(self.included_data.as_deref()) })
    }
}

impl Request for PublishStateMachineVersionInput<'_> {
    type Command<'c>
        = PublishVersion<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<PublishVersion<'_>> {
        let target = any_machine(self.state_machine_arn.as_deref(), faults)?;
        Some(PublishVersion { target, revision: self.revision_id.as_deref(), description: self.description.as_deref() })
    }
}

impl Request for ListStateMachineVersionsInput<'_> {
    type Command<'c>
        = ListVersions<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<ListVersions<'_>> {
        let target = any_machine(self.state_machine_arn.as_deref(), faults)?;
        Some(ListVersions { target, page: Page::new(self.max_results, self.next_token.as_deref()) })
    }
}

impl Request for DeleteStateMachineVersionInput<'_> {
    type Command<'c>
        = DeleteVersion<'c>
    where
        Self: 'c;

    fn command(&self, faults: &mut Faults<'_>) -> Option<DeleteVersion<'_>> {
        const POINTER: &str = "/stateMachineVersionArn";
        let given = self.state_machine_version_arn.as_deref()?;
        let target = machine_arn(given, POINTER, faults)?;
        let Qualifier::Version(number) = target.qualifier else {
            faults.push(POINTER, Error::VersionArnRequired { arn: given.into() });
            return None;
        };
        Some(DeleteVersion { target, number })
    }
}

pub(super) fn metadata_only(included: Option<&str>) -> bool {
    included == Some("METADATA_ONLY")
}
