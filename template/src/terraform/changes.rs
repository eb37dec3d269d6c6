//! The changes of a plan: what is different after the apply.

use crate::tree::{Node, Value};
use std::collections::HashMap;

/// The arguments of a state machine that are part of its revisions, and `publish`.
const REVISION: [&str; 6] =
    ["definition", "encryption_configuration", "logging_configuration", "publish", "role_arn", "tracing_configuration"];

/// The changes of resources, by address.
pub(super) struct Changes<'t>(HashMap<&'t str, &'t Node<'t>>);

impl<'t> Changes<'t> {
    pub fn new(plan: &'t Node<'t>) -> Self {
        let change = |resource: &'t Node<'t>| Some((resource.get("address")?.text()?, resource.get("change")?));
        let resources = plan.get("resource_changes").map(Node::items).unwrap_or_default();
        Self(resources.iter().filter_map(change).collect())
    }

    fn has_action(change: &Node<'_>, name: &str) -> bool {
        change.get("actions").is_some_and(|actions| actions.items().iter().any(|action| action.text() == Some(name)))
    }

    /// Returns the name of a resource that the plan replaces.
    pub fn previous_name(&self, address: &str) -> Option<&'t str> {
        let change = self.0.get(address).filter(|change| Self::has_action(change, "delete"))?;
        change.get("before")?.get("name")?.text()
    }

    /// Returns which values of a resource are known only after the apply. `None` if the plan does not contain that.
    pub fn unknown_values(&self, address: &str) -> Option<&'t Node<'t>> {
        self.0.get(address)?.get("after_unknown")
    }

    /// Returns whether the plan updates a state machine such that AWS creates a revision.
    pub fn creates_revision(&self, address: &str) -> bool {
        let Some(change) = self.0.get(address).filter(|change| Self::has_action(change, "update")) else {
            return false;
        };
        let [before, after, unknown] = ["before", "after", "after_unknown"].map(|name| change.get(name));
        let differs = |name: &str| {
            let value = |node: Option<&'t Node<'t>>| node.and_then(|node| node.get(name));
            let is_unknown = value(unknown).is_some_and(|one| matches!(one.value, Value::Bool(true)));
            is_unknown || matches!((value(before), value(after)), (Some(one), Some(other)) if !is_same(one, other))
        };
        REVISION.iter().any(|name| differs(name))
    }
}

/// Compares two values without their positions. Maps of plans have sorted keys.
fn is_same(one: &Node<'_>, other: &Node<'_>) -> bool {
    match (&one.value, &other.value) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Number(one), Value::Number(other)) => one == other,
        (Value::Text(one), Value::Text(other)) => one == other,
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Map(one), Value::Map(other)) => {
            let pairs = || one.iter().zip(other);
            one.len() == other.len() && pairs().all(|((name, one), (key, other))| name == key && is_same(one, other))
        }
        _ => false,
    }
}
