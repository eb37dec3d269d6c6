//! The operations as methods, named and shaped as the SDK's commands.

use crate::aliases::Aliases;
use napi::bindgen_prelude::{Env, Unknown};
use napi_derive::napi;

/// A method per operation.
macro_rules! methods {
    ($($(#[$doc:meta])* $method:ident = $operation:ident($input:tt) -> $answer:tt;)*) => {
        #[napi]
        impl Aliases {
            $(
                $(#[$doc])*
                #[napi(catch_unwind, ts_args_type = $input, ts_return_type = $answer)]
                pub fn $method<'e>(&self, env: &'e Env, input: Unknown<'e>) -> napi::Result<Unknown<'e>> {
                    self.run(env, stringify!($operation).to_owned(), &input)
                }
            )*
        }
    };
}

methods! {
    /// Creates an alias; the same request again answers the original one.
    create_state_machine_alias = CreateStateMachineAlias("input: CreateStateMachineAliasInput")
        -> "Promise<CreateStateMachineAliasOutput>";
    /// Answers an alias.
    describe_state_machine_alias = DescribeStateMachineAlias("input: DescribeStateMachineAliasInput")
        -> "Promise<DescribeStateMachineAliasOutput>";
    /// Lists a state machine's aliases, or those that lead to a version.
    list_state_machine_aliases = ListStateMachineAliases("input: ListStateMachineAliasesInput")
        -> "Promise<ListStateMachineAliasesOutput>";
    /// Changes an alias's description, routing, or both at once.
    update_state_machine_alias = UpdateStateMachineAlias("input: UpdateStateMachineAliasInput")
        -> "Promise<UpdateStateMachineAliasOutput>";
    /// Deletes an alias; one that is not there is no error.
    delete_state_machine_alias = DeleteStateMachineAlias("input: DeleteStateMachineAliasInput")
        -> "Promise<DeleteStateMachineAliasOutput>";
    /// Creates a state machine, and with `publish` its version 1.
    create_state_machine = CreateStateMachine("input: CreateStateMachineInput")
        -> "Promise<CreateStateMachineOutput>";
    /// Changes a state machine's content; with `publish` makes a version of it.
    update_state_machine = UpdateStateMachine("input: UpdateStateMachineInput")
        -> "Promise<UpdateStateMachineOutput>";
    /// Answers a state machine or a version.
    describe_state_machine = DescribeStateMachine("input: DescribeStateMachineInput")
        -> "Promise<DescribeStateMachineOutput>";
    /// Lists the state machines of this scope by name.
    list_state_machines = ListStateMachines("input?: ListStateMachinesInput")
        -> "Promise<ListStateMachinesOutput>";
    /// Deletes a state machine with its versions, aliases and executions.
    delete_state_machine = DeleteStateMachine("input: DeleteStateMachineInput")
        -> "Promise<DeleteStateMachineOutput>";
    /// Publishes the current content; one version a revision.
    publish_state_machine_version = PublishStateMachineVersion("input: PublishStateMachineVersionInput")
        -> "Promise<PublishStateMachineVersionOutput>";
    /// Lists a state machine's versions, highest number first.
    list_state_machine_versions = ListStateMachineVersions("input: ListStateMachineVersionsInput")
        -> "Promise<ListStateMachineVersionsOutput>";
    /// Deletes a version, unless an alias leads to it.
    delete_state_machine_version = DeleteStateMachineVersion("input: DeleteStateMachineVersionInput")
        -> "Promise<DeleteStateMachineVersionOutput>";
    /// Starts a state machine, a version, or the version that an alias's weights draw. The execution is recorded, not interpreted.
    start_execution = StartExecution("input: StartExecutionInput")
        -> "Promise<StartExecutionOutput>";
    /// Answers an execution: RUNNING until stopped.
    describe_execution = DescribeExecution("input: DescribeExecutionInput")
        -> "Promise<DescribeExecutionOutput>";
    /// Answers the content that an execution was started with.
    describe_state_machine_for_execution = DescribeStateMachineForExecution("input: DescribeStateMachineForExecutionInput")
        -> "Promise<DescribeStateMachineForExecutionOutput>";
    /// Lists executions of a state machine, a version or an alias, newest first.
    list_executions = ListExecutions("input?: ListExecutionsInput")
        -> "Promise<ListExecutionsOutput>";
    /// Stops an execution.
    stop_execution = StopExecution("input: StopExecutionInput")
        -> "Promise<StopExecutionOutput>";
    /// Sets tags of a state machine.
    tag_resource = TagResource("input: TagResourceInput")
        -> "Promise<TagResourceOutput>";
    /// Removes tags of a state machine.
    untag_resource = UntagResource("input: UntagResourceInput")
        -> "Promise<UntagResourceOutput>";
    /// Lists the tags of a state machine.
    list_tags_for_resource = ListTagsForResource("input: ListTagsForResourceInput")
        -> "Promise<ListTagsForResourceOutput>";
    /// Checks that a definition is JSON with `StartAt` and `States`, and no more.
    validate_state_machine_definition = ValidateStateMachineDefinition("input: ValidateStateMachineDefinitionInput")
        -> "Promise<ValidateStateMachineDefinitionOutput>";
}
