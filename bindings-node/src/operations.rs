//! One method per operation, with the input and output of the SDK command.

use crate::service::StepFunctions;
use napi::bindgen_prelude::{Env, Unknown};
use napi_derive::napi;
use sfn_alias::Operation;

/// Declares one method per operation. The documentation is a plain string: `macro_rules` turns `///` into a raw
/// string, whose `r"` prefix napi-rs copies to `index.d.ts`.
macro_rules! methods {
    ($($doc:tt $method:ident = $operation:ident($input:tt) -> $output:tt;)*) => {
        #[napi]
        impl StepFunctions {
            $(
                #[doc = $doc]
                #[napi(catch_unwind, ts_args_type = $input, ts_return_type = $output)]
                pub fn $method<'e>(&self, env: &'e Env, input: Unknown<'e>) -> napi::Result<Unknown<'e>> {
                    self.run_operation(env, stringify!($operation).to_owned(), &input)
                }
            )*
        }

        /// Does not compile if an operation of the core has no method.
        const _: fn(Operation) = |operation| match operation { $(Operation::$operation => {})* };
    };
}

methods! {
    "Creates an alias for one or two versions. Repeating the same request returns the existing alias."
    create_state_machine_alias = CreateStateMachineAlias("input: CreateStateMachineAliasInput")
        -> "Promise<CreateStateMachineAliasOutput>";
    "Returns an alias."
    describe_state_machine_alias = DescribeStateMachineAlias("input: DescribeStateMachineAliasInput")
        -> "Promise<DescribeStateMachineAliasOutput>";
    "Lists the aliases of a state machine, or those that route to a version, oldest first."
    list_state_machine_aliases = ListStateMachineAliases("input: ListStateMachineAliasesInput")
        -> "Promise<ListStateMachineAliasesOutput>";
    "Updates the description of an alias, its routing configuration, or both."
    update_state_machine_alias = UpdateStateMachineAlias("input: UpdateStateMachineAliasInput")
        -> "Promise<UpdateStateMachineAliasOutput>";
    "Deletes an alias. Succeeds if it does not exist."
    delete_state_machine_alias = DeleteStateMachineAlias("input: DeleteStateMachineAliasInput")
        -> "Promise<DeleteStateMachineAliasOutput>";
    "Creates a state machine. With `publish`, also publishes version 1. Repeating the same request returns the existing state machine."
    create_state_machine = CreateStateMachine("input: CreateStateMachineInput")
        -> "Promise<CreateStateMachineOutput>";
    "Updates a state machine. With `publish`, also publishes the current revision as a version."
    update_state_machine = UpdateStateMachine("input: UpdateStateMachineInput")
        -> "Promise<UpdateStateMachineOutput>";
    "Returns a state machine, or one of its versions."
    describe_state_machine = DescribeStateMachine("input: DescribeStateMachineInput")
        -> "Promise<DescribeStateMachineOutput>";
    "Lists the state machines of this account and region, ordered by name."
    list_state_machines = ListStateMachines("input?: ListStateMachinesInput")
        -> "Promise<ListStateMachinesOutput>";
    "Deletes a state machine with its versions, aliases, executions and tags. Succeeds if it does not exist."
    delete_state_machine = DeleteStateMachine("input: DeleteStateMachineInput")
        -> "Promise<DeleteStateMachineOutput>";
    "Publishes the current revision as a version. Returns the existing version if the revision is already published."
    publish_state_machine_version = PublishStateMachineVersion("input: PublishStateMachineVersionInput")
        -> "Promise<PublishStateMachineVersionOutput>";
    "Lists the versions of a state machine, highest number first."
    list_state_machine_versions = ListStateMachineVersions("input: ListStateMachineVersionsInput")
        -> "Promise<ListStateMachineVersionsOutput>";
    "Deletes a version. Fails if an alias routes to it; succeeds if it does not exist."
    delete_state_machine_version = DeleteStateMachineVersion("input: DeleteStateMachineVersionInput")
        -> "Promise<DeleteStateMachineVersionOutput>";
    "Starts an execution of a state machine, a version, or the version that an alias selects by weight. The execution is recorded, not interpreted."
    start_execution = StartExecution("input: StartExecutionInput")
        -> "Promise<StartExecutionOutput>";
    "Returns an execution. It is RUNNING until it is stopped."
    describe_execution = DescribeExecution("input: DescribeExecutionInput")
        -> "Promise<DescribeExecutionOutput>";
    "Returns the state machine revision that an execution was started with."
    describe_state_machine_for_execution = DescribeStateMachineForExecution("input: DescribeStateMachineForExecutionInput")
        -> "Promise<DescribeStateMachineForExecutionOutput>";
    "Lists the executions of a state machine, a version or an alias, newest first."
    list_executions = ListExecutions("input?: ListExecutionsInput")
        -> "Promise<ListExecutionsOutput>";
    "Stops an execution. It is ABORTED afterwards."
    stop_execution = StopExecution("input: StopExecutionInput")
        -> "Promise<StopExecutionOutput>";
    "Adds tags to a state machine. Replaces the values of existing keys."
    tag_resource = TagResource("input: TagResourceInput")
        -> "Promise<TagResourceOutput>";
    "Removes tags from a state machine."
    untag_resource = UntagResource("input: UntagResourceInput")
        -> "Promise<UntagResourceOutput>";
    "Lists the tags of a state machine."
    list_tags_for_resource = ListTagsForResource("input: ListTagsForResourceInput")
        -> "Promise<ListTagsForResourceOutput>";
    "Checks that a definition is JSON with `StartAt` and `States`. Does not check the states."
    validate_state_machine_definition = ValidateStateMachineDefinition("input: ValidateStateMachineDefinitionInput")
        -> "Promise<ValidateStateMachineDefinitionOutput>";
}
