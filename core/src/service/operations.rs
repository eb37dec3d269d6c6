//! One method per operation, with the inputs and outputs of AWS.

use super::StepFunctions;
use crate::error::Result;
use crate::wire::input::*;
use crate::wire::output::*;

/// Defines a method per operation.
macro_rules! methods {
    ($($(#[$doc:meta])* $method:ident($input:ident) -> $output:ident;)*) => {
        impl StepFunctions {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// The error that AWS would return, or [`crate::Error::Store`].
                pub fn $method(&self, input: &$input<'_>) -> Result<$output> {
                    self.execute(input).map(Into::into)
                }
            )*
        }
    };
}

methods! {
    /// Creates an alias for one or two versions. Repeating the same request returns the existing alias.
    create_state_machine_alias(CreateStateMachineAliasInput) -> CreateStateMachineAliasOutput;
    /// Returns an alias.
    describe_state_machine_alias(DescribeStateMachineAliasInput) -> DescribeStateMachineAliasOutput;
    /// Lists the aliases of a state machine, or those that route to a version, oldest first.
    list_state_machine_aliases(ListStateMachineAliasesInput) -> ListStateMachineAliasesOutput;
    /// Updates the description of an alias, its routing configuration, or both.
    update_state_machine_alias(UpdateStateMachineAliasInput) -> UpdateStateMachineAliasOutput;
    /// Deletes an alias. Succeeds if it does not exist.
    delete_state_machine_alias(DeleteStateMachineAliasInput) -> Empty;
    /// Creates a state machine. With `publish`, also publishes version 1. Repeating the same request returns the existing state machine.
    create_state_machine(CreateStateMachineInput) -> CreateStateMachineOutput;
    /// Updates a state machine. With `publish`, also publishes the current revision as a version.
    update_state_machine(UpdateStateMachineInput) -> UpdateStateMachineOutput;
    /// Returns a state machine, or one of its versions.
    describe_state_machine(DescribeStateMachineInput) -> DescribeStateMachineOutput;
    /// Lists the state machines of this account and region, ordered by name.
    list_state_machines(ListStateMachinesInput) -> ListStateMachinesOutput;
    /// Deletes a state machine with its versions, aliases, executions and tags. Succeeds if it does not exist.
    delete_state_machine(DeleteStateMachineInput) -> Empty;
    /// Publishes the current revision as a version. Returns the existing version if the revision is already published.
    publish_state_machine_version(PublishStateMachineVersionInput) -> PublishStateMachineVersionOutput;
    /// Lists the versions of a state machine, highest number first.
    list_state_machine_versions(ListStateMachineVersionsInput) -> ListStateMachineVersionsOutput;
    /// Deletes a version. Fails if an alias routes to it; succeeds if it does not exist.
    delete_state_machine_version(DeleteStateMachineVersionInput) -> Empty;
    /// Starts an execution of a state machine, a version, or the version that an alias selects by weight. The execution is recorded, not interpreted.
    start_execution(StartExecutionInput) -> StartExecutionOutput;
    /// Returns an execution. It is RUNNING until it is stopped.
    describe_execution(DescribeExecutionInput) -> DescribeExecutionOutput;
    /// Returns the state machine revision that an execution was started with.
    describe_state_machine_for_execution(DescribeStateMachineForExecutionInput) -> DescribeStateMachineForExecutionOutput;
    /// Lists the executions of a state machine, a version or an alias, newest first.
    list_executions(ListExecutionsInput) -> ListExecutionsOutput;
    /// Stops an execution. It is ABORTED afterwards.
    stop_execution(StopExecutionInput) -> StopExecutionOutput;
    /// Adds tags to a state machine. Replaces the values of existing keys.
    tag_resource(TagResourceInput) -> Empty;
    /// Removes tags from a state machine.
    untag_resource(UntagResourceInput) -> Empty;
    /// Lists the tags of a state machine.
    list_tags_for_resource(ListTagsForResourceInput) -> ListTagsForResourceOutput;
    /// Checks that a definition is JSON with `StartAt` and `States`. Does not check the states.
    validate_state_machine_definition(ValidateStateMachineDefinitionInput) -> ValidateStateMachineDefinitionOutput;
}
