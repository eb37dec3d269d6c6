//! Checks the metrics of alarms in the namespace of Step Functions.

use crate::findings::{Findings, ScenarioFinding, truncate_middle};
use crate::resolve::{Selected, SymbolicText};
use crate::resources::{Resource, View};
use crate::rule::ALARM_WITHOUT_DATA;
use crate::target::Qualifier;
use crate::terraform;
use crate::tree::Node;

const NAMESPACE: &str = "AWS/States";
const STATE_MACHINE: &str = "StateMachineArn";
const VERSION: &str = "Version";
const ALIAS: &str = "Alias";
/// Maximum number of metrics of an alarm, and of dimensions of a metric, that are checked. CloudWatch accepts 30
/// dimensions.
const MAX_ITEMS: usize = 30;
/// Maximum number of edits between a name and the one that is suggested.
const MAX_EDITS: usize = 3;
/// Longer names have no suggestion. CloudWatch accepts 255 characters.
const MAX_NAME: usize = 255;

/// Metrics with the same dimensions.
struct MetricGroup {
    names: &'static [&'static str],
    dimensions: &'static [&'static str],
}

/// The metrics of the page that the rule refers to. Executions are first: most alarms are about them. The page describes
/// the metrics of activities and tasks as metrics of a state machine, too.
const GROUPS: [MetricGroup; 7] = [
    MetricGroup {
        names: &[
            "ExecutionTime",
            "ExecutionThrottled",
            "ExecutionsAborted",
            "ExecutionsFailed",
            "ExecutionsRedriven",
            "ExecutionsStarted",
            "ExecutionsSucceeded",
            "ExecutionsTimedOut",
            "ExpressExecutionBilledDuration",
            "ExpressExecutionBilledMemory",
            "ExpressExecutionMemory",
            "RedrivenExecutionsAborted",
            "RedrivenExecutionsFailed",
            "RedrivenExecutionsSucceeded",
            "RedrivenExecutionsTimedOut",
        ],
        dimensions: &[STATE_MACHINE, VERSION, ALIAS],
    },
    MetricGroup {
        names: &[
            "ApproximateMapRunBacklogSize",
            "ApproximateOpenMapRunCount",
            "OpenExecutionCount",
            "OpenExecutionLimit",
            "OpenMapRunLimit",
        ],
        dimensions: &[],
    },
    MetricGroup { names: &["AliasCount", "VersionCount"], dimensions: &["ResourceArn"] },
    MetricGroup {
        names: &[
            "ActivitiesFailed",
            "ActivitiesHeartbeatTimedOut",
            "ActivitiesScheduled",
            "ActivitiesStarted",
            "ActivitiesSucceeded",
            "ActivitiesTimedOut",
            "ActivityRunTime",
            "ActivityScheduleTime",
            "ActivityTime",
        ],
        dimensions: &["ActivityArn", STATE_MACHINE],
    },
    MetricGroup {
        names: &[
            "LambdaFunctionRunTime",
            "LambdaFunctionScheduleTime",
            "LambdaFunctionTime",
            "LambdaFunctionsFailed",
            // Only in earlier versions of the page. CDK creates alarms on it.
            "LambdaFunctionsHeartbeatTimedOut",
            "LambdaFunctionsScheduled",
            "LambdaFunctionsStarted",
            "LambdaFunctionsSucceeded",
            "LambdaFunctionsTimedOut",
        ],
        dimensions: &["LambdaFunctionArn", STATE_MACHINE],
    },
    MetricGroup {
        names: &[
            "ServiceIntegrationRunTime",
            "ServiceIntegrationScheduleTime",
            "ServiceIntegrationTime",
            "ServiceIntegrationsFailed",
            "ServiceIntegrationsScheduled",
            "ServiceIntegrationsStarted",
            "ServiceIntegrationsSucceeded",
            "ServiceIntegrationsTimedOut",
        ],
        dimensions: &["ServiceIntegrationResourceArn", STATE_MACHINE],
    },
    MetricGroup {
        names: &["ConsumedCapacity", "ProvisionedBucketSize", "ProvisionedRefillRate", "ThrottledEvents"],
        dimensions: &["APIName", "ServiceMetric", STATE_MACHINE],
    },
];

/// Returns whether a resource is an alarm that can have a metric of Step Functions.
pub(crate) fn is_alarm(resource: &Resource<'_>) -> bool {
    let mut found = false;
    if resource.kind == "AWS::CloudWatch::Alarm" {
        // A namespace that is not a text is not known yet.
        let is_own = |namespace: &Node<'_>| namespace.text().is_none_or(|text| text == NAMESPACE);
        resource.node.walk(&mut |node| found = found || node.get("Namespace").is_some_and(is_own));
    }
    found
}

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, alarm: &Resource<'t>) {
    let view = findings.view;
    let properties = view.template.resolver.select(alarm.node.get("Properties"), view.scenario).node();
    check_metric(findings, alarm, properties, "Properties");
    let queries = view.known_items(view.property(alarm, "Metrics"));
    for (index, query) in queries.into_iter().take(MAX_ITEMS) {
        let metric = view.member(view.member(Some(query), "MetricStat").node(), "Metric").node();
        let index = index.map_or_else(String::new, |index| format!("/{index}"));
        check_metric(findings, alarm, metric, &format!("Properties/Metrics{index}/MetricStat/Metric"));
    }
}

