//! The operations as methods: inputs and outputs shaped as AWS's.

use super::StepFunctions;
use crate::error::Result;
use crate::wire::input::*;
use crate::wire::output::*;

/// A method per operation.
macro_rules! methods {
    ($($(#[$doc:meta])* $method:ident($input:ident) -> $output:ident;)*) => {
        impl StepFunctions {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// What AWS would answer, or [`crate::Error::Store`].
                pub fn $method(&self, input: &$input<'_>) -> Result<$output> {
                    self.run(input)
                }
            )*
        }
    };
}

methods! {
    /// Creates an alias. Idempotent: repeating the request returns the original alias.
    create_state_machine_alias(CreateStateMachineAliasInput) -> CreateStateMachineAliasOutput;
    /// Returns an alias.
    describe_state_machine_alias(DescribeStateMachineAliasInput) -> DescribeStateMachineAliasOutput;
    /// Lists the aliases of a state machine, or those that route to a version.
    list_state_machine_aliases(ListStateMachineAliasesInput) -> ListStateMachineAliasesOutput;
    /// Changes an alias's description, routing, or both at once.
    update_state_machine_alias(UpdateStateMachineAliasInput) -> UpdateStateMachineAliasOutput;
    /// Deletes an alias. Succeeds if it does not exist.
    delete_state_machine_alias(DeleteStateMachineAliasInput) -> Empty;
    /// Creates a state machine. With `publish`, also publishes version 1.
    create_state_machine(CreateStateMachineInput) -> CreateStateMachineOutput;
    /// Updates a state machine. With `publish`, also publishes the new revision as a version.
    update_state_machine(UpdateStateMachineInput) -> UpdateStateMachineOutput;
    /// Returns a state machine or a version.
    describe_state_machine(DescribeStateMachineInput) -> DescribeStateMachineOutput;
    /// Lists the state machines of this scope by name.
    list_state_machines(ListStateMachinesInput) -> ListStateMachinesOutput;
    /// Deletes a state machine with its versions, aliases and executions.
    delete_state_machine(DeleteStateMachineInput) -> Empty;
    /// Publishes the current revision as a version. A revision has at most one version.
    publish_state_machine_version(PublishStateMachineVersionInput) -> PublishStateMachineVersionOutput;
    /// Lists a state machine's versions, highest number first.
    list_state_machine_versions(ListStateMachineVersionsInput) -> ListStateMachineVersionsOutput;
    /// Deletes a version, unless an alias routes to it.
    delete_state_machine_version(DeleteStateMachineVersionInput) -> Empty;
    /// Starts a state machine, a version, or the version selected by an alias's weights. The execution is recorded, not interpreted.
    start_execution(StartExecutionInput) -> StartExecutionOutput;
    /// Returns an execution. It is RUNNING until it is stopped.
    describe_execution(DescribeExecutionInput) -> DescribeExecutionOutput;
    /// Returns the state machine revision that an execution was started with.
    describe_state_machine_for_execution(DescribeStateMachineForExecutionInput) -> DescribeStateMachineForExecutionOutput;
    /// Lists executions of a state machine, a version or an alias, newest first.
    list_executions(ListExecutionsInput) -> ListExecutionsOutput;
    /// Stops an execution.
    stop_execution(StopExecutionInput) -> StopExecutionOutput;
    /// Sets tags of a state machine.
    tag_resource(TagResourceInput) -> Empty;
    /// Removes tags of a state machine.
    untag_resource(UntagResourceInput) -> Empty;
    /// Lists the tags of a state machine.
    list_tags_for_resource(ListTagsForResourceInput) -> ListTagsForResourceOutput;
    /// Checks only that a definition is JSON with `StartAt` and `States`.
    validate_state_machine_definition(ValidateStateMachineDefinitionInput) -> ValidateStateMachineDefinitionOutput;
}
