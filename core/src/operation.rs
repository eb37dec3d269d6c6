//! The table of the operations, and their names.

use crate::constraint::Member;
use crate::error::{Error, ErrorKind, Result};
use crate::nearest::find_nearest;
use crate::wire::Structure;
use crate::wire::input::*;
use std::fmt;
use std::str::FromStr;

/// Calls a macro with the table of the operations. A row is documentation, name, method and details: the input, the
/// output, the errors that the service model declares and this crate can return, whether the operation reads or writes,
/// and how it is executed. The details are used by this crate only and may change.
///
/// ```
/// macro_rules! list_methods {
///     ($($(#[$doc:meta])* $name:ident $method:ident { $($details:tt)* })*) => {
///         const METHODS: &[(&str, &str)] = &[$((stringify!($name), stringify!($method)),)*];
///     };
/// }
/// sfn_alias::for_each_operation!(list_methods);
/// assert_eq!(METHODS[0], ("CreateStateMachineAlias", "create_state_machine_alias"));
/// ```
#[macro_export]
macro_rules! for_each_operation {
    ($callback:ident) => {
        $callback! {
            /// Creates an alias for one or two versions. Repeating the same request returns the existing alias.
            CreateStateMachineAlias create_state_machine_alias {
                CreateStateMachineAliasInput => CreateStateMachineAliasOutput;
                [
                    InvalidArn, InvalidName, ValidationException, StateMachineDeleting, ResourceNotFound,
                    ConflictException, ServiceQuotaExceededException,
                ];
                write |command| command.state_machine_arn, alias::create
            }
            /// Returns an alias.
            DescribeStateMachineAlias describe_state_machine_alias {
                DescribeStateMachineAliasInput => DescribeStateMachineAliasOutput;
                [ValidationException, InvalidArn, ResourceNotFound];
                read |command| command.state_machine.unqualified_arn, alias::describe
            }
            /// Lists the aliases of a state machine, or those that route to a version, oldest first.
            ListStateMachineAliases list_state_machine_aliases {
                ListStateMachineAliasesInput => ListStateMachineAliasesOutput from AliasPage;
                [InvalidArn, InvalidToken, ResourceNotFound, StateMachineDoesNotExist, StateMachineDeleting];
                read |command| command.state_machine.unqualified_arn, alias::list
            }
            /// Updates the description of an alias, its routing configuration, or both.
            UpdateStateMachineAlias update_state_machine_alias {
                UpdateStateMachineAliasInput => UpdateStateMachineAliasOutput;
                [ValidationException, InvalidArn, ResourceNotFound, ConflictException, StateMachineDeleting];
                write |command| command.alias.state_machine.unqualified_arn, alias::update
            }
            /// Deletes an alias. Succeeds if it does not exist.
            DeleteStateMachineAlias delete_state_machine_alias {
                DeleteStateMachineAliasInput => Empty;
                [ValidationException, InvalidArn, ResourceNotFound, ConflictException];
                write |command| command.state_machine.unqualified_arn, alias::delete
            }
            /// Creates a state machine. With `publish`, also publishes version 1. Repeating the same request returns the existing state machine.
            CreateStateMachine create_state_machine {
                CreateStateMachineInput => CreateStateMachineOutput;
                [
                    InvalidArn, InvalidDefinition, InvalidName, InvalidLoggingConfiguration, StateMachineAlreadyExists,
                    StateMachineDeleting, StateMachineTypeNotSupported, TooManyTags, ValidationException,
                    ConflictException, InvalidEncryptionConfiguration,
                ];
                write |command, call| {
                    call.purge_expired()?;
                    let arn = call.scope.state_machine_arn(command.name);
                    call.write(&arn, |context| state_machine::create(&arn, &command, context))
                }
            }
            /// Updates a state machine. With `publish`, also publishes the current revision as a version.
            UpdateStateMachine update_state_machine {
                UpdateStateMachineInput => UpdateStateMachineOutput;
                [
                    InvalidArn, InvalidDefinition, InvalidLoggingConfiguration, MissingRequiredParameter,
                    StateMachineDeleting, StateMachineDoesNotExist, ServiceQuotaExceededException, ConflictException,
                    ValidationException, InvalidEncryptionConfiguration,
                ];
                write |command, call| {
                    let id = call.id_rng.uuid();
                    call.write(command.state_machine.unqualified_arn, |context| {
                        state_machine::update(&command, &id, context)
                    })
                }
            }
            /// Returns a state machine, or one of its versions.
            DescribeStateMachine describe_state_machine {
                DescribeStateMachineInput => DescribeStateMachineOutput;
                [InvalidArn, StateMachineDoesNotExist];
                read |command| command.state_machine.unqualified_arn, state_machine::describe
            }
            /// Lists the state machines of this account and region, ordered by name.
            ListStateMachines list_state_machines {
                ListStateMachinesInput => ListStateMachinesOutput;
                [InvalidToken];
                read |page, call| list_state_machines(page, call)
            }
            /// Deletes a state machine with its versions, aliases, executions and tags. Succeeds if it does not exist.
            DeleteStateMachine delete_state_machine {
                DeleteStateMachineInput => Empty;
                [InvalidArn, ValidationException];
                write |state_machine, call| {
                    call.purge_expired()?;
                    call.write(state_machine.unqualified_arn, |context| {
                        state_machine::delete(&state_machine, context)
                    })
                }
            }
            /// Publishes the current revision as a version. Returns the existing version if the revision is already published.
            PublishStateMachineVersion publish_state_machine_version {
                PublishStateMachineVersionInput => PublishStateMachineVersionOutput;
                [
                    ValidationException, StateMachineDeleting, StateMachineDoesNotExist, ServiceQuotaExceededException,
                    ConflictException, InvalidArn,
                ];
                write |command| command.state_machine.unqualified_arn, version::publish
            }
            /// Lists the versions of a state machine, highest number first.
            ListStateMachineVersions list_state_machine_versions {
                ListStateMachineVersionsInput => ListStateMachineVersionsOutput;
                [ValidationException, InvalidArn, InvalidToken];
                read |command| command.state_machine.unqualified_arn, version::list
            }
            /// Deletes a version. Fails if an alias routes to it; succeeds if it does not exist.
            DeleteStateMachineVersion delete_state_machine_version {
                DeleteStateMachineVersionInput => Empty;
                [ValidationException, InvalidArn, ConflictException];
                write |command| command.state_machine.unqualified_arn, version::delete
            }
            /// Starts an execution of a state machine, a version, or the version that an alias selects by weight. The definition is not interpreted: the execution ends as rules or requests specify.
            StartExecution start_execution {
                StartExecutionInput => StartExecutionOutput;
                [
                    ExecutionAlreadyExists, InvalidArn, InvalidExecutionInput, InvalidName, StateMachineDoesNotExist,
                    StateMachineDeleting, ValidationException,
                ];
                write |command, call| call.start(&command)
            }
            /// Starts an execution of an EXPRESS state machine, one of its versions, or the version that an alias selects by weight, and returns its result. A rule in `outcomes` decides the result.
            StartSyncExecution start_sync_execution {
                StartSyncExecutionInput => StartSyncExecutionOutput;
                [
                    InvalidArn, InvalidExecutionInput, InvalidName, StateMachineDoesNotExist, StateMachineDeleting,
                    StateMachineTypeNotSupported,
                ];
                write |command, call| call.start_sync(&command)
            }
            /// Returns an execution.
            DescribeExecution describe_execution {
                DescribeExecutionInput => DescribeExecutionOutput;
                [ExecutionDoesNotExist, InvalidArn];
                read |command| &command.state_machine_arn, execution::describe
            }
            /// Returns the state machine revision that an execution was started with.
            DescribeStateMachineForExecution describe_state_machine_for_execution {
                DescribeStateMachineForExecutionInput => DescribeStateMachineForExecutionOutput;
                [ExecutionDoesNotExist, InvalidArn];
                read |command| &command.state_machine_arn, execution::describe_state_machine
            }
            /// Lists the executions of a state machine, a version or an alias, latest first.
            ListExecutions list_executions {
                ListExecutionsInput => ListExecutionsOutput;
                [
                    InvalidArn, InvalidToken, StateMachineDoesNotExist, StateMachineTypeNotSupported,
                    ValidationException, ResourceNotFound,
                ];
                read |command| command.state_machine.unqualified_arn, execution::list
            }
            /// Returns the events of an execution: its start, its end and its redrives. Definitions are not interpreted, so there are no events of states.
            GetExecutionHistory get_execution_history {
                GetExecutionHistoryInput => GetExecutionHistoryOutput;
                [ExecutionDoesNotExist, InvalidArn, InvalidToken];
                read |command| &command.execution.state_machine_arn, history::get
            }
            /// Starts an execution again that failed, timed out or was stopped in the last 14 days.
            RedriveExecution redrive_execution {
                RedriveExecutionInput => RedriveExecutionOutput;
                [ExecutionDoesNotExist, ExecutionNotRedrivable, InvalidArn, ValidationException];
                write |command, call| call.redrive(&command)
            }
            /// Stops an execution. It is ABORTED afterwards.
            StopExecution stop_execution {
                StopExecutionInput => StopExecutionOutput;
                [ExecutionDoesNotExist, InvalidArn, ValidationException];
                write |command| &command.execution.state_machine_arn, ending::stop
            }
            /// Adds tags to a state machine. Replaces the values of existing keys.
            TagResource tag_resource {
                TagResourceInput => Empty;
                [InvalidArn, ResourceNotFound, TooManyTags];
                write |command| command.arn, tags::tag
            }
            /// Removes tags from a state machine.
            UntagResource untag_resource {
                UntagResourceInput => Empty;
                [InvalidArn, ResourceNotFound];
                write |command| command.arn, tags::untag
            }
            /// Lists the tags of a state machine.
            ListTagsForResource list_tags_for_resource {
                ListTagsForResourceInput => ListTagsForResourceOutput;
                [InvalidArn, ResourceNotFound];
                read |arn| arn, tags::list
            }
            /// Validates the JSON, the schema of workflows and the structure of a definition. Does not check the fields of each type of state.
            ValidateStateMachineDefinition validate_state_machine_definition {
                ValidateStateMachineDefinitionInput => ValidateStateMachineDefinitionOutput;
                [ValidationException];
                read |command, _call| Ok(validate_definition(&command))
            }
        }
    };
}

