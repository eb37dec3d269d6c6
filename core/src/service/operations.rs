//! Executes the operations: the execution of each input, and the dispatch by name.

use super::call::{Call, RESPONSE_LOST, catch_panic};
use crate::command::{Request, ValidateDefinition, parse};
use crate::definition::{DefinitionError, find_definition_errors};
use crate::engine::{alias, ending, execution, history, state_machine, tags, version};
use crate::error::Result;
use crate::json::SerializeResponse;
use crate::model::StateMachine;
use crate::operation::Operation;
use crate::page::{Cursor, ListId, PageRequest};
use crate::wire::input::*;
use crate::wire::output::*;
use crate::wire::{AliasPage, DeserializeRequest, deserialize_request};
use serde::{Deserialize, Serialize};

/// A request that the service can execute.
pub(super) trait Execute: Request + Serialize {
    const OPERATION: Operation;
    type Output: Serialize;

    fn execute<'c>(command: Self::Command<'c>, call: &mut Call<'_>) -> Result<Self::Output>
    where
        Self: 'c;
}

/// Validates and executes a request, unless a fault applies to it.
pub(super) fn execute<I: Execute>(input: &I, call: &mut Call<'_>) -> Result<I::Output> {
    if !call.skips_faults {
        call.outcomes.check_faults(I::OPERATION, input, call.scope)?;
    }
    I::execute(parse(input, &call.context.options.limits)?, call)
}

/// Defines [`Execute::execute`]: either with the ARN of the state machine and the engine's function, or with an expression.
macro_rules! execute_function {
    ($access:ident |$command:ident| $arn:expr, $decide:path) => {
        execute_function! {
            $access |$command, call| call.$access($arn, |context| $decide(&$command, context))
        }
    };
    ($access:ident |$command:ident, $call:ident| $run:expr) => {
        fn execute<'c>($command: Self::Command<'c>, $call: &mut Call<'_>) -> Result<Self::Output>
        where
            Self: 'c,
        {
            $run
        }
    };
}

/// The output of the engine, which may be faster to serialize than the output of the method.
macro_rules! output_type {
    ($output:ident $reply:ident) => {
        $reply
    };
    ($output:ident) => {
        $output
    };
}

macro_rules! implement_operations {
    ($(
        $(#[$doc:meta])*
        $name:ident $method:ident {
            $input:ident => $output:ident $(from $reply:ident)?; [$($error:ident),* $(,)?]; $($run:tt)*
        }
    )*) => {
        $(
            impl Execute for $input<'_> {
                const OPERATION: Operation = Operation::$name;
                type Output = output_type!($output $($reply)?);

                execute_function!($($run)*);
            }
        )*

        /// Deserializes and executes a request, and serializes its response.
        pub(super) fn execute_request<K: SerializeResponse>(
            operation: Operation,
            request: &(impl DeserializeRequest + ?Sized),
            serializer: &K,
            call: &mut Call<'_>,
        ) -> Result<K::Output> {
            match operation {
                $(Operation::$name => execute_typed::<$input<'_>, K>(request, serializer, call),)*
            }
        }
    };
}

crate::for_each_operation!(implement_operations);

fn execute_typed<'s, I: Execute + Deserialize<'s>, K: SerializeResponse>(
    request: &'s (impl DeserializeRequest + ?Sized),
    serializer: &K,
    call: &mut Call<'_>,
) -> Result<K::Output> {
    let input: I = deserialize_request(request, &call.context.options.limits)?;
    let output = request.run_without_global_lock(|| execute(&input, call))?;
    catch_panic(RESPONSE_LOST, || serializer.write(&output))
}

/// Maximum number of diagnostics if the request does not specify one.
const DEFAULT_DIAGNOSTICS: usize = 100;

fn validate_definition(command: &ValidateDefinition<'_>) -> ValidateStateMachineDefinitionOutput {
    let diagnostic = |error: DefinitionError| Diagnostic {
        severity: "ERROR".to_owned(),
        code: error.code.to_owned(),
        message: error.message.clone(),
        location: error.into_diagnostic_location(),
    };
    let errors = find_definition_errors(command.definition);
    let limit = if command.max_results == 0 { DEFAULT_DIAGNOSTICS } else { command.max_results };
    let result = if errors.is_empty() { "OK" } else { "FAIL" }.to_owned();
    let truncated = errors.len() > limit;
    let diagnostics = errors.into_iter().take(limit).map(diagnostic).collect();
    ValidateStateMachineDefinitionOutput { result, diagnostics, truncated }
}

fn list_state_machines(page: PageRequest<'_>, call: &mut Call<'_>) -> Result<ListStateMachinesOutput> {
    let prefix = call.scope.state_machine_arn("");
    let list = ListId { operation: "ListStateMachines", arn: &prefix, variant: "" };
    let context = call.context;
    let (found, next_token) = context.read_page(
        list,
        page,
        |after, limit| fetch_state_machines(&prefix, after.map(|cursor| cursor.text), limit, call),
        |(arn, _)| Cursor { number: 0, text: arn.clone() },
    )?;
    let item = |(arn, machine): (String, StateMachine)| StateMachineListItem {
        creation_date: machine.created,
        name: arn.strip_prefix(&prefix).unwrap_or_default().to_owned(),
        state_machine_arn: arn,
        kind: machine.kind.as_str().to_owned(),
    };
    Ok(ListStateMachinesOutput { next_token, state_machines: found.into_iter().map(item).collect() })
}

/// Returns up to `limit` state machines in the order of their ARNs, without those whose deletion has ended.
fn fetch_state_machines(
    prefix: &str,
    mut after: Option<String>,
    limit: usize,
    call: &mut Call<'_>,
) -> Result<Vec<(String, StateMachine)>> {
    let mut found = Vec::new();
    loop {
        let remaining = limit.saturating_sub(found.len());
        let fetched = call.session.state_machines(prefix, after.as_deref(), remaining)?;
        let last_page = fetched.len() < remaining;
        after = fetched.last().map(|(arn, _)| arn.clone());
        let now = call.context.now;
        found.extend(fetched.into_iter().filter(|(_, machine)| machine.deleting_until.is_none_or(|until| now < until)));
        if last_page || found.len() >= limit {
            return Ok(found);
        }
    }
}
