//! JSON texts inside a template, such as policies and definitions. Each text is replaced by its parsed tree. Variables
//! of `Fn::Sub` and `Fn::Join` are moved to the strings of the tree that contain them.

use super::read::{MAX_BYTES, read};
use super::tree::{Node, Position, Value};
use std::borrow::Cow;
use std::collections::HashSet;

/// The member that contains the parsed tree. No template has a member with this name.
const KEY: &str = "JSON in a text";
/// A function that the resolver does not know.
const UNKNOWN: &str = "Fn::Unknown";
/// The members that contain JSON texts, by prefix of the resource type.
const JSON_MEMBERS: [(&str, &[&str]); 5] = [
    ("AWS::IAM::", &["PolicyDocument"]),
    ("AWS::SSO::", &["InlinePolicy"]),
    ("AWS::Scheduler::", &["Input"]),
    ("AWS::Serverless::", &["PolicyDocument", "DefinitionString"]),
    ("AWS::StepFunctions::", &["DefinitionString"]),
];

/// Returns the parsed tree of a JSON text, or the node itself.
pub(crate) fn parsed_content<'n, 't>(node: &'n Node<'t>) -> &'n Node<'t> {
    node.get(KEY).unwrap_or(node)
}

/// Parses the JSON texts of a template. Texts that are not valid JSON stay unchanged.
pub(crate) fn parse_embedded_json(root: &mut Node<'_>) {
    // Limits the size of all trees: a template can repeat one text, or one variable of it, very often.
    let mut budget = MAX_BYTES;
    let Value::Map(members) = &mut root.value else { return };
    let resources = members.iter_mut().filter(|(name, _)| name == "Resources");
    for (_, resource) in resources.flat_map(|(_, node)| node.members_mut()) {
        let kind = resource.get("Type").and_then(Node::text).unwrap_or_default();
        let Some((_, names)) = JSON_MEMBERS.iter().find(|(prefix, _)| kind.starts_with(prefix)) else { continue };
        for (_, properties) in resource.members_mut().iter_mut().filter(|(name, _)| name == "Properties") {
            parse_members(properties, names, &mut budget);
        }
    }
}

fn parse_members(node: &mut Node<'_>, names: &[&str], budget: &mut usize) {
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| parse_members(item, names, budget)),
        Value::Map(members) => {
            for (name, member) in members {
                if names.contains(&name.as_ref()) {
                    parse_text(member, budget);
                } else {
                    parse_members(member, names, budget);
                }
            }
        }
        _ => {}
    }
}

fn parse_text(node: &mut Node<'_>, budget: &mut usize) {
    if node.call("Fn::If").is_some() {
        for (_, branches) in node.members_mut() {
            if let Value::List(branches) = &mut branches.value {
                branches.iter_mut().skip(1).for_each(|branch| parse_text(branch, budget));
            }
        }
        return;
    }
    let tree = match node.call("Fn::ToJsonString") {
        Some(tree) => consume_budget(budget, estimate_cost(tree)).map(|()| tree.clone()),
        None => SubPattern::from_node(node).and_then(|pattern| pattern.parse(node.position, budget)),
    };
    if let Some(tree) = tree {
        node.value = Value::Map(vec![(Cow::Borrowed(KEY), tree)]);
    }
}

fn consume_budget(budget: &mut usize, cost: usize) -> Option<()> {
    *budget = budget.checked_sub(cost)?;
    Some(())
}

/// Estimates the memory of a copy of a node.
fn estimate_cost(node: &Node<'_>) -> usize {
    let mut cost = 0_usize;
    node.walk(&mut |part| cost = cost.saturating_add(64).saturating_add(part.text().map_or(0, str::len)));
    cost
}

/// The argument of `Fn::Sub`.
struct SubPattern<'t> {
    text: Cow<'t, str>,
    /// `None` for a text without substitution.
    variables: Option<Vec<(Cow<'t, str>, Node<'t>)>>,
}

impl<'t> SubPattern<'t> {
    fn from_node(node: &Node<'t>) -> Option<Self> {
        if let Value::Text(text) = &node.value {
            return Some(Self { text: text.clone(), variables: None });
        }
        if let Some(argument) = node.call("Fn::Join") {
            return Self::from_join(argument);
        }
        let (text, variables) = match (node.call("Fn::Sub")?, node.call("Fn::Sub")?.items()) {
            (pattern, []) => (pattern, Vec::new()),
            (_, [pattern, variables]) => (pattern, variables.members().to_vec()),
            _ => return None,
        };
        Some(Self { text: text.text()?.to_owned().into(), variables: Some(variables) })
    }

