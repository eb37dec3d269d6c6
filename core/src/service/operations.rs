//! One method per operation, with the inputs and outputs of AWS.

use super::StepFunctions;
use crate::error::Result;
use crate::wire::input::*;
use crate::wire::output::*;

/// Defines a method per operation.
macro_rules! methods {
    ($($(#[$doc:meta])* $operation:ident: $method:ident($input:ident) -> $output:ident;)*) => {
        impl StepFunctions {
            $(
                $(#[$doc])*
                ///
                #[doc = concat!(
                    "[Source of each behaviour](", env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/fidelity/",
                    stringify!($operation), ".md).",
                )]
                ///
                /// # Errors
                /// The error that AWS would return, or [`crate::Error::Store`].
                pub fn $method(&self, input: &$input<'_>) -> Result<$output> {
                    self.execute(input)
                }
            )*
        }
    };
}

methods! {
    /// Creates an alias for one or two versions. Repeating the same request returns the existing alias.
    CreateStateMachineAlias: create_state_machine_alias(CreateStateMachineAliasInput) -> CreateStateMachineAliasOutput;
    /// Returns an alias.
    DescribeStateMachineAlias: describe_state_machine_alias(DescribeStateMachineAliasInput) -> DescribeStateMachineAliasOutput;
    /// Lists the aliases of a state machine, or those that route to a version, oldest first.
    ListStateMachineAliases: list_state_machine_aliases(ListStateMachineAliasesInput) -> ListStateMachineAliasesOutput;
    /// Updates the description of an alias, its routing configuration, or both.
    UpdateStateMachineAlias: update_state_machine_alias(UpdateStateMachineAliasInput) -> UpdateStateMachineAliasOutput;
    /// Deletes an alias. Succeeds if it does not exist.
    DeleteStateMachineAlias: delete_state_machine_alias(DeleteStateMachineAliasInput) -> Empty;
    /// Creates a state machine. With `publish`, also publishes version 1. Repeating the same request returns the existing state machine.
    CreateStateMachine: create_state_machine(CreateStateMachineInput) -> CreateStateMachineOutput;
    /// Updates a state machine. With `publish`, also publishes the current revision as a version.
    UpdateStateMachine: update_state_machine(UpdateStateMachineInput) -> UpdateStateMachineOutput;
    /// Returns a state machine, or one of its versions.
    DescribeStateMachine: describe_state_machine(DescribeStateMachineInput) -> DescribeStateMachineOutput;
    /// Lists the state machines of this account and region, ordered by name.
    ListStateMachines: list_state_machines(ListStateMachinesInput) -> ListStateMachinesOutput;
    /// Deletes a state machine with its versions, aliases, executions and tags. Succeeds if it does not exist.
    DeleteStateMachine: delete_state_machine(DeleteStateMachineInput) -> Empty;
    /// Publishes the current revision as a version. Returns the existing version if the revision is already published.
    PublishStateMachineVersion: publish_state_machine_version(PublishStateMachineVersionInput) -> PublishStateMachineVersionOutput;
    /// Lists the versions of a state machine, highest number first.
    ListStateMachineVersions: list_state_machine_versions(ListStateMachineVersionsInput) -> ListStateMachineVersionsOutput;
    /// Deletes a version. Fails if an alias routes to it; succeeds if it does not exist.
    DeleteStateMachineVersion: delete_state_machine_version(DeleteStateMachineVersionInput) -> Empty;
    /// Starts an execution of a state machine, a version, or the version that an alias selects by weight. The execution is recorded, not interpreted.
    StartExecution: start_execution(StartExecutionInput) -> StartExecutionOutput;
    /// Returns an execution. It is RUNNING until it is stopped.
    DescribeExecution: describe_execution(DescribeExecutionInput) -> DescribeExecutionOutput;
    /// Returns the state machine revision that an execution was started with.
    DescribeStateMachineForExecution: describe_state_machine_for_execution(DescribeStateMachineForExecutionInput) -> DescribeStateMachineForExecutionOutput;
    /// Lists the executions of a state machine, a version or an alias, newest first.
    ListExecutions: list_executions(ListExecutionsInput) -> ListExecutionsOutput;
    /// Stops an execution. It is ABORTED afterwards.
    StopExecution: stop_execution(StopExecutionInput) -> StopExecutionOutput;
    /// Adds tags to a state machine. Replaces the values of existing keys.
    TagResource: tag_resource(TagResourceInput) -> Empty;
    /// Removes tags from a state machine.
    UntagResource: untag_resource(UntagResourceInput) -> Empty;
    /// Lists the tags of a state machine.
    ListTagsForResource: list_tags_for_resource(ListTagsForResourceInput) -> ListTagsForResourceOutput;
    /// Checks that a definition is JSON with `StartAt` and `States`. Does not check the states.
    ValidateStateMachineDefinition: validate_state_machine_definition(ValidateStateMachineDefinitionInput) -> ValidateStateMachineDefinitionOutput;
}
