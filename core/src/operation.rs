//! The operations and their names.

use crate::constraint::Member;
use crate::error::{Error, ErrorKind, Result};
use crate::wire::Structure;
use crate::wire::input::*;
use std::fmt;
use std::str::FromStr;

macro_rules! operations {
    ($($name:ident($input:ident) => [$($error:ident),*];)*) => {
        /// An operation of AWS Step Functions that this crate implements.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the names are AWS's own, documented in its API reference")]
        pub enum Operation { $($name,)* }

        impl Operation {
            /// All operations.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the name, for example `CreateStateMachineAlias`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// Returns the members of the input and their constraints, in the service model's order.
            pub const fn members(self) -> &'static [Member] {
                match self { $(Self::$name => $input::MEMBERS,)* }
            }

            /// Returns the errors that the service model declares for the operation and this crate can return.
            pub const fn declared_errors(self) -> &'static [ErrorKind] {
                match self { $(Self::$name => &[$(ErrorKind::$error,)*],)* }
            }
        }
    };
}

operations! {
    CreateStateMachineAlias(CreateStateMachineAliasInput) => [InvalidArn, InvalidName, ValidationException, StateMachineDeleting, ResourceNotFound, ConflictException, ServiceQuotaExceededException];
    DescribeStateMachineAlias(DescribeStateMachineAliasInput) => [ValidationException, InvalidArn, ResourceNotFound];
    ListStateMachineAliases(ListStateMachineAliasesInput) => [InvalidArn, InvalidToken, ResourceNotFound, StateMachineDoesNotExist, StateMachineDeleting];
    UpdateStateMachineAlias(UpdateStateMachineAliasInput) => [ValidationException, InvalidArn, ResourceNotFound, ConflictException, StateMachineDeleting];
    DeleteStateMachineAlias(DeleteStateMachineAliasInput) => [ValidationException, InvalidArn, ResourceNotFound, ConflictException];
    CreateStateMachine(CreateStateMachineInput) => [InvalidArn, InvalidDefinition, InvalidName, StateMachineAlreadyExists, StateMachineDeleting, StateMachineTypeNotSupported, TooManyTags, ValidationException, ConflictException];
    UpdateStateMachine(UpdateStateMachineInput) => [InvalidArn, InvalidDefinition, MissingRequiredParameter, StateMachineDeleting, StateMachineDoesNotExist, ServiceQuotaExceededException, ConflictException, ValidationException];
    DescribeStateMachine(DescribeStateMachineInput) => [InvalidArn, StateMachineDoesNotExist];
    ListStateMachines(ListStateMachinesInput) => [InvalidToken];
    DeleteStateMachine(DeleteStateMachineInput) => [InvalidArn, ValidationException];
    PublishStateMachineVersion(PublishStateMachineVersionInput) => [ValidationException, StateMachineDeleting, StateMachineDoesNotExist, ServiceQuotaExceededException, ConflictException, InvalidArn];
    ListStateMachineVersions(ListStateMachineVersionsInput) => [ValidationException, InvalidArn, InvalidToken];
    DeleteStateMachineVersion(DeleteStateMachineVersionInput) => [ValidationException, InvalidArn, ConflictException];
    StartExecution(StartExecutionInput) => [ExecutionAlreadyExists, InvalidArn, InvalidExecutionInput, InvalidName, StateMachineDoesNotExist, StateMachineDeleting, ValidationException];
    DescribeExecution(DescribeExecutionInput) => [ExecutionDoesNotExist, InvalidArn];
    DescribeStateMachineForExecution(DescribeStateMachineForExecutionInput) => [ExecutionDoesNotExist, InvalidArn];
    ListExecutions(ListExecutionsInput) => [InvalidArn, InvalidToken, StateMachineDoesNotExist, StateMachineTypeNotSupported, ValidationException, ResourceNotFound];
    StopExecution(StopExecutionInput) => [ExecutionDoesNotExist, InvalidArn, ValidationException];
    TagResource(TagResourceInput) => [InvalidArn, ResourceNotFound, TooManyTags];
    UntagResource(UntagResourceInput) => [InvalidArn, ResourceNotFound];
    ListTagsForResource(ListTagsForResourceInput) => [InvalidArn, ResourceNotFound];
    ValidateStateMachineDefinition(ValidateStateMachineDefinitionInput) => [ValidationException];
}

impl Operation {
    /// Returns whether the operation can change stored data.
    pub const fn is_write(self) -> bool {
        match self {
            Self::CreateStateMachineAlias
            | Self::UpdateStateMachineAlias
            | Self::DeleteStateMachineAlias
            | Self::CreateStateMachine
            | Self::UpdateStateMachine
            | Self::DeleteStateMachine
            | Self::PublishStateMachineVersion
            | Self::DeleteStateMachineVersion
            | Self::StartExecution
            | Self::StopExecution
            | Self::TagResource
            | Self::UntagResource => true,
            Self::DescribeStateMachineAlias
            | Self::ListStateMachineAliases
            | Self::DescribeStateMachine
            | Self::ListStateMachines
            | Self::ListStateMachineVersions
            | Self::DescribeExecution
            | Self::DescribeStateMachineForExecution
            | Self::ListExecutions
            | Self::ListTagsForResource
            | Self::ValidateStateMachineDefinition => false,
        }
    }
}

/// Maximum number of characters of an unknown name that an error repeats.
const MAX_NAME_CHARACTERS: usize = 64;

impl FromStr for Operation {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        let unknown = || Error::UnknownOperation { name: name.chars().take(MAX_NAME_CHARACTERS).collect() };
        Self::ALL.iter().copied().find(|operation| operation.as_str() == name).ok_or_else(unknown)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
