//! Reads which operations a policy document allows or denies.

use super::document::{find_documents, find_execution_policies};
use super::external_grants::{any_item, has_no_macro};
use crate::operations::{Operations, WILDCARDS};
use crate::resolve::{Part, Selected, SymbolicText};
use crate::resources::{Resource, View};
use crate::target::{ArnTarget, Qualifier, StateMachineIdentity};
use crate::tree::Node;
use std::borrow::Cow;

/// The effect of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

/// A resource on which a statement allows or denies operations.
#[derive(Debug, Clone)]
pub(super) struct Grant<'t> {
    pub path: String,
    pub symbol: SymbolicText<'t>,
    pub effect: Effect,
    /// The first action in the document that allows a start.
    pub start_action: Option<String>,
    pub resource_match: ResourceMatch<'t>,
    /// The operations that the statement certainly contains.
    pub certain: Operations,
    /// The operations that it may contain.
    pub possible: Operations,
    /// Whether a SAM policy template contains the statement.
    pub is_sam_template: bool,
}

/// What a resource pattern of a statement matches.
#[derive(Debug, Clone)]
pub(super) enum ResourceMatch<'t> {
    /// Only versions or aliases.
    Qualified(ArnTarget<'t>),
    /// A state machine.
    StateMachine(StateMachineIdentity<'t>),
    /// Nothing that can be started, for example executions.
    Nothing,
    /// Unknown, or several state machines.
    Unknown,
}

impl Grant<'_> {
    /// A grant that may allow anything.
    fn unknown() -> Self {
        Self {
            path: String::new(),
            symbol: SymbolicText::unknown(),
            effect: Effect::Allow,
            start_action: None,
            resource_match: ResourceMatch::Unknown,
            certain: Operations::NONE,
            possible: Operations::ALL,
            is_sam_template: false,
        }
    }
}

/// Returns the grants of the policy documents of a resource.
pub(super) fn resource_grants<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> Vec<Grant<'t>> {
    let documents = find_documents(view, resource);
    let mut grants: Vec<Grant<'t>> =
        documents.into_iter().flat_map(|(path, node)| collect_grants(view, &path, node)).collect();
    let templates = find_execution_policies(view, resource);
    grants.extend(templates.into_iter().filter_map(|(path, name)| read_execution_policy(view, path, name)));
    grants
}

/// Returns the grant of a SAM policy template, which adds a name to the start of an ARN.
fn read_execution_policy<'t>(view: View<'_, 't>, path: String, name: Selected<'t>) -> Option<Grant<'t>> {
    const ARN: [Part<'_>; 6] = [
        Part::Text(Cow::Borrowed("arn:")),
        Part::Pseudo(Cow::Borrowed("AWS::Partition")),
        Part::Text(Cow::Borrowed(":states:")),
        Part::Pseudo(Cow::Borrowed("AWS::Region")),
        Part::Text(Cow::Borrowed(":")),
        Part::Pseudo(Cow::Borrowed("AWS::AccountId")),
    ];
    let name = view.text(name)?;
    let mut arn = SymbolicText::default();
    ARN.into_iter().for_each(|part| arn.push(part));
    arn.push(Part::Text(":stateMachine:".into()));
    arn.append(name);
    Some(Grant {
        path,
        resource_match: match_resource(view, &arn),
        symbol: arn,
        start_action: Some("states:StartExecution".to_owned()),
        certain: Operations::START,
        possible: Operations::NONE,
        is_sam_template: true,
        ..Grant::unknown()
    })
}

/// Returns the grants of a document.
fn collect_grants<'t>(view: View<'_, 't>, path: &str, document: &'t Node<'t>) -> Vec<Grant<'t>> {
    let statements = view.member(Some(document), "Statement");
    if !has_no_macro(document) || any_item(view, statements, |statement| !has_no_macro(statement)) {
        return vec![Grant::unknown()];
    }
    let mut found = Vec::new();
    for (index, statement) in view.known_items(statements) {
        let path = match index {
            Some(index) => format!("{path}/Statement/{index}/Resource"),
            None => format!("{path}/Statement/Resource"),
        };
        found.extend(statement_grants(view, &path, statement));
    }
    found
}

fn statement_grants<'t>(view: View<'_, 't>, path: &str, statement: &'t Node<'t>) -> Vec<Grant<'t>> {
    let effect = view.text(view.member(Some(statement), "Effect"));
    let mut actions = find_actions(view, statement);
    let effect = match effect.as_ref().map(|effect| effect.text()) {
        Some(Some("Allow")) => Effect::Allow,
        Some(Some("Deny")) => Effect::Deny,
        Some(None) => {
            actions.possible |= actions.certain;
            actions.certain = Operations::NONE;
            Effect::Allow
        }
        _ => return Vec::new(),
    };
    if (actions.certain | actions.possible).is_empty() {
        return Vec::new();
    }
    let unknown = || Grant { effect, possible: actions.certain | actions.possible, ..Grant::unknown() };
    let resources = view.member(Some(statement), "Resource");
    let mut found = Vec::new();
    // `NotResource` allows all other resources.
    if matches!(resources, Selected::Absent | Selected::Unknown) {
        found.push(unknown());
    }
    for (index, node) in view.known_items(resources) {
        let Some(symbol) = view.symbol(Some(node)) else { continue };
        let path = index.map_or_else(|| path.to_owned(), |index| format!("{path}/{index}"));
        found.push(Grant {
            path,
            resource_match: match_resource(view, &symbol),
            symbol,
            effect,
            start_action: actions.start.clone(),
            certain: actions.certain,
            possible: actions.possible,
            is_sam_template: false,
        });
    }
    if any_item(view, resources, |_| false) {
        found.push(unknown());
    }
    found
}

