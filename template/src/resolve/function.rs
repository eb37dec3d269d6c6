//! Resolves intrinsic functions whose values are known before deployment.

use super::choices::{Choices, collect_parameters, find_choices, list_combinations};
use super::parameter::Parameter;
use super::{Choice, Part, Scenario, SymbolicText};
use crate::tree::{Node, Value};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

/// Maximum number of steps of a whole check, a few seconds of work: one step per function, and one per `BYTES_PER_STEP`
/// bytes of text.
const MAX_STEPS: usize = 20_000_000;
const BYTES_PER_STEP: usize = 8;
/// Searching a map costs one step per this many members.
const MEMBERS_PER_STEP: usize = 16;

/// The parameters and mappings of a template.
pub(crate) struct Resolver<'t> {
    parameters: HashMap<&'t str, Parameter<'t>>,
    /// The parameters that are tried with all of their allowed values.
    choices: Choices<'t>,
    mappings: Option<&'t Node<'t>>,
    overrides: &'t BTreeMap<String, String>,
    /// The number of steps that are left.
    steps: Cell<usize>,
    limit_exceeded: Cell<bool>,
}

/// A value after conditions are resolved.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Selected<'t> {
    /// `AWS::NoValue`, null or missing.
    Absent,
    Node(&'t Node<'t>),
    /// The value depends on an undecided condition.
    Unknown,
}

impl<'t> Selected<'t> {
    pub const fn node(self) -> Option<&'t Node<'t>> {
        match self {
            Self::Node(node) => Some(node),
            _ => None,
        }
    }
}

impl<'t> Resolver<'t> {
    pub fn new(root: &'t Node<'t>, overrides: &'t BTreeMap<String, String>) -> Self {
        let members = root.get("Parameters").map(Node::members).unwrap_or_default();
        let parameter = |node, name| Parameter::new(node, name, overrides);
        let parameters = members.iter().map(|(name, node)| (name.as_ref(), parameter(node, name))).collect();
        Self {
            choices: find_choices(root, &parameters),
            parameters,
            mappings: root.get("Mappings"),
            overrides,
            steps: Cell::new(MAX_STEPS),
            limit_exceeded: Cell::new(false),
        }
    }

