//! JSON in texts of a template, such as policies and definitions: each becomes the tree that it is, in which the
//! variables of `Fn::Sub` and `Fn::Join` stand at the texts that they are part of.

use super::read::{MAX_BYTES, read};
use super::tree::{Node, Place, Value};
use std::borrow::Cow;
use std::collections::HashSet;

/// The member under which a tree stands in place of its text; no template has it.
const KEY: &str = "JSON in a text";
/// A function that is not resolved.
const UNKNOWN: &str = "Fn::Unknown";
/// The members that are read, where their resources' types begin so.
const PLACES: [(&str, &[&str]); 5] = [
    ("AWS::IAM::", &["PolicyDocument"]),
    ("AWS::SSO::", &["InlinePolicy"]),
    ("AWS::Scheduler::", &["Input"]),
    ("AWS::Serverless::", &["PolicyDocument", "DefinitionString"]),
    ("AWS::StepFunctions::", &["DefinitionString"]),
];

/// The tree of a text that was unfolded; any other value as it is.
pub(crate) fn content<'n, 't>(node: &'n Node<'t>) -> &'n Node<'t> {
    node.get(KEY).unwrap_or(node)
}

/// Unfolds the texts of a template that are read. What is no JSON stays a text.
pub(crate) fn unfold(root: &mut Node<'_>) {
    // What the trees may take up: a template can repeat one text, or one variable in it, very often.
    let mut budget = MAX_BYTES;
    let Value::Map(members) = &mut root.value else { return };
    let resources = members.iter_mut().filter(|(name, _)| name == "Resources");
    for (_, resource) in resources.flat_map(|(_, node)| members_mut(node)) {
        let kind = resource.get("Type").and_then(Node::text).unwrap_or_default();
        let Some((_, names)) = PLACES.iter().find(|(prefix, _)| kind.starts_with(prefix)) else { continue };
        for (_, properties) in members_mut(resource).iter_mut().filter(|(name, _)| name == "Properties") {
            unfold_members(properties, names, &mut budget);
        }
    }
}

fn members_mut<'n, 't>(node: &'n mut Node<'t>) -> &'n mut [(Cow<'t, str>, Node<'t>)] {
    match &mut node.value {
        Value::Map(members) => members,
        _ => &mut [],
    }
}

fn unfold_members(node: &mut Node<'_>, names: &[&str], budget: &mut usize) {
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| unfold_members(item, names, budget)),
        Value::Map(members) => {
            for (name, member) in members {
                if names.contains(&name.as_ref()) {
                    unfold_text(member, budget);
                } else {
                    unfold_members(member, names, budget);
                }
            }
        }
        _ => {}
    }
}

fn unfold_text(node: &mut Node<'_>, budget: &mut usize) {
    if node.call("Fn::If").is_some() {
        for (_, branches) in members_mut(node) {
            if let Value::List(branches) = &mut branches.value {
                branches.iter_mut().skip(1).for_each(|branch| unfold_text(branch, budget));
            }
        }
        return;
    }
    let tree = match node.call("Fn::ToJsonString") {
        Some(tree) => pay(budget, cost(tree)).map(|()| tree.clone()),
        None => Pattern::of(node).and_then(|pattern| pattern.tree(node.place, budget)),
    };
    if let Some(tree) = tree {
        node.value = Value::Map(vec![(Cow::Borrowed(KEY), tree)]);
    }
}

fn pay(budget: &mut usize, cost: usize) -> Option<()> {
    *budget = budget.checked_sub(cost)?;
    Some(())
}

/// What a copy of a node takes up, roughly.
fn cost(node: &Node<'_>) -> usize {
    let mut cost = 0_usize;
    node.walk(&mut |part| cost = cost.saturating_add(64).saturating_add(part.text().map_or(0, str::len)));
    cost
}

/// A text as `Fn::Sub` takes it.
struct Pattern<'t> {
    text: Cow<'t, str>,
    /// `None` for a text in which nothing is put in.
    variables: Option<Vec<(Cow<'t, str>, Node<'t>)>>,
}

