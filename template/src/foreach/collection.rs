//! The collections of loops that are known before deployment: lists, parameters and mappings.

use crate::tree::{Node, Value};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The items of a collection. An item has a condition if it depends on the value of a parameter.
pub(super) struct Collection {
    pub items: Vec<(String, Option<Rc<str>>)>,
    /// A parameter and its default, if other items are possible with other values of the parameter.
    pub assumed: Option<(String, String)>,
}

/// A value that a parameter has, or may have.
struct Known {
    text: String,
    condition: Option<Rc<str>>,
}

struct Resolver<'r, 't> {
    root: &'r Node<'t>,
    parameters: &'r BTreeMap<String, String>,
    assumed: Option<(String, String)>,
}

impl Collection {
    /// Returns the items of a collection, or the reason why they are unknown.
    pub fn resolve(node: &Node<'_>, root: &Node<'_>, parameters: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut resolver = Resolver { root, parameters, assumed: None };
        let items = resolver.items(node)?;
        let items = items.into_iter().map(|known| (known.text, known.condition)).collect();
        Ok(Self { items, assumed: resolver.assumed })
    }
}

impl Resolver<'_, '_> {
    fn items(&mut self, node: &Node<'_>) -> Result<Vec<Known>, String> {
        if let Value::List(items) = &node.value {
            let mut found = Vec::with_capacity(items.len());
            for item in items {
                match item.scalar() {
                    Some(text) => found.push(Known { text: text.into_owned(), condition: None }),
                    None => found.extend(self.items(item)?),
                }
            }
            return Ok(found);
        }
        match node.intrinsic() {
            Some(("Ref", name)) => self.parameter_items(name.text().unwrap_or_default()),
            Some(("Fn::FindInMap", keys)) => self.mapping_items(keys),
            _ => Err("the collection is unknown before deployment".to_owned()),
        }
    }

    fn parameter(&self, name: &str) -> Result<&Node<'_>, String> {
        let parameter = self.root.get("Parameters").and_then(|all| all.get(name));
        let kind = parameter.and_then(|node| node.get("Type")).and_then(Node::text).unwrap_or_default();
        // The option is the name of an SSM parameter, not its value.
        parameter
            .filter(|_| !kind.starts_with("AWS::SSM::"))
            .ok_or_else(|| format!("the value of `{name}` is unknown before deployment"))
    }

    /// Returns the items of a list parameter: the specified ones, all allowed ones, or the default ones.
    fn parameter_items(&self, name: &str) -> Result<Vec<Known>, String> {
        let parameter = self.parameter(name)?;
        let kind = parameter.get("Type").and_then(Node::text).unwrap_or_default();
        if kind != "CommaDelimitedList" && !kind.starts_with("List<") {
            return Err(format!("parameter {name} is not a list"));
        }
        let split = |text: &str, condition: Option<Rc<str>>| {
            let known = |text: &str| Known { text: text.to_owned(), condition: condition.clone() };
            text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(known).collect::<Vec<_>>()
        };
        if let Some(text) = self.parameters.get(name) {
            return Ok(split(text, None));
        }
        let allowed: Vec<_> = parameter
            .get("AllowedValues")
            .map(Node::items)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::scalar)
            .collect();
        if !allowed.is_empty() {
            let condition = |text: &str| Some(format!("parameter {name} contains `{}`", shorten(text)).into());
            let known =
                |text: std::borrow::Cow<'_, str>| Known { condition: condition(&text), text: text.into_owned() };
            return Ok(allowed.into_iter().map(known).collect());
        }
        let default = parameter.get("Default").and_then(Node::scalar);
        let default = default.ok_or_else(|| format!("parameter {name} has no default"))?;
        Ok(split(&default, Some(format!("parameter {name} has its default `{}`", shorten(&default)).into())))
    }

    /// Returns a list of `Mappings`.
    fn mapping_items(&mut self, keys: &Node<'_>) -> Result<Vec<Known>, String> {
        let unknown = || "the collection is unknown before deployment".to_owned();
        let (mut found, mut conditions) = (self.root.get("Mappings").ok_or_else(unknown)?, Vec::new());
        let mut assumed = None;
        for key in keys.items().iter().take(3) {
            let Known { text, condition } = self.mapping_key(key, &mut assumed)?;
            conditions.extend(condition);
            found = found.get(&text).ok_or_else(|| format!("`Mappings` has no key `{text}`"))?;
        }
        let condition = (!conditions.is_empty()).then(|| conditions.join(" and ").into());
        let items = if let Value::List(items) = &found.value { items.as_slice() } else { std::slice::from_ref(found) };
        let known = |item: &Node<'_>| Some(Known { text: item.scalar()?.into_owned(), condition: condition.clone() });
        let items = items.iter().map(known).collect::<Option<_>>().ok_or_else(unknown)?;
        self.assumed = assumed.or_else(|| self.assumed.take());
        Ok(items)
    }

    /// Returns a key of a mapping: a text, or the value of a parameter.
    fn mapping_key(&self, key: &Node<'_>, assumed: &mut Option<(String, String)>) -> Result<Known, String> {
        if let Some(text) = key.scalar() {
            return Ok(Known { text: text.into_owned(), condition: None });
        }
        let name = key.call("Ref").and_then(Node::text).ok_or("the collection is unknown before deployment")?;
        let parameter = self.parameter(name)?;
        if let Some(text) = self.parameters.get(name) {
            return Ok(Known { text: text.clone(), condition: None });
        }
        let default = parameter.get("Default").and_then(Node::scalar);
        let default = default.ok_or_else(|| format!("parameter {name} has no default"))?.into_owned();
        if parameter.get("AllowedValues").is_some_and(|allowed| allowed.items().len() > 1) {
            *assumed = Some((name.to_owned(), default.clone()));
        }
        let condition = Some(format!("parameter {name} has its default `{}`", shorten(&default)).into());
        Ok(Known { text: default, condition })
    }
}

/// Returns the start of a text. Every item of a list can repeat it.
fn shorten(text: &str) -> String {
    const MAX: usize = 100;
    let start: String = text.chars().take(MAX).collect();
    if start.len() < text.len() { start + " [...]" } else { start }
}
