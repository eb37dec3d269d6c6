//! Finds state machines that the states of a definition start.

use super::Start;
use crate::embedded::parsed_content;
use crate::resolve::SymbolicText;
use crate::resources::{Resource, View};
use crate::tree::Node;

pub(super) fn find_starts_in_definition<'t>(view: View<'_, 't>, machine: &Resource<'t>) -> Vec<Start<'t>> {
    let mut found = Vec::new();
    for member in ["Definition", "DefinitionString"] {
        let Some(definition) = view.property(machine, member).node() else { continue };
        for symbol in find_started_arns(view, parsed_content(definition)) {
            let symbol = resolve_substitution(view, machine, &symbol).unwrap_or(symbol);
            found.push((format!("Properties/{member}"), symbol));
        }
    }
    found
}

/// Returns the ARNs in tasks that start executions.
fn find_started_arns<'t>(view: View<'_, 't>, definition: &'t Node<'t>) -> Vec<SymbolicText<'t>> {
    let mut found = Vec::new();
    definition.walk(&mut |state| {
        let resource = state.get("Resource").and_then(|node| view.symbol(Some(node))?.example_text());
        if resource.is_some_and(|resource| is_start(&resource)) {
            let arguments = ["Parameters", "Arguments"].map(|name| view.member(Some(state), name).node());
            let arns = arguments.into_iter().flatten().map(|node| view.member(Some(node), "StateMachineArn"));
            found.extend(arns.filter_map(|arn| view.text(arn)));
        }
    });
    found
}

fn is_start(resource: &str) -> bool {
    let action = resource.rsplit(":::").next().unwrap_or_default();
    ["states:startExecution", "aws-sdk:sfn:startExecution", "aws-sdk:sfn:startSyncExecution"]
        .into_iter()
        .any(|start| action.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

/// Resolves `${NAME}` with `DefinitionSubstitutions`.
fn resolve_substitution<'t>(
    view: View<'_, 't>,
    machine: &Resource<'t>,
    symbol: &SymbolicText<'t>,
) -> Option<SymbolicText<'t>> {
    let name = symbol.text()?.strip_prefix("${")?.strip_suffix('}')?;
    let substitutions = view.property(machine, "DefinitionSubstitutions").node()?;
    view.template.resolver.consume_search_steps(substitutions).then_some(())?;
    view.text(view.member(Some(substitutions), name))
}