/// Checks the metric that a map describes.
fn check_metric<'t>(findings: &mut Findings<'_, 't>, alarm: &Resource<'t>, metric: Option<&'t Node<'t>>, path: &str) {
    let view = findings.view;
    let text = |member| view.text(view.member(metric, member)).unwrap_or_else(SymbolicText::unknown);
    let (namespace, name) = (text("Namespace"), text("MetricName"));
    if namespace.text() != Some(NAMESPACE) {
        return;
    }
    let group = name.text().and_then(find_group);
    let defaults = [namespace.defaults.clone(), name.defaults.clone()].concat();
    if let (Some(name), None) = (name.text(), group) {
        return add(findings, alarm, &format!("{path}/MetricName"), describe_metric(name), defaults);
    }
    let (dimensions, is_complete) = read_dimensions(view, metric);
    let in_plan = terraform::plan_pointer(alarm.node).is_some();
    let mut problems: Vec<_> =
        dimensions.iter().filter_map(|one| Some((one.index, one.problem(view, group)?))).collect();
    if problems.is_empty() {
        problems.extend(find_wrong_combination(&dimensions, is_complete).map(|problem| (None, problem)));
    }
    for (index, problem) in problems {
        // A plan has a map of dimensions.
        let item = index.filter(|_| !in_plan).map_or_else(String::new, |index| format!("/{index}"));
        let read = dimensions.iter().flat_map(|one| one.name.defaults.iter().chain(&one.value.defaults)).copied();
        let defaults = defaults.iter().copied().chain(read).collect();
        add(findings, alarm, &format!("{path}/Dimensions{item}"), problem, defaults);
    }
}

/// A message and a fix.
type MetricProblem = (String, String);

fn add<'t>(
    findings: &mut Findings<'_, 't>,
    alarm: &Resource<'t>,
    path: &str,
    (message, fix): MetricProblem,
    defaults: Vec<&'t str>,
) {
    let finding = findings.create(&ALARM_WITHOUT_DATA, alarm, path, message);
    findings.items.push(ScenarioFinding { fix: Some(truncate_middle(fix)), defaults, ..finding });
}

fn find_group(name: &str) -> Option<&'static MetricGroup> {
    GROUPS.iter().find(|group| group.names.contains(&name))
}

fn describe_metric(name: &str) -> MetricProblem {
    let [executions, ..] = &GROUPS;
    let fix = match find_nearest(name, GROUPS.iter().flat_map(|group| group.names).copied()) {
        Some(nearest) => format!("Use `{nearest}`."),
        None => format!("Use a metric that exists. Those of executions are {}.", executions.names.join(", ")),
    };
    (format!("MetricName: expected a metric of {NAMESPACE}, found `{name}`"), fix)
}

/// Returns the nearest name: one that starts or ends with the other one, or a misspelled one.
fn find_nearest(name: &str, candidates: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let name = Some(name.to_lowercase()).filter(|name| name.len() <= MAX_NAME)?;
    let count_edits = |candidate: &'static str| {
        let lower = candidate.to_lowercase();
        let (short, long) = if name.len() < lower.len() { (&name, &lower) } else { (&lower, &name) };
        let is_part = short.len() > MAX_EDITS && (long.starts_with(short.as_str()) || long.ends_with(short.as_str()));
        let edits = strsim::osa_distance(&name, &lower);
        (is_part || edits <= MAX_EDITS).then_some((edits, candidate))
    };
    candidates.filter_map(count_edits).min_by_key(|(edits, _)| *edits).map(|(_, candidate)| candidate)
}

struct Dimension<'t> {
    index: Option<usize>,
    name: SymbolicText<'t>,
    value: SymbolicText<'t>,
}

/// Returns the dimensions of a metric, and whether there are no other ones.
fn read_dimensions<'t>(view: View<'_, 't>, metric: Option<&'t Node<'t>>) -> (Vec<Dimension<'t>>, bool) {
    let list = view.member(metric, "Dimensions");
    let items = view.known_items(list).into_iter().take(MAX_ITEMS);
    let dimension = |(index, item)| {
        let text = |member| view.text(view.member(Some(item), member)).unwrap_or_else(SymbolicText::unknown);
        Dimension { index, name: text("Name"), value: text("Value") }
    };
    let dimensions: Vec<_> = items.map(dimension).collect();
    let is_known = matches!(list, Selected::Absent) || view.list(list).is_some_and(|all| all.len() == dimensions.len());
    let is_complete = is_known && dimensions.iter().all(|dimension| dimension.name.text().is_some());
    (dimensions, is_complete)
}