    /// Items that are not texts become variables.
    fn from_join(argument: &Node<'t>) -> Option<Self> {
        let [delimiter, items] = argument.items() else { return None };
        let (delimiter, mut text, mut variables) = (delimiter.text()?, String::new(), Vec::new());
        let Value::List(items) = &items.value else { return None };
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                text.push_str(delimiter);
            }
            match item.scalar() {
                Some(literal) => text.push_str(&literal.replace("${", "${!")),
                None => {
                    text.push_str(&format!("${{item{index}}}"));
                    variables.push((Cow::Owned(format!("item{index}")), item.clone()));
                }
            }
        }
        Some(Self { text: text.into(), variables: Some(variables) })
    }

    fn parse(self, position: Position, budget: &mut usize) -> Option<Node<'t>> {
        consume_budget(budget, self.text.len())?;
        // Also without variables: `DefinitionSubstitutions` replaces `${NAME}` in plain texts.
        let text = replace_unquoted_variables(&self.text);
        let tree = read(text.as_bytes()).ok().filter(|tree| matches!(tree.value, Value::Map(_)))?;
        self.restore_variables(tree, position, budget)
    }

    /// Copies the tree. Strings that contain variables become `Fn::Sub`. All nodes get the position of the whole text.
    fn restore_variables(&self, node: Node<'_>, position: Position, budget: &mut usize) -> Option<Node<'t>> {
        consume_budget(budget, 64)?;
        let value = match node.value {
            Value::Null => Value::Null,
            Value::Bool(value) => Value::Bool(value),
            Value::Number(number) => Value::Number(number),
            Value::NumberText(text) => Value::NumberText(Cow::Owned(text.into_owned())),
            Value::Text(text) => return self.restore_text(text.into_owned(), position, budget),
            Value::List(items) => {
                let items = items.into_iter().map(|item| self.restore_variables(item, position, budget));
                Value::List(items.collect::<Option<_>>()?)
            }
            Value::Map(members) => {
                let members = members.into_iter().map(|(name, node)| {
                    Some((Cow::Owned(name.into_owned()), self.restore_variables(node, position, budget)?))
                });
                Value::Map(members.collect::<Option<_>>()?)
            }
        };
        Some(Node { position, value })
    }

    fn restore_text(&self, text: String, position: Position, budget: &mut usize) -> Option<Node<'t>> {
        let node = |value| Node { position, value };
        let names: HashSet<String> = variable_names(&text).map(str::to_owned).collect();
        // Every text searches all variables.
        consume_budget(budget, self.variables.as_ref().filter(|_| !names.is_empty()).map_or(0, |all| all.len() / 16))?;
        let text = node(Value::Text(Cow::Owned(text)));
        let Some(variables) = self.variables.as_ref().filter(|_| !names.is_empty()) else { return Some(text) };
        let mut used = Vec::new();
        for (name, variable) in variables.iter().filter(|(name, _)| names.contains(name.as_ref())) {
            consume_budget(budget, estimate_cost(variable))?;
            used.push((name.clone(), variable.clone()));
        }
        let argument = node(Value::List(vec![text, node(Value::Map(used))]));
        Some(node(Value::Map(vec![(Cow::Borrowed("Fn::Sub"), argument)])))
    }
}

/// Returns the names of all `${NAME}` in a text.
fn variable_names(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|part| Some(part.split_once('}')?.0.trim()))
}

/// Replaces every variable outside quotes, for example a number, by an unknown value.
fn replace_unquoted_variables(text: &str) -> String {
    let (mut quoted, mut rest) = (String::with_capacity(text.len()), text);
    let (mut inside, mut escape_pointer) = (false, false);
    while let Some(sign) = rest.chars().next() {
        if let Some((_, after)) = rest.strip_prefix("${").filter(|_| !inside).and_then(|rest| rest.split_once('}')) {
            quoted.push_str(&format!("{{\"{UNKNOWN}\":null}}"));
            rest = after;
            continue;
        }
        (inside, escape_pointer) =
            (inside != (sign == '"' && !escape_pointer), inside && sign == '\\' && !escape_pointer);
        quoted.push(sign);
        rest = rest.get(sign.len_utf8()..).unwrap_or_default();
    }
    quoted
}
