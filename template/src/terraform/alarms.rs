//! Translates the alarms of plans.

use super::nodes::{known_or_unknown, map, unknown};
use crate::tree::{Node, Value};
use std::borrow::Cow;

/// Translates an alarm. `unknown_values` has `true` for each value that is known only after the apply; these values are
/// missing in `values`.
pub(super) fn translate_alarm<'t>(values: &'t Node<'t>, unknown_values: Option<&'t Node<'t>>) -> Node<'t> {
    let Value::Map(mut properties) = translate_metric(values, unknown_values).value else { return values.clone() };
    if let Some(queries) = values.get("metric_query").filter(|queries| !queries.items().is_empty()) {
        let unknown_queries = unknown_values.and_then(|unknown| unknown.get("metric_query")).map(Node::items);
        let unknown_queries = unknown_queries.filter(|unknown| unknown.len() == queries.items().len());
        let unknown_query = |index| unknown_queries?.get(index);
        let items = queries.items().iter().enumerate();
        let items = items.map(|(index, query)| translate_query(query, unknown_query(index))).collect();
        properties.push(("Metrics".into(), Node { position: queries.position, value: Value::List(items) }));
    }
    Node { position: values.position, value: Value::Map(properties) }
}

fn translate_query<'t>(query: &'t Node<'t>, unknown_values: Option<&'t Node<'t>>) -> Node<'t> {
    let first = |node: &'t Node<'t>| node.get("metric").and_then(|metrics| metrics.items().first());
    let Some(metric) = first(query) else { return map(query.position, Vec::new()) };
    let metric = translate_metric(metric, unknown_values.and_then(first));
    map(query.position, vec![("MetricStat", map(query.position, vec![("Metric", metric)]))])
}

fn translate_metric<'t>(values: &'t Node<'t>, unknown_values: Option<&'t Node<'t>>) -> Node<'t> {
    let mut members = vec![
        ("Namespace", known_or_unknown(values, "namespace")),
        ("MetricName", known_or_unknown(values, "metric_name")),
    ];
    let dimensions = list_dimensions(values, unknown_values);
    if !dimensions.is_empty() {
        let position = values.get("dimensions").unwrap_or(values).position;
        members.push(("Dimensions", Node { position, value: Value::List(dimensions) }));
    }
    map(values.position, members)
}

/// Lists the dimensions. An unknown item means that there may be more.
fn list_dimensions<'t>(values: &'t Node<'t>, unknown_values: Option<&'t Node<'t>>) -> Vec<Node<'t>> {
    let known = values.get("dimensions").map(Node::members).unwrap_or_default();
    let unknown_dimensions = unknown_values.map(|unknown| unknown.get("dimensions"));
    let unknown_names = unknown_dimensions.flatten().map(Node::members).unwrap_or_default();
    let is_true = |node: &Node<'_>| matches!(node.value, Value::Bool(true));
    let has_more = unknown_dimensions.is_none_or(|unknown| unknown.is_some_and(is_true));
    let dimension = |name: &'t Cow<'t, str>, value: Node<'t>| {
        let position = value.position;
        let name = Node { position, value: Value::Text(Cow::Borrowed(name.as_ref())) };
        map(position, vec![("Name", name), ("Value", value)])
    };
    let known = known.iter().map(|(name, value)| dimension(name, value.clone()));
    let later = unknown_names.iter().filter(|(_, node)| is_true(node));
    let later = later.map(|(name, _)| dimension(name, unknown(values.position)));
    known.chain(later).chain(has_more.then(|| unknown(values.position))).collect()
}
