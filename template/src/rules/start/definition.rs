//! State machines that a definition's states start.

use super::Start;
use crate::read::read;
use crate::resolve::{Part, Symbol};
use crate::resources::{Resource, View};
use crate::tree::Node;

/// Stands in a definition's text for what is not known of it.
const MARK: &str = "sfn-alias-part-";

pub(super) fn starts_in_definition<'t>(view: View<'_, 't>, machine: &Resource<'t>) -> Vec<Start<'t>> {
    let mut found = Vec::new();
    if let Some(definition) = view.property(machine, "Definition").node() {
        for node in started(definition) {
            found.extend(view.symbol(Some(node)).map(|symbol| ("Properties/Definition".to_owned(), symbol)));
        }
    }
    if let Some(text) = view.text(view.property(machine, "DefinitionString")) {
        found.extend(in_text(&text).into_iter().map(|symbol| ("Properties/DefinitionString".to_owned(), symbol)));
    }
    for (_, symbol) in &mut found {
        if let Some(substituted) = substitution(view, machine, symbol) {
            *symbol = substituted;
        }
    }
    found
}

/// The ARNs of the tasks that start executions.
fn started<'n, 't>(definition: &'n Node<'t>) -> Vec<&'n Node<'t>> {
    let mut found = Vec::new();
    definition.walk(&mut |state| {
        let starts = state.get("Resource").and_then(Node::text).is_some_and(is_start);
        let arguments = ["Parameters", "Arguments"].into_iter().filter_map(|name| state.get(name));
        if starts {
            found.extend(arguments.filter_map(|arguments| arguments.get("StateMachineArn")));
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

/// The started ARNs of a definition in a text, with a mark for every part that is not known.
fn in_text<'t>(definition: &Symbol<'t>) -> Vec<Symbol<'t>> {
    let marked = |(index, part): (usize, &Part<'t>)| match part {
        Part::Text(text) => text.to_string(),
        // A partition in a service's own ARN does not matter.
        Part::Pseudo(name) if name == "AWS::Partition" => "aws".to_owned(),
        _ => format!("{MARK}{index}."),
    };
    let text: String = definition.parts().iter().enumerate().map(marked).collect();
    // What is no JSON once its parts are put in is not known.
    let Ok(tree) = read(text.as_bytes()) else { return Vec::new() };
    started(&tree).into_iter().filter_map(|node| Some(restored(node.text()?, definition.parts()))).collect()
}

/// Puts the parts in place of their marks.
fn restored<'t>(text: &str, parts: &[Part<'t>]) -> Symbol<'t> {
    let mut symbol = Symbol::default();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(MARK) {
        let Some((index, after)) = behind.split_once('.') else { return Symbol::unknown() };
        symbol.push(Part::Text(before.to_owned().into()));
        symbol.push(index.parse::<usize>().ok().and_then(|index| parts.get(index)).cloned().unwrap_or(Part::Unknown));
        rest = after;
    }
    symbol.push(Part::Text(rest.to_owned().into()));
    symbol
}

/// The value of `DefinitionSubstitutions` that a text `${NAME}` stands for.
fn substitution<'t>(view: View<'_, 't>, machine: &Resource<'t>, symbol: &Symbol<'t>) -> Option<Symbol<'t>> {
    let name = symbol.text()?.strip_prefix("${")?.strip_suffix('}')?;
    let substitutions = view.property(machine, "DefinitionSubstitutions").node()?;
    view.text(view.member(Some(substitutions), name))
}