impl<'t> Pattern<'t> {
    fn of(node: &Node<'t>) -> Option<Self> {
        if let Value::Text(text) = &node.value {
            return Some(Self { text: text.clone(), variables: None });
        }
        if let Some(argument) = node.call("Fn::Join") {
            return Self::joined(argument);
        }
        let (text, variables) = match (node.call("Fn::Sub")?, node.call("Fn::Sub")?.items()) {
            (pattern, []) => (pattern, Vec::new()),
            (_, [pattern, variables]) => (pattern, variables.members().to_vec()),
            _ => return None,
        };
        Some(Self { text: text.text()?.to_owned().into(), variables: Some(variables) })
    }

    /// The items that are no texts become variables.
    fn joined(argument: &Node<'t>) -> Option<Self> {
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

    fn tree(self, place: Place, budget: &mut usize) -> Option<Node<'t>> {
        pay(budget, self.text.len())?;
        // In a plain text, too: DefinitionSubstitutions are put into it.
        let text = quoted(&self.text);
        let tree = read(text.as_bytes()).ok().filter(|tree| matches!(tree.value, Value::Map(_)))?;
        self.rebuilt(tree, place, budget)
    }

    /// The tree with every text on its own, all of it at the place of the whole.
    fn rebuilt(&self, node: Node<'_>, place: Place, budget: &mut usize) -> Option<Node<'t>> {
        pay(budget, 64)?;
        let value = match node.value {
            Value::Null => Value::Null,
            Value::Bool(value) => Value::Bool(value),
            Value::Number(number) => Value::Number(number),
            Value::Text(text) => return self.text(text.into_owned(), place, budget),
            Value::List(items) => {
                let items = items.into_iter().map(|item| self.rebuilt(item, place, budget));
                Value::List(items.collect::<Option<_>>()?)
            }
            Value::Map(members) => {
                let members = members
                    .into_iter()
                    .map(|(name, node)| Some((Cow::Owned(name.into_owned()), self.rebuilt(node, place, budget)?)));
                Value::Map(members.collect::<Option<_>>()?)
            }
        };
        Some(Node { place, value })
    }

    fn text(&self, text: String, place: Place, budget: &mut usize) -> Option<Node<'t>> {
        let node = |value| Node { place, value };
        let names: HashSet<String> = names(&text).map(str::to_owned).collect();
        // Every variable is looked at for every text.
        pay(budget, self.variables.as_ref().filter(|_| !names.is_empty()).map_or(0, |all| all.len() / 16))?;
        let text = node(Value::Text(Cow::Owned(text)));
        let Some(variables) = self.variables.as_ref().filter(|_| !names.is_empty()) else { return Some(text) };
        let mut used = Vec::new();
        for (name, variable) in variables.iter().filter(|(name, _)| names.contains(name.as_ref())) {
            pay(budget, cost(variable))?;
            used.push((name.clone(), variable.clone()));
        }
        let argument = node(Value::List(vec![text, node(Value::Map(used))]));
        Some(node(Value::Map(vec![(Cow::Borrowed("Fn::Sub"), argument)])))
    }
}

/// The names in `${NAME}` of a text.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split("${").skip(1).filter_map(|part| Some(part.split_once('}')?.0.trim()))
}

/// A text with every variable outside of quotes, such as a number, as a value that is not known.
fn quoted(text: &str) -> String {
    let (mut quoted, mut rest) = (String::with_capacity(text.len()), text);
    let (mut inside, mut escaped) = (false, false);
    while let Some(sign) = rest.chars().next() {
        if let Some((_, after)) = rest.strip_prefix("${").filter(|_| !inside).and_then(|rest| rest.split_once('}')) {
            quoted.push_str(&format!("{{\"{UNKNOWN}\":null}}"));
            rest = after;
            continue;
        }
        (inside, escaped) = (inside != (sign == '"' && !escaped), inside && sign == '\\' && !escaped);
        quoted.push(sign);
        rest = rest.get(sign.len_utf8()..).unwrap_or_default();
    }
    quoted
}
