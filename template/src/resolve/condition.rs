//! Whether conditions can hold together: their parameters are tried out.

use super::Scenario;
use crate::error::TemplateError;
use crate::tree::Node;
use std::collections::{BTreeMap, HashMap};

/// Beyond so many ways to choose the parameters it is not known whether conditions can hold together,
/// and nothing is said of them.
const MAX_TRIALS: usize = 4096;
/// As deep as conditions of conditions are looked into: more than CloudFormation's 200 conditions can
/// be, were they a chain.
const MAX_CHAIN: usize = 200;

/// The conditions of a template.
pub(crate) struct Conditions<'t> {
    named: HashMap<&'t str, &'t Node<'t>>,
    /// Values that were given for parameters.
    given: &'t BTreeMap<String, String>,
}

/// What a condition depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Variable<'t> {
    /// A parameter or pseudo parameter.
    Name(&'t str),
    /// A comparison that cannot be looked into, by its address.
    Opaque(*const Node<'t>),
}

/// A value that a variable can have: a text of the template, or any other.
type Choice<'t> = Option<&'t str>;

struct Trial<'c, 't> {
    conditions: &'c Conditions<'t>,
    choices: &'c [(Variable<'t>, Choice<'t>)],
}

impl<'t> Conditions<'t> {
    pub fn new(root: &'t Node<'t>, given: &'t BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let members = root.get("Conditions").map(Node::members).unwrap_or_default();
        let conditions = Self { named: members.iter().map(|(name, node)| (name.as_ref(), node)).collect(), given };
        conditions.no_circle(members.iter().map(|(name, _)| name.as_ref()))?;
        Ok(conditions)
    }

    /// Refuses conditions that depend on themselves, by taking away again and again those that
    /// depend on none that is left.
    fn no_circle(&self, names: impl Iterator<Item = &'t str>) -> Result<(), TemplateError> {
        let mut left: HashMap<&str, Vec<&str>> = HashMap::new();
        for name in names {
            let mut used = Vec::new();
            if let Some(node) = self.named.get(name) {
                node.walk(&mut |part| used.extend(part.call("Condition").and_then(Node::text)));
            }
            left.insert(name, used);
        }
        loop {
            let free: Vec<&str> = left
                .iter()
                .filter(|(_, used)| used.iter().all(|name| !left.contains_key(name)))
                .map(|(name, _)| *name)
                .collect();
            if free.is_empty() {
                break;
            }
            free.iter().for_each(|name| drop(left.remove(name)));
        }
        let first = left.keys().min().map(|name| (*name).to_owned());
        first.map_or(Ok(()), |name| Err(TemplateError::ConditionCycle { name }))
    }

    /// Whether all this can be so at once; false also where that takes too many trials to know.
    pub fn possible(&self, scenario: &Scenario<'t>, fixed: &[(&'t str, &'t str)]) -> bool {
        let mut variables: Vec<(Variable<'t>, Vec<Choice<'t>>)> = Vec::new();
        for (name, _) in scenario.conditions() {
            if let Some(node) = self.named.get(name) {
                self.collect(node, &mut variables, MAX_CHAIN);
            }
        }
        for (variable, choices) in &mut variables {
            let Variable::Name(name) = variable else { continue };
            let given = self.given.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str());
            let fixed = fixed.iter().find(|(fixed, _)| fixed == name).map(|(_, value)| *value);
            if let Some(value) = given.or(fixed) {
                *choices = vec![Some(value)];
            }
        }
        let trials = variables.iter().try_fold(1_usize, |trials, (_, choices)| trials.checked_mul(choices.len()));
        let Some(trials) = trials.filter(|trials| *trials <= MAX_TRIALS) else { return false };
        (0..trials).any(|trial| self.holds(scenario, &choose(&variables, trial)))
    }

    fn holds(&self, scenario: &Scenario<'t>, choices: &[(Variable<'t>, Choice<'t>)]) -> bool {
        let trial = Trial { conditions: self, choices };
        scenario.conditions().all(|(name, wanted)| trial.named(name, MAX_CHAIN).is_none_or(|value| value == wanted))
    }

    /// The variables of a condition and the values that tell them apart.
    fn collect(&self, node: &'t Node<'t>, variables: &mut Vec<(Variable<'t>, Vec<Choice<'t>>)>, depth: usize) {
        match node.intrinsic() {
            _ if depth == 0 => {}
            Some(("Condition", name)) => {
                if let Some(node) = name.text().and_then(|name| self.named.get(name)) {
                    self.collect(node, variables, depth - 1);
                }
            }
            Some(("Fn::And" | "Fn::Or" | "Fn::Not", list)) => {
                list.items().iter().for_each(|item| self.collect(item, variables, depth - 1));
            }
            Some(("Fn::Equals", pair)) => collect_equals(node, pair, variables),
            _ => {}
        }
    }
}