macro_rules! define_operations {
    ($(
        $(#[$doc:meta])*
        $name:ident $method:ident {
            $input:ident => $output:ident $(from $reply:ident)?; [$($error:ident),* $(,)?]; $access:ident $($run:tt)*
        }
    )*) => {
        /// An operation of AWS Step Functions that this crate implements.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation { $($(#[$doc])* $name,)* }

        impl Operation {
            /// All operations.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the name, for example `CreateStateMachineAlias`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }

            /// Returns the name of the method of [`crate::StepFunctions`], for example `create_state_machine_alias`.
            pub const fn method_name(self) -> &'static str {
                match self { $(Self::$name => stringify!($method),)* }
            }

            /// Returns the members of the input and their constraints, in the service model's order.
            pub const fn members(self) -> &'static [Member] {
                match self { $(Self::$name => $input::MEMBERS,)* }
            }

            /// Returns the errors that the service model declares for the operation and this crate can return.
            pub const fn declared_errors(self) -> &'static [ErrorKind] {
                match self { $(Self::$name => &[$(ErrorKind::$error,)*],)* }
            }

            /// Returns whether the operation can change stored data.
            pub const fn is_write(self) -> bool {
                match self { $(Self::$name => matches!(stringify!($access).as_bytes(), b"write"),)* }
            }
        }
    };
}

