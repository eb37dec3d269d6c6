//! Sorts conditions so that dependencies come first.

use crate::error::TemplateError;
use crate::tree::Node;
use std::collections::HashMap;

/// Sorts the names topologically (Kahn's algorithm). Returns an error for cyclic conditions.
pub(super) fn sort_conditions<'t>(named: &HashMap<&'t str, &'t Node<'t>>) -> Result<Vec<&'t str>, TemplateError> {
    let mut users: HashMap<&str, Vec<&'t str>> = HashMap::new();
    let mut open: HashMap<&'t str, usize> = HashMap::new();
    for (name, node) in named {
        let mut used = 0_usize;
        node.walk(&mut |part| {
            let other = part.call("Condition").and_then(Node::text);
            if let Some(other) = other.filter(|other| named.contains_key(other)) {
                users.entry(other).or_default().push(name);
                used = used.saturating_add(1);
            }
        });
        open.insert(name, used);
    }
    let mut order: Vec<&'t str> = open.iter().filter(|(_, used)| **used == 0).map(|(name, _)| *name).collect();
    let mut at = 0_usize;
    while let Some(name) = order.get(at) {
        at = at.saturating_add(1);
        for user in users.remove(name).unwrap_or_default() {
            let Some(left) = open.get_mut(user) else { continue };
            *left = left.saturating_sub(1);
            if *left == 0 {
                order.push(user);
            }
        }
    }
    let cycle = open.iter().filter(|(_, left)| **left > 0).map(|(name, _)| *name).min();
    cycle.map_or(Ok(order), |name| Err(TemplateError::ConditionCycle { name: name.to_owned() }))
}