    /// Returns the default of a parameter.
    pub fn default_value(&self, name: &str) -> Option<Cow<'t, str>> {
        self.parameters.get(name)?.default.and_then(Node::scalar)
    }

    /// Returns the value that the options specify for a parameter.
    pub fn parameter_value(&self, name: &str) -> Option<&'t str> {
        let unlisted = || self.overrides.get(name).map(String::as_str);
        self.parameters.get(name).map_or_else(unlisted, |parameter| parameter.value)
    }

    /// Returns the `AllowedValues` of a parameter.
    pub fn allowed_values(&self, name: &str) -> Option<Vec<String>> {
        self.parameters.get(name)?.allowed_values()
    }

    /// Returns an allowed value of a parameter.
    pub fn choice_text(&self, (name, index): &Choice<'_>) -> Option<Cow<'t, str>> {
        self.choices.get(name)?.get(*index)?.scalar()
    }

    /// Returns whether a parameter has several values to try.
    pub fn has_several_choices(&self, name: &str) -> bool {
        self.choices.get(name).is_some_and(|choices| choices.len() > 1)
    }

    /// Collects the parameters in a node that are tried with all of their allowed values.
    pub fn collect_parameters(&self, node: &'t Node<'t>, found: &mut Vec<&'t str>) {
        collect_parameters(node, &self.choices, found);
    }

    /// Lists the combinations of the allowed values of parameters. Returns `false` as well if there are too many.
    pub fn list_combinations(&self, names: &[&'t str]) -> (Vec<Vec<Choice<'t>>>, bool) {
        let counts: Vec<_> = names.iter().filter_map(|name| Some((*name, self.choices.get(name)?.len()))).collect();
        list_combinations(&counts)
    }

    /// Resolves `Fn::If` and `AWS::NoValue`.
    pub fn select(&self, node: Option<&'t Node<'t>>, scenario: &Scenario<'_>) -> Selected<'t> {
        let Some(node) = node.filter(|node| !matches!(node.value, Value::Null)) else { return Selected::Absent };
        match node.intrinsic() {
            Some(("Ref", name)) if name.text() == Some("AWS::NoValue") => Selected::Absent,
            Some(("Fn::If", branches)) => match branch(branches, scenario) {
                Some((_, chosen)) => self.select(Some(chosen), scenario),
                None => Selected::Unknown,
            },
            _ => Selected::Node(node),
        }
    }

    /// Resolves the text of a value. Returns `None` if the value is absent.
    pub fn symbol(&self, node: Option<&'t Node<'t>>, scenario: &Scenario<'_>) -> Option<SymbolicText<'t>> {
        let node = match self.select(node, scenario) {
            Selected::Absent => return None,
            Selected::Unknown => return Some(SymbolicText::unknown()),
            Selected::Node(node) => node,
        };
        if !self.consume_steps(1) {
            return Some(SymbolicText::unknown());
        }
        if let Some(text) = node.scalar() {
            return Some(SymbolicText::from_text(text).mask_dynamic_references());
        }
        let symbol = node.intrinsic().and_then(|(name, argument)| match name {
            "Ref" => Some(self.reference(argument.text()?, scenario)),
            "Fn::GetAtt" => attribute(argument),
            "Fn::Sub" => self.substitute(argument, scenario),
            "Fn::Join" => self.join(argument, scenario),
            "Fn::FindInMap" => self.find_in_map(argument, scenario),
            "Fn::Select" => self.select_item(argument, scenario),
            _ => None,
        });
        let symbol = symbol.filter(|symbol| self.consume_steps(symbol.length() / BYTES_PER_STEP));
        Some(symbol.map_or_else(SymbolicText::unknown, SymbolicText::mask_dynamic_references))
    }

    /// Returns whether a limit was exceeded since the last call.
    pub fn take_limit_exceeded(&self) -> bool {
        self.limit_exceeded.take()
    }

    fn is_too_long(&self, symbol: &SymbolicText<'_>) -> bool {
        let is_too_long = symbol.is_too_long();
        self.limit_exceeded.set(self.limit_exceeded.get() || is_too_long);
        is_too_long
    }

    /// Returns the number of consumed steps.
    #[cfg(test)]
    pub fn steps_taken(&self) -> usize {
        MAX_STEPS.saturating_sub(self.steps.get())
    }

    /// Consumes the steps of searching a map.
    pub fn consume_search_steps(&self, map: &Node<'_>) -> bool {
        self.consume_steps(map.members().len() / MEMBERS_PER_STEP)
    }

    /// Consumes steps. Returns false if not enough steps are left.
    fn consume_steps(&self, steps: usize) -> bool {
        let left = self.steps.get().checked_sub(steps);
        self.steps.set(left.unwrap_or_default());
        if left.is_none() {
            self.limit_exceeded.set(true);
        }
        left.is_some()
    }

    fn reference(&self, name: &'t str, scenario: &Scenario<'_>) -> SymbolicText<'t> {
        if let Some(text) = scenario.choice(name).and_then(|index| self.choice_text(&(name, index))) {
            return SymbolicText::from_text(text);
        }
        let Some((name, parameter)) = self.parameters.get_key_value(name) else {
            let pseudo = name.starts_with("AWS::");
            return SymbolicText::from_part(if pseudo { Part::Pseudo(name.into()) } else { Part::Ref(name.into()) });
        };
        parameter.symbol(name)
    }

    fn substitute(&self, argument: &'t Node<'t>, scenario: &Scenario<'_>) -> Option<SymbolicText<'t>> {
        let (pattern, variables) = match argument.items() {
            [] => (argument.text()?, None),
            [pattern, variables] => (pattern.text()?, Some(variables)),
            _ => return None,
        };
        let members = variables.map(Node::members).unwrap_or_default();
        let variables: HashMap<&str, &'t Node<'t>> = members.iter().map(|(name, node)| (name.as_ref(), node)).collect();
        let mut symbol = SymbolicText::default();
        let mut rest = pattern;
        // Each variable is resolved once, even if the pattern repeats it.
        let mut values: HashMap<&str, SymbolicText<'t>> = HashMap::new();
        while let Some((before, behind)) = rest.split_once("${") {
            let (name, after) = behind.split_once('}')?;
            symbol.push(Part::Text(before.into()));
            let value = values.entry(name).or_insert_with(|| self.variable(name.trim(), &variables, scenario));
            symbol.append(value.clone());
            if self.is_too_long(&symbol) || !self.consume_steps((value.length() / BYTES_PER_STEP).saturating_add(1)) {
                return None;
            }
            rest = after;
        }
        symbol.push(Part::Text(rest.into()));
        Some(symbol)
    }

    fn variable(
        &self,
        name: &'t str,
        variables: &HashMap<&str, &'t Node<'t>>,
        scenario: &Scenario<'_>,
    ) -> SymbolicText<'t> {
        if let Some(literal) = name.strip_prefix('!') {
            return SymbolicText::from_text(format!("${{{literal}}}"));
        }
        if let Some(own) = variables.get(name) {
            return self.symbol(Some(own), scenario).unwrap_or_else(SymbolicText::unknown);
        }
        match name.split_once('.') {
            Some((id, attribute)) => SymbolicText::from_part(Part::Attribute(id.into(), attribute.into())),
            None => self.reference(name, scenario),
        }
    }

    fn join(&self, argument: &'t Node<'t>, scenario: &Scenario<'_>) -> Option<SymbolicText<'t>> {
        let [delimiter, list] = argument.items() else { return None };
        let delimiter = delimiter.text()?;
        let list = self.select(Some(list), scenario).node()?;
        if !matches!(list.value, Value::List(_)) {
            return None;
        }
        let mut symbol = SymbolicText::default();
        for (index, item) in list.items().iter().filter_map(|item| self.symbol(Some(item), scenario)).enumerate() {
            if index > 0 {
                symbol.push(Part::Text(delimiter.into()));
            }
            symbol.append(item);
            if self.is_too_long(&symbol) {
                return None;
            }
        }
        Some(symbol)
    }

    fn find_in_map(&self, argument: &'t Node<'t>, scenario: &Scenario<'_>) -> Option<SymbolicText<'t>> {
        let [map, first, second] = argument.items() else { return None };
        let mut defaults = Vec::new();
        let mut key = |node: &'t Node<'t>| {
            let symbol = self.symbol(Some(node), scenario)?;
            defaults.extend(symbol.defaults.iter().copied());
            symbol.text().map(str::to_owned)
        };
        let (map, first, second) = (key(map)?, key(first)?, key(second)?);
        let mut found = self.mappings?;
        for name in [&map, &first, &second] {
            // The search is linear.
            if !self.consume_search_steps(found) {
                return None;
            }
            found = found.get(name)?;
        }
        Some(SymbolicText::from_text(found.scalar()?).with_defaults(defaults))
    }

    fn select_item(&self, argument: &'t Node<'t>, scenario: &Scenario<'_>) -> Option<SymbolicText<'t>> {
        let [index, list] = argument.items() else { return None };
        let index: usize = self.symbol(Some(index), scenario)?.text()?.parse().ok()?;
        let items = list.items();
        // `AWS::NoValue` items do not count for the index.
        let plain = items.iter().all(|item| !matches!(self.select(Some(item), scenario), Selected::Absent));
        self.symbol(items.get(index).filter(|_| plain), scenario)
    }
}

/// Returns the branch that the scenario selects, and its index.
pub(crate) fn branch<'t>(branches: &'t Node<'t>, scenario: &Scenario<'_>) -> Option<(usize, &'t Node<'t>)> {
    let [condition, then, otherwise] = branches.items() else { return None };
    let is_true = scenario.get(condition.text()?)?;
    Some(if is_true { (1, then) } else { (2, otherwise) })
}

fn attribute<'t>(argument: &'t Node<'t>) -> Option<SymbolicText<'t>> {
    let (id, attribute) = match argument.items() {
        [] => argument.text()?.split_once('.')?,
        [id, attribute] => (id.text()?, attribute.text()?),
        _ => return None,
    };
    Some(SymbolicText::from_part(Part::Attribute(id.into(), attribute.into())))
}