for_each_operation!(define_operations);

impl Operation {
    /// Returns whether the operation can start an execution, and call [`crate::Options::on_start`].
    pub const fn starts_executions(self) -> bool {
        matches!(self, Self::StartExecution | Self::StartSyncExecution | Self::RedriveExecution)
    }

    /// The operations of AWS Step Functions that this crate does not implement: map runs, activities and
    /// tests of single states.
    pub const UNSUPPORTED: &'static [&'static str] = &[
        "CreateActivity",
        "DeleteActivity",
        "DescribeActivity",
        "DescribeMapRun",
        "GetActivityTask",
        "ListActivities",
        "ListMapRuns",
        "SendTaskFailure",
        "SendTaskHeartbeat",
        "SendTaskSuccess",
        "TestState",
        "UpdateMapRun",
    ];
}

impl Operation {
    /// Returns the names of all operations of AWS.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|operation| operation.as_str()).chain(Self::UNSUPPORTED.iter().copied())
    }
}

/// Maximum number of characters of an unknown name that an error repeats.
pub(crate) const MAX_NAME_CHARACTERS: usize = 64;

impl FromStr for Operation {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        if let Some(operation) = Self::ALL.iter().find(|operation| operation.as_str() == name) {
            return Ok(*operation);
        }
        if let Some(name) = Self::UNSUPPORTED.iter().find(|unsupported| **unsupported == name) {
            return Err(Error::UnsupportedOperation(name));
        }
        let name: String = name.chars().take(MAX_NAME_CHARACTERS).collect();
        Err(Error::UnknownOperation { nearest: find_nearest(&name, Self::names()), name })
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
