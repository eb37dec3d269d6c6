//! The configuration of a plan: which attributes of which resources an expression refers to. Plans list the references
//! of an expression, but not the expression itself, and no local values.

use crate::tree::Node;
use std::collections::HashMap;

/// Longer lists of references are not followed.
const MAX_REFERENCES: usize = 16;
/// Maximum number of variables, outputs and loops between an expression and a resource.
const MAX_STEPS: usize = 32;

/// An attribute of a resource, by its address.
pub(super) struct Reference {
    pub address: String,
    pub attribute: String,
}

/// A module with its calls of other modules.
#[derive(Default)]
pub(super) struct Configuration<'t> {
    outputs: Option<&'t Node<'t>>,
    resources: HashMap<&'t str, &'t Node<'t>>,
    calls: HashMap<&'t str, Call<'t>>,
}

struct Call<'t> {
    node: &'t Node<'t>,
    module: Configuration<'t>,
}

/// A name in an address or reference, with its index: `this["a"]`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Step<'s> {
    name: &'s str,
    /// With brackets. Empty without an index.
    index: &'s str,
}

/// Where an expression is: the calls of its modules, and the resource or call with its index.
#[derive(Clone)]
struct Scope<'s, 't> {
    modules: Vec<Step<'s>>,
    owner: Option<(&'t Node<'t>, &'s str)>,
}

impl<'t> Configuration<'t> {
    pub fn new(plan: &'t Node<'t>) -> Self {
        let root = plan.get("configuration").and_then(|configuration| configuration.get("root_module"));
        root.map(Self::from_module).unwrap_or_default()
    }

    fn from_module(node: &'t Node<'t>) -> Self {
        let resources = node.get("resources").map(Node::items).unwrap_or_default();
        let address = |resource: &'t Node<'t>| Some((resource.get("address")?.text()?, resource));
        let calls = node.get("module_calls").map(Node::members).unwrap_or_default();
        let call = |(name, node): &'t (std::borrow::Cow<'t, str>, Node<'t>)| {
            (name.as_ref(), Call { node, module: node.get("module").map(Self::from_module).unwrap_or_default() })
        };
        Self {
            outputs: node.get("outputs"),
            resources: resources.iter().filter_map(address).collect(),
            calls: calls.iter().map(call).collect(),
        }
    }

    /// Returns what the argument of a resource refers to, if it is exactly one attribute of a resource.
    pub fn find_reference(
        &self,
        address: &str,
        argument: impl FnOnce(&'t Node<'t>) -> Option<&'t Node<'t>>,
    ) -> Option<Reference> {
        let mut steps = parse_steps(address)?;
        let name = steps.pop()?;
        let kind = steps.pop()?;
        let modules: Vec<Step<'_>> = steps.chunks(2).filter_map(|pair| pair.last().cloned()).collect();
        let resource = *self.module(&modules)?.resources.get(&*format!("{}.{}", kind.name, name.name))?;
        let expression = argument(resource.get("expressions")?)?;
        self.follow(expression, &Scope { modules, owner: Some((resource, name.index)) }, MAX_STEPS)
    }

    fn module(&self, modules: &[Step<'_>]) -> Option<&Self> {
        modules.iter().try_fold(self, |module, step| Some(&module.calls.get(step.name)?.module))
    }

    fn follow<'s>(&'s self, expression: &'t Node<'t>, scope: &Scope<'s, 't>, steps: usize) -> Option<Reference>
    where
        't: 's,
    {
        let steps = steps.checked_sub(1)?;
        let reference = parse_steps(single_reference(expression)?)?;
        let [first, second, rest @ ..] = reference.as_slice() else { return None };
        match (first.name, rest) {
            ("var", _) => self.follow_variable(second.name, scope, steps),
            ("module", [output, ..]) => self.follow_output(second, output.name, scope, steps),
            ("each", [attribute, ..]) if second.name == "value" => self.follow_loop(attribute.name, scope),
            ("local" | "data" | "each" | "count" | "path" | "self" | "terraform", _) => None,
            (kind, [attribute, ..]) => {
                let address = format!("{}{kind}.{}{}", format_modules(&scope.modules), second.name, second.index);
                Some(Reference { address, attribute: attribute.name.to_owned() })
            }
            _ => None,
        }
    }