fn choose<'t>(variables: &[(Variable<'t>, Vec<Choice<'t>>)], mut trial: usize) -> Vec<(Variable<'t>, Choice<'t>)> {
    let choose = |(variable, choices): &(Variable<'t>, Vec<Choice<'t>>)| {
        let choice = trial.checked_rem(choices.len()).and_then(|at| choices.get(at).copied()).flatten();
        trial = trial.checked_div(choices.len()).unwrap_or_default();
        (*variable, choice)
    };
    variables.iter().map(choose).collect()
}

/// Both sides of a comparison of a parameter with a text.
fn comparison<'t>(pair: &'t Node<'t>) -> Option<(&'t str, &'t str)> {
    let [left, right] = pair.items() else { return None };
    let name = |node: &'t Node<'t>| node.call("Ref").and_then(Node::text);
    match (name(left), right.text(), name(right), left.text()) {
        (Some(name), Some(text), _, _) | (_, _, Some(name), Some(text)) => Some((name, text)),
        _ => None,
    }
}

fn collect_equals<'t>(node: &'t Node<'t>, pair: &'t Node<'t>, variables: &mut Vec<(Variable<'t>, Vec<Choice<'t>>)>) {
    let (variable, value) = match comparison(pair) {
        Some((name, value)) => (Variable::Name(name), value),
        // Any text will do: it is so, or it is not.
        None => (Variable::Opaque(node), "true"),
    };
    match variables.iter_mut().find(|(other, _)| *other == variable) {
        Some((_, values)) if values.contains(&Some(value)) => {}
        Some((_, values)) => values.push(Some(value)),
        None => variables.push((variable, vec![None, Some(value)])),
    }
}

impl<'t> Trial<'_, 't> {
    fn named(&self, name: &str, depth: usize) -> Option<bool> {
        self.value(self.conditions.named.get(name)?, depth.checked_sub(1)?)
    }

    fn value(&self, node: &'t Node<'t>, depth: usize) -> Option<bool> {
        let depth = depth.checked_sub(1)?;
        match node.intrinsic()? {
            ("Condition", name) => self.named(name.text()?, depth),
            ("Fn::Not", list) => self.value(list.items().first()?, depth).map(|value| !value),
            ("Fn::And", list) => self.decided(list, false, depth),
            ("Fn::Or", list) => self.decided(list, true, depth),
            ("Fn::Equals", pair) => {
                let (variable, wanted) = match comparison(pair) {
                    Some((name, value)) => (Variable::Name(name), value),
                    None => (Variable::Opaque(node), "true"),
                };
                let (_, choice) = self.choices.iter().find(|(other, _)| *other == variable)?;
                Some(*choice == Some(wanted))
            }
            _ => None,
        }
    }

    /// The value that one item decides for the whole list, or the other where all have it.
    fn decided(&self, list: &'t Node<'t>, deciding: bool, depth: usize) -> Option<bool> {
        let values: Vec<Option<bool>> = list.items().iter().map(|item| self.value(item, depth)).collect();
        if values.contains(&Some(deciding)) {
            return Some(deciding);
        }
        (!values.contains(&None)).then_some(!deciding)
    }
}