impl<'t> Dimension<'t> {
    /// Returns the problem of this dimension. The group is `None` if the metric is unknown.
    fn problem(&self, view: View<'_, 't>, group: Option<&MetricGroup>) -> Option<MetricProblem> {
        let name = self.name.text()?;
        let known = group.map_or_else(list_dimensions, |group| group.dimensions.to_vec());
        if !known.contains(&name) {
            let message = format!("Dimensions: `{name}` is not a dimension of this metric");
            return Some((message, describe_dimensions(name, &known)));
        }
        let found = (name == STATE_MACHINE).then(|| describe_value(view, &self.value)).flatten()?;
        let message = format!("Dimensions: expected the ARN of the state machine in {STATE_MACHINE}, found {found}");
        Some((message, format!("Use the ARN of the state machine. {VERSION} and {ALIAS} are dimensions of their own.")))
    }
}

/// Returns the dimensions of all metrics.
fn list_dimensions() -> Vec<&'static str> {
    let mut all: Vec<_> = GROUPS.iter().flat_map(|group| group.dimensions).copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn describe_dimensions(name: &str, known: &[&'static str]) -> String {
    match find_nearest(name, known.iter().copied()) {
        _ if known.is_empty() => "Remove the dimensions: the metric is that of the account.".to_owned(),
        Some(nearest) => format!("Use `{nearest}`."),
        None => format!("Remove it, or use a dimension of the metric: {}.", known.join(", ")),
    }
}

/// Describes a value that is certainly not the ARN of a state machine.
fn describe_value<'t>(view: View<'_, 't>, value: &SymbolicText<'t>) -> Option<String> {
    let what = match view.resolve_arn(value).map(|target| target.qualifier) {
        Some(Qualifier::None) => return None,
        Some(Qualifier::Version) => "the ARN of a version, ",
        Some(Qualifier::Alias(_) | Qualifier::AliasResource(_)) => "the ARN of an alias, ",
        None if view.is_other_resource(value) => "",
        // The deploy replaces an empty default.
        None => value.example_text().filter(|text| !text.is_empty() && !text.starts_with("arn:")).map(|_| "")?,
    };
    Some(format!("{what}`{}`", value.to_sub_pattern()))
}

/// Finds a combination of dimensions that no start publishes: those of a start are StateMachineArn, StateMachineArn with
/// Version, and StateMachineArn with Alias.
fn find_wrong_combination(dimensions: &[Dimension<'_>], is_complete: bool) -> Option<MetricProblem> {
    let has = |name| dimensions.iter().any(|dimension| dimension.name.text() == Some(name));
    if has(VERSION) && has(ALIAS) {
        let message = format!("Dimensions: expected {VERSION} or {ALIAS}, found both");
        let fix = format!(
            "Remove one of the two. The metrics of a {VERSION} count the executions that an alias starts with it, and those that are started with the ARN of the version."
        );
        return Some((message, fix));
    }
    let qualifier = [VERSION, ALIAS].into_iter().find(|name| has(name))?;
    (is_complete && !has(STATE_MACHINE)).then(|| {
        let message = format!("Dimensions: expected {STATE_MACHINE} with {qualifier}, found no {STATE_MACHINE}");
        (message, format!("Add the dimension {STATE_MACHINE} with the ARN of the state machine."))
    })
}

#[cfg(test)]
mod tests {
    use super::{GROUPS, find_nearest};

    #[test]
    fn misspelled_metrics_have_the_nearest_name() {
        let all = || GROUPS.iter().flat_map(|group| group.names).copied();
        for (name, nearest) in [
            ("ExecutionsFailedCount", Some("ExecutionsFailed")),
            ("ExecutionFailed", Some("ExecutionsFailed")),
            ("ExecutionsFail", Some("ExecutionsFailed")),
            ("executionsFailed", Some("ExecutionsFailed")),
            ("ExecutionsThrottled", Some("ExecutionThrottled")),
            ("ExecutionsTimeout", Some("ExecutionsTimedOut")),
            ("Failed", Some("ExecutionsFailed")),
            ("LambdaFunctionFailed", Some("LambdaFunctionsFailed")),
            ("ActivityFailed", Some("ActivitiesFailed")),
            ("ServiceIntegrationFailed", Some("ServiceIntegrationsFailed")),
            ("ExecutionDuration", None),
            ("ExecutionErrors", None),
            ("FailedExecutions", None),
            ("StateMachineCount", None),
            ("Errors", None),
            ("", None),
        ] {
            assert_eq!(find_nearest(name, all()), nearest, "{name}");
        }
        assert_eq!(find_nearest(&"ExecutionsFailed".repeat(16), all()), None);
        assert!(all().all(|name| find_nearest(name, all()) == Some(name)));
    }
}