/// The operations of a statement.
#[derive(Default)]
struct StatementActions {
    certain: Operations,
    possible: Operations,
    /// The first action that contains a start. For a pattern, the matched action.
    start: Option<String>,
}

fn find_actions<'t>(view: View<'_, 't>, statement: &'t Node<'t>) -> StatementActions {
    let actions = view.member(Some(statement), "Action");
    if matches!(actions, Selected::Absent) {
        return find_actions_not_excluded(view, statement);
    }
    let mut found = StatementActions::default();
    for (_, node) in view.known_items(actions) {
        let symbol = view.symbol(Some(node));
        let Some(pattern) = symbol.as_ref().and_then(SymbolicText::text) else { continue };
        let operations = Operations::from_action(pattern);
        if found.start.is_none() && operations.intersects(Operations::START) {
            let matched = (operations & Operations::START).names().first().copied().unwrap_or_default();
            found.start = Some(if pattern.contains(WILDCARDS) { matched } else { pattern }.to_owned());
        }
        found.certain |= operations;
    }
    if any_item(view, actions, |node| !is_text(view, node)) {
        found.possible = Operations::ALL;
    }
    found
}

/// Returns the start that `NotAction` does not exclude.
fn find_actions_not_excluded<'t>(view: View<'_, 't>, statement: &'t Node<'t>) -> StatementActions {
    let excluded = view.member(Some(statement), "NotAction");
    match excluded {
        Selected::Absent => return StatementActions::default(),
        _ if any_item(view, excluded, |node| !is_text(view, node)) => {
            return StatementActions { possible: Operations::ALL, ..StatementActions::default() };
        }
        _ => {}
    }
    let symbols = view.known_items(excluded).into_iter().filter_map(|(_, node)| view.symbol(Some(node)));
    let patterns = symbols.map(|symbol| symbol.text().map(Operations::from_action).unwrap_or_default());
    let excluded = patterns.fold(Operations::NONE, |all, operations| all | operations);
    let starts = Operations::START.exclude(excluded);
    StatementActions {
        certain: starts,
        possible: Operations::ALL.exclude(excluded),
        start: starts.names().first().map(|name| (*name).to_owned()),
    }
}

fn is_text<'t>(view: View<'_, 't>, node: &'t Node<'t>) -> bool {
    view.symbol(Some(node)).is_some_and(|symbol| symbol.text().is_some())
}

fn match_resource<'t>(view: View<'_, 't>, symbol: &SymbolicText<'t>) -> ResourceMatch<'t> {
    if let Some(target) = view.resolve_arn(symbol) {
        return match (target.qualifier.clone(), target.state_machine.clone()) {
            (Qualifier::None, Some(machine)) => ResourceMatch::StateMachine(machine),
            (Qualifier::None, None) => ResourceMatch::Unknown,
            _ => ResourceMatch::Qualified(target),
        };
    }
    if let Some(machine) = qualified_by_pattern(view, symbol) {
        return ResourceMatch::Qualified(ArnTarget {
            state_machine: machine,
            qualifier: Qualifier::Alias(Some(last_part(symbol))),
        });
    }
    let text = symbol.to_sub_pattern();
    if symbol.is_known() && (text.contains(":execution:") || text.contains(":express:")) {
        return ResourceMatch::Nothing;
    }
    ResourceMatch::Unknown
}

/// Returns the text after the last colon outside `${...}`.
fn last_part(symbol: &SymbolicText<'_>) -> String {
    let parts = symbol.parts();
    let with_colon = |part: &Part<'_>| matches!(part, Part::Text(text) if text.contains(':'));
    let Some(at) = parts.iter().rposition(with_colon) else { return String::new() };
    let mut last = SymbolicText::default();
    for (index, part) in parts.iter().enumerate().skip(at) {
        match part {
            Part::Text(text) if index == at => {
                last.push(Part::Text(text.rsplit(':').next().unwrap_or_default().to_owned().into()));
            }
            part => last.push(part.clone()),
        }
    }
    last.to_sub_pattern()
}

/// Returns the state machine before a colon. A state machine ARN contains no further colon.
fn qualified_by_pattern<'t>(view: View<'_, 't>, symbol: &SymbolicText<'t>) -> Option<Option<StateMachineIdentity<'t>>> {
    match symbol.parts() {
        [part, Part::Text(text), ..] if text.starts_with(':') => {
            let target = view.resolve_arn(&SymbolicText::from_part(part.clone()))?;
            (target.qualifier == Qualifier::None).then_some(target.state_machine)
        }
        parts => colon_after_name(parts).then_some(None),
    }
}

/// Returns whether a colon follows the name in `...:stateMachine:NAME`.
fn colon_after_name(parts: &[Part<'_>]) -> bool {
    const KIND: &str = ":stateMachine:";
    let texts = parts.iter().map(|part| match part {
        Part::Text(text) => text.as_ref(),
        _ => "",
    });
    let mut behind = texts.skip_while(|text| !text.contains(KIND));
    let first = behind.next().and_then(|text| text.split_once(KIND)).map(|(_, name)| name);
    first.is_some_and(|name| name.contains(':')) || behind.any(|text| text.contains(':'))
}
