//! The operations as methods: inputs and outputs shaped as AWS's.

use super::Aliases;
use crate::error::Result;
use crate::wire::input::*;
use crate::wire::output::*;

/// A method per operation.
macro_rules! methods {
    ($($(#[$doc:meta])* $method:ident($input:ident) -> $output:ident;)*) => {
        impl Aliases {
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
    /// Creates an alias; the same request again answers the original one.
    create_state_machine_alias(CreateStateMachineAliasInput) -> CreateStateMachineAliasOutput;
    /// Answers an alias.
    describe_state_machine_alias(DescribeStateMachineAliasInput) -> DescribeStateMachineAliasOutput;
    /// Lists a state machine's aliases, or those that lead to a version.
    list_state_machine_aliases(ListStateMachineAliasesInput) -> ListStateMachineAliasesOutput;
    /// Changes an alias's description, routing, or both at once.
    update_state_machine_alias(UpdateStateMachineAliasInput) -> UpdateStateMachineAliasOutput;
    /// Deletes an alias; one that is not there is no error.
    delete_state_machine_alias(DeleteStateMachineAliasInput) -> Empty;
    /// Creates a state machine, and with `publish` its version 1.
    create_state_machine(CreateStateMachineInput) -> CreateStateMachineOutput;
    /// Changes a state machine's content; with `publish` makes a version of it.
    update_state_machine(UpdateStateMachineInput) -> UpdateStateMachineOutput;
    /// Answers a state machine or a version.
    describe_state_machine(DescribeStateMachineInput) -> DescribeStateMachineOutput;
    /// Lists the state machines of this scope by name.
    list_state_machines(ListStateMachinesInput) -> ListStateMachinesOutput;
    /// Deletes a state machine with its versions, aliases and executions.
    delete_state_machine(DeleteStateMachineInput) -> Empty;
    /// Publishes the current content; one version a revision.
    publish_state_machine_version(PublishStateMachineVersionInput) -> PublishStateMachineVersionOutput;
    /// Lists a state machine's versions, highest number first.
    list_state_machine_versions(ListStateMachineVersionsInput) -> ListStateMachineVersionsOutput;
    /// Deletes a version, unless an alias leads to it.
    delete_state_machine_version(DeleteStateMachineVersionInput) -> Empty;
    /// Starts a state machine, a version, or the version that an alias's weights draw. The execution is recorded, not interpreted.
    start_execution(StartExecutionInput) -> StartExecutionOutput;
    /// Answers an execution: RUNNING until stopped.
    describe_execution(DescribeExecutionInput) -> DescribeExecutionOutput;
    /// Answers the content that an execution was started with.
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
    /// Checks that a definition is JSON with `StartAt` and `States`, and no more.
    validate_state_machine_definition(ValidateStateMachineDefinitionInput) -> ValidateStateMachineDefinitionOutput;
}
