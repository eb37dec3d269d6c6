//! Reads what a policy document allows to start.

use super::document::find_documents;
use super::external_grants::{any_item, has_no_macro};
use crate::resolve::{Part, Selected, SymbolicText};
use crate::resources::{Resource, View};
use crate::target::{ArnTarget, Qualifier, StateMachineIdentity};
use crate::tree::Node;

const ACTIONS: [&str; 2] = ["states:StartExecution", "states:StartSyncExecution"];

/// A resource that may be started.
#[derive(Debug, Clone)]
pub(super) struct Grant<'t> {
    pub path: String,
    pub symbol: SymbolicText<'t>,
    /// The action in the document.
    pub action: String,
    pub resource_match: ResourceMatch<'t>,
    /// Whether the statement certainly allows it.
    pub is_certain: bool,
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

impl<'t> Grant<'t> {
    /// A grant that may allow anything.
    fn unknown() -> Self {
        let (path, action, resource_match) = (String::new(), String::new(), ResourceMatch::Unknown);
        Self { path, symbol: SymbolicText::unknown(), action, resource_match, is_certain: false }
    }
}

/// Returns the grants of the policy documents of a resource.
pub(super) fn resource_grants<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> Vec<Grant<'t>> {
    find_documents(view, resource).into_iter().flat_map(|(path, node)| collect_grants(view, &path, node)).collect()
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
    let Some(action) = find_start_action(view, statement) else { return Vec::new() };
    let is_certain = match effect.as_ref().map(|effect| effect.text()) {
        Some(Some("Allow")) => !action.is_empty(),
        Some(None) => false,
        _ => return Vec::new(),
    };
    let resources = view.member(Some(statement), "Resource");
    let mut found = Vec::new();
    // `NotResource` allows all other resources.
    if matches!(resources, Selected::Absent | Selected::Unknown) {
        found.push(Grant::unknown());
    }
    for (index, node) in view.known_items(resources) {
        let Some(symbol) = view.symbol(Some(node)) else { continue };
        let path = index.map_or_else(|| path.to_owned(), |index| format!("{path}/{index}"));
        found.push(Grant {
            path,
            resource_match: match_resource(view, &symbol),
            symbol,
            action: action.clone(),
            is_certain,
        });
    }
    if any_item(view, resources, |_| false) {
        found.push(Grant::unknown());
    }
    found
}

/// Returns the first action that allows a start, or an empty text if it is unknown.
fn find_start_action<'t>(view: View<'_, 't>, statement: &'t Node<'t>) -> Option<String> {
    if let Selected::Absent = view.member(Some(statement), "Action") {
        return find_action_not_excluded(view, statement);
    }
    let actions = view.member(Some(statement), "Action");
    let found = view.known_items(actions).iter().find_map(|(_, node)| {
        let symbol = view.symbol(Some(node))?;
        let pattern = symbol.text()?;
        let name = ACTIONS.into_iter().find(|action| matches_action(pattern, action))?;
        // For a pattern the message shows the matched action.
        Some(if pattern.contains(['*', '?']) { name } else { pattern }.to_owned())
    });
    found.or_else(|| any_item(view, actions, |node| !is_text(view, node)).then(String::new))
}

/// Returns the first start action that `NotAction` does not exclude.
fn find_action_not_excluded<'t>(view: View<'_, 't>, statement: &'t Node<'t>) -> Option<String> {
    let excluded = view.member(Some(statement), "NotAction");
    match excluded {
        Selected::Absent => return None,
        _ if any_item(view, excluded, |node| !is_text(view, node)) => return Some(String::new()),
        _ => {}
    }
    let patterns: Vec<SymbolicText<'_>> =
        view.known_items(excluded).iter().filter_map(|(_, node)| view.symbol(Some(node))).collect();
    let excludes =
        |action: &str| patterns.iter().filter_map(SymbolicText::text).any(|pattern| matches_action(pattern, action));
    ACTIONS.into_iter().find(|action| !excludes(action)).map(str::to_owned)
}

fn is_text<'t>(view: View<'_, 't>, node: &'t Node<'t>) -> bool {
    view.symbol(Some(node)).is_some_and(|symbol| symbol.text().is_some())
}

fn matches_action(pattern: &str, action: &str) -> bool {
    matches_wildcard(&pattern.to_lowercase(), &action.to_lowercase())
}

/// Matches the wildcards of IAM.
fn matches_wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let next = |index: usize| index.saturating_add(1);
    let (mut at, mut from, mut star) = (0, 0, None);
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at = next(at);
            }
            Some(b'?') => (at, from) = (next(at), next(from)),
            Some(byte) if text.get(from) == Some(byte) => (at, from) = (next(at), next(from)),
            _ => match star {
                Some((index, taken)) => {
                    star = Some((index, next(taken)));
                    (at, from) = (next(index), next(taken));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
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
