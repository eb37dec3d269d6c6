//! What a policy document allows to be started.

use crate::resolve::{Part, Symbol};
use crate::resources::View;
use crate::target::{Machine, Qualifier, Target};
use crate::tree::Node;

const ACTIONS: [&str; 2] = ["states:StartExecution", "states:StartSyncExecution"];

/// A resource that may be started.
#[derive(Debug, Clone)]
pub(super) struct Grant<'t> {
    pub path: String,
    pub symbol: Symbol<'t>,
    /// The action as it is written.
    pub action: String,
    pub reach: Reach<'t>,
}

/// What a resource of a statement matches.
#[derive(Debug, Clone)]
pub(super) enum Reach<'t> {
    /// Nothing but versions or aliases.
    Qualified(Target<'t>),
    /// A state machine itself.
    Machine(Machine<'t>),
    /// What cannot start anything, such as the ARN of executions.
    Nothing,
    /// It is not known, or several.
    Any,
}

impl Grant<'_> {
    /// Whether this allows starting the state machine of a target, as far as can be known.
    pub fn covers(&self, target: &Target<'_>) -> bool {
        match (&self.reach, &target.machine) {
            (Reach::Any, _) | (Reach::Machine(_), None) => true,
            (Reach::Machine(own), Some(machine)) => !own.differs(machine),
            _ => false,
        }
    }
}

/// What a document allows to be started.
pub(super) fn grants<'t>(view: View<'_, 't>, path: &str, document: &'t Node<'t>) -> Vec<Grant<'t>> {
    let mut found = Vec::new();
    for (index, statement) in view.known_items(view.member(Some(document), "Statement")) {
        let path = match index {
            Some(index) => format!("{path}/Statement/{index}/Resource"),
            None => format!("{path}/Statement/Resource"),
        };
        let allows =
            view.text(view.member(Some(statement), "Effect")).is_some_and(|effect| effect.text() == Some("Allow"));
        let Some(action) = start_action(view, statement).filter(|_| allows) else { continue };
        for (index, node) in view.known_items(view.member(Some(statement), "Resource")) {
            let Some(symbol) = view.symbol(Some(node)) else { continue };
            let path = index.map_or_else(|| path.clone(), |index| format!("{path}/{index}"));
            found.push(Grant { path, reach: reach(view, &symbol), symbol, action: action.clone() });
        }
    }
    found
}

/// The first action of a statement that allows starting.
fn start_action<'t>(view: View<'_, 't>, statement: &'t Node<'t>) -> Option<String> {
    view.known_items(view.member(Some(statement), "Action")).iter().find_map(|(_, node)| {
        let symbol = view.symbol(Some(node))?;
        let pattern = symbol.text()?;
        let name = ACTIONS.into_iter().find(|action| matches(&pattern.to_lowercase(), &action.to_lowercase()))?;
        // Of a pattern the action that it stands for is told.
        Some(if pattern.contains(['*', '?']) { name } else { pattern }.to_owned())
    })
}

/// IAM's wildcards.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut from, mut star) = (0, 0, None);
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(b'?') => (at, from) = (at + 1, from + 1),
            Some(byte) if text.get(from) == Some(byte) => (at, from) = (at + 1, from + 1),
            _ => match star {
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    (at, from) = (place + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
}

fn reach<'t>(view: View<'_, 't>, symbol: &Symbol<'t>) -> Reach<'t> {
    if let Some(target) = view.target(symbol) {
        return match (target.qualifier.clone(), target.machine.clone()) {
            (Qualifier::None, Some(machine)) => Reach::Machine(machine),
            (Qualifier::None, None) => Reach::Any,
            _ => Reach::Qualified(target),
        };
    }
    if let Some(machine) = qualified_by_pattern(view, symbol) {
        return Reach::Qualified(Target { machine, qualifier: Qualifier::Alias(Some(last_part(symbol))) });
    }
    let text = symbol.shown();
    if symbol.is_known() && (text.contains(":execution:") || text.contains(":express:")) {
        return Reach::Nothing;
    }
    Reach::Any
}

/// What stands behind the last colon outside of `${...}`.
fn last_part(symbol: &Symbol<'_>) -> String {
    let parts = symbol.parts();
    let with_colon = |part: &Part<'_>| matches!(part, Part::Text(text) if text.contains(':'));
    let Some(at) = parts.iter().rposition(with_colon) else { return String::new() };
    let mut last = Symbol::default();
    for (index, part) in parts.iter().enumerate().skip(at) {
        match part {
            Part::Text(text) if index == at => {
                last.push(Part::Text(text.rsplit(':').next().unwrap_or_default().to_owned().into()));
            }
            part => last.push(part.clone()),
        }
    }
    last.shown()
}

/// The state machine in front of a colon and whatever follows: the colon is in no state machine's own ARN.
fn qualified_by_pattern<'t>(view: View<'_, 't>, symbol: &Symbol<'t>) -> Option<Option<Machine<'t>>> {
    match symbol.parts() {
        [part, Part::Text(text), ..] if text.starts_with(':') => {
            let target = view.target(&Symbol::of(part.clone()))?;
            (target.qualifier == Qualifier::None).then_some(target.machine)
        }
        parts => colon_after_name(parts).then_some(None),
    }
}

/// Whether a colon stands behind the name in `...:stateMachine:NAME`.
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
