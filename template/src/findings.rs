//! The findings of the rules in one scenario, before the scenarios are merged.

use super::foreach;
use super::resolve::Scenario;
use super::resources::{Resource, View};
use super::rule::Rule;
use super::terraform;
use super::tree::{Node, Position, escape_pointer, unescape_pointer};
use std::fmt::Write as _;

/// Maximum length of a text or path in a finding, in bytes: many findings can repeat one text of the file.
pub(crate) const MAX_TEXT: usize = 4096;

/// A finding in one scenario.
#[derive(Debug, Clone)]
pub(crate) struct ScenarioFinding<'t> {
    pub rule: &'static Rule,
    pub resource: Resource<'t>,
    pub pointer: String,
    pub position: Position,
    pub message: String,
    /// Replaces the fix of the rule if set.
    pub fix: Option<String>,
    /// Replaces the description of the rule if set.
    pub description: Option<&'static str>,
    /// The parameters whose default values the finding depends on.
    pub defaults: Vec<&'t str>,
    pub scenario: Scenario<'t>,
}

/// Collects the findings of the rules.
pub(crate) struct Findings<'v, 't> {
    pub view: View<'v, 't>,
    pub items: Vec<ScenarioFinding<'t>>,
}

impl<'v, 't> Findings<'v, 't> {
    pub const fn new(view: View<'v, 't>) -> Self {
        Self { view, items: Vec::new() }
    }

    /// Creates a finding at a path within a resource, for example `Properties/Name`. If the template does not contain
    /// the path, the position is that of the deepest existing parent.
    pub fn create(
        &self,
        rule: &'static Rule,
        resource: &Resource<'t>,
        path: &str,
        message: String,
    ) -> ScenarioFinding<'t> {
        let (pointer, position) = locate(resource, path, self.view.scenario);
        ScenarioFinding {
            rule,
            resource: *resource,
            pointer,
            position,
            message: truncate_middle(message),
            fix: None,
            description: None,
            defaults: Vec::new(),
            scenario: self.view.scenario.clone(),
        }
    }

    /// Adds a finding that depends on the defaults of these parameters.
    pub fn add(
        &mut self,
        rule: &'static Rule,
        resource: &Resource<'t>,
        path: &str,
        message: String,
        defaults: impl IntoIterator<Item = &'t str>,
    ) {
        let finding = self.create(rule, resource, path, message);
        self.items.push(ScenarioFinding { defaults: defaults.into_iter().collect(), ..finding });
    }
}

/// Returns the JSON pointer and the position of a path within a resource.
fn locate(resource: &Resource<'_>, path: &str, scenario: &Scenario<'_>) -> (String, Position) {
    let mut pointer = match terraform::plan_pointer(resource.node) {
        Some(pointer) => pointer.to_owned(),
        None => match foreach::origin(resource.node, "") {
            Some(pointer) => pointer.to_owned(),
            None => format!("/Resources/{}", escape_pointer(resource.id)),
        },
    };
    let mut expanded_path = String::new();
    let mut node = resource.node;
    for step in path.split('/').filter(|step| !step.is_empty()) {
        let (decided, branches) = follow_branches(node, scenario);
        pointer.push_str(&branches);
        expanded_path.push_str(&branches);
        let is_short = pointer.len().saturating_add(step.len()) <= MAX_TEXT;
        let Some(next) = get_child(decided, step).filter(|_| is_short) else {
            node = decided;
            break;
        };
        terraform::push_step(&mut pointer, &unescape_pointer(step), terraform::plan_pointer(resource.node).is_some());
        let _ = write!(expanded_path, "/{step}");
        if let Some(origin) = foreach::origin(resource.node, expanded_path.trim_start_matches('/')) {
            origin.clone_into(&mut pointer);
        }
        node = next;
    }
    (pointer, node.position)
}

fn get_child<'n, 't>(node: &'n Node<'t>, step: &str) -> Option<&'n Node<'t>> {
    node.get(&unescape_pointer(step)).or_else(|| node.items().get(step.parse::<usize>().ok()?))
}

/// Follows the branches of `Fn::If` that the scenario selects.
fn follow_branches<'n, 't>(mut node: &'n Node<'t>, scenario: &Scenario<'_>) -> (&'n Node<'t>, String) {
    let mut pointer = String::new();
    while let Some(branches) = node.call("Fn::If") {
        let [condition, then, otherwise] = branches.items() else { break };
        let Some(is_true) = condition.text().and_then(|name| scenario.get(name)) else { break };
        // Writing to a String cannot fail.
        let _ = write!(pointer, "/Fn::If/{}", if is_true { 1 } else { 2 });
        node = if is_true { then } else { otherwise };
    }
    (node, pointer)
}

/// Removes the middle of a text that is too long.
pub(crate) fn truncate_middle(text: String) -> String {
    const HALF: usize = MAX_TEXT / 2 - 4;
    if text.len() <= MAX_TEXT {
        return text;
    }
    // A character has up to four bytes.
    let first = (0..=HALF).rev().take(4).find_map(|end| text.get(..end));
    let from = text.len().saturating_sub(HALF);
    let last = (from..text.len()).take(4).find_map(|start| text.get(start..));
    format!("{} [...] {}", first.unwrap_or_default(), last.unwrap_or_default())
}