    /// Follows a variable of a module to the call of the module.
    fn follow_variable<'s>(&'s self, name: &str, scope: &Scope<'s, 't>, steps: usize) -> Option<Reference>
    where
        't: 's,
    {
        let (call, parents) = scope.modules.split_last()?;
        let node = self.module(parents)?.calls.get(call.name)?.node;
        let scope = Scope { modules: parents.to_vec(), owner: Some((node, call.index)) };
        self.follow(node.get("expressions")?.get(name)?, &scope, steps)
    }

    fn follow_output<'s>(
        &'s self,
        module: &Step<'s>,
        output: &str,
        scope: &Scope<'s, 't>,
        steps: usize,
    ) -> Option<Reference>
    where
        't: 's,
    {
        let mut modules = scope.modules.clone();
        modules.push(module.clone());
        let expression = self.module(&modules)?.outputs?.get(output)?.get("expression")?;
        self.follow(expression, &Scope { modules, owner: None }, steps)
    }

    /// Follows `each.value` if `for_each` is another resource with `for_each`: both have the same keys.
    fn follow_loop(&self, attribute: &str, scope: &Scope<'_, 't>) -> Option<Reference> {
        let (owner, index) = scope.owner?;
        let reference = parse_steps(single_reference(owner.get("for_each_expression")?)?)?;
        let [kind, name] = reference.as_slice() else { return None };
        if ["var", "local", "module", "each"].contains(&kind.name) || !name.index.is_empty() {
            return None;
        }
        let address = format!("{}{}.{}{index}", format_modules(&scope.modules), kind.name, name.name);
        Some(Reference { address, attribute: attribute.to_owned() })
    }
}

fn format_modules(modules: &[Step<'_>]) -> String {
    modules.iter().map(|step| format!("module.{}{}.", step.name, step.index)).collect()
}

/// Returns the only reference of an expression. Plans also list the parts of a reference: `a.b.c` and `a.b`.
fn single_reference<'t>(expression: &'t Node<'t>) -> Option<&'t str> {
    let references = expression.get("references")?.items();
    if references.len() > MAX_REFERENCES {
        return None;
    }
    let references: Vec<&str> = references.iter().filter_map(Node::text).collect();
    let longest = references.iter().copied().max_by_key(|reference| reference.len())?;
    let is_part = |reference: &&str| {
        longest.strip_prefix(*reference).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    references.iter().all(is_part).then_some(longest)
}

/// Splits an address at its dots, except in brackets. Returns `None` for an incomplete index.
fn parse_steps(text: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let length = if after.starts_with('[') { index_length(after)? } else { 0 };
        let (index, after) = after.split_at(length);
        steps.push(Step { name, index });
        rest = match after.strip_prefix('.') {
            Some(rest) => rest,
            None if after.is_empty() => after,
            // A second index, for example `a[0][1]`.
            None => return None,
        };
    }
    Some(steps)
}

/// Returns the length of an index with its brackets. A text in it can contain brackets and escaped quotes.
fn index_length(text: &str) -> Option<usize> {
    let (mut in_quotes, mut is_escaped) = (false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_quotes => is_escaped = true,
            b'"' => in_quotes = !in_quotes,
            b']' if !in_quotes => return at.checked_add(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Step, parse_steps};

    #[test]
    fn addresses_have_indices() {
        let step = |name, index| Step { name, index };
        assert_eq!(
            parse_steps(r#"module.m["a.b]\""].aws_sfn_alias.live[0]"#),
            Some(vec![step("module", ""), step("m", r#"["a.b]\""]"#), step("aws_sfn_alias", ""), step("live", "[0]")])
        );
        assert_eq!(parse_steps("a[0"), None);
        assert_eq!(parse_steps(r#"a["]"#), None);
        assert_eq!(parse_steps("a[0][1]"), None);
        assert_eq!(parse_steps(""), Some(vec![]));
    }
}
