//! The complete check: read the file, run the rules in every scenario, merge the findings, create the report.

use super::describe::{build_finding, describe_condition, report_unchecked_loop};
use super::embedded;
use super::error::TemplateError;
use super::findings::{Findings, ScenarioFinding};
use super::foreach;
use super::options::{Acknowledgement, CheckOptions};
use super::previous::PreviousTemplate;
use super::read::read;
use super::report::{CheckedCounts, Finding, Report};
use super::resolve::Scenario;
use super::resources::{ACTIVITY, ALIAS, Resource, SAM_STATE_MACHINE, STATE_MACHINE, Template, VERSION, View};
use super::rule::{LOOP_NOT_EXPANDED, NOT_DECIDED};
use super::rules::{
    alias, change, conflicts, environment, events, members, metrics, plan, policy, preference, revision, start, types,
    version,
};
use super::scenarios::{is_related, list_scenarios, list_scenarios_with};
use super::terraform;
use super::tree::Node;
use std::collections::HashMap;

/// Checks a CloudFormation or SAM template, in JSON or YAML, or a Terraform plan in JSON.
///
/// # Errors
/// [`TemplateError`] if the file cannot be read or the options are not valid. The function does not panic: a bug
/// is [`TemplateError::Internal`].
///
/// ```
/// use sfn_alias_template::{CheckOptions, check_template};
/// let template = b"
/// Resources:
///   Prod:
///     Type: AWS::StepFunctions::StateMachineAlias
///     Properties:
///       Name: PROD
///       RoutingConfiguration:
///         - {StateMachineVersionArn: !Ref Old, Weight: 90}
///         - {StateMachineVersionArn: !Ref New, Weight: 9}
/// ";
/// let report = check_template(template, &CheckOptions::default())?;
/// let finding = &report.findings[0];
/// assert_eq!((finding.rule, finding.line, finding.column), ("SFA001", 7, 7));
/// assert_eq!(
///     finding.message,
///     "RoutingConfiguration: rejected by CreateStateMachineAlias: \
///      Sum of routing configuration weights must equal 100. Received: [90, 9]",
/// );
/// # Ok::<(), sfn_alias_template::TemplateError>(())
/// ```
pub fn check_template(text: &[u8], options: &CheckOptions) -> Result<Report, TemplateError> {
    options.check()?;
    TemplateError::catch_panic(|| check(text, options))
}

fn check(text: &[u8], options: &CheckOptions) -> Result<Report, TemplateError> {
    let previous = match &options.previous {
        Some(previous) => read_previous(previous, options).map_err(|error| TemplateError::Previous(Box::new(error)))?,
        None => PreviousTemplate::default(),
    };
    let mut root = read(text)?;
    let unchecked = foreach::expand_loops(&mut root, text, &options.parameters);
    embedded::parse_embedded_json(&mut root);
    let mut plan = terraform::is_plan(&root).then(|| terraform::translate_plan(&root));
    plan.iter_mut().for_each(embedded::parse_embedded_json);
    let template = Template::new(plan.as_ref().unwrap_or(&root), options)?;
    let findings = remove_duplicates(&template, run_rules(&template, &previous));
    let mut findings = add_limit_finding(&template, findings);
    findings.retain(|finding| !options.is_disabled(finding.rule));
    let acknowledgements = read_acknowledgements(&template)?;
    let mut findings: Vec<Finding> = findings.iter().map(|finding| build_finding(&template, finding)).collect();
    if !options.is_disabled(&LOOP_NOT_EXPANDED) {
        findings.extend(unchecked.into_iter().map(report_unchecked_loop));
    }
    for finding in &mut findings {
        acknowledge(finding, options, &acknowledgements);
    }
    findings.sort_by(|one, other| {
        (one.line, one.column, one.rule, &one.path).cmp(&(other.line, other.column, other.rule, &other.path))
    });
    Ok(Report::new(findings, count_checked(&template)))
}

/// Like [`check_template`], with options and report in JSON. The bindings use it.
///
/// # Errors
/// Those of [`check_template`].
pub fn check_template_json(text: &[u8], options: &[u8]) -> Result<Vec<u8>, TemplateError> {
    let report = check_template(text, &CheckOptions::from_json(options)?)?;
    Ok(report.to_json())
}

/// Returns whether a resource is a version, or a state machine that publishes versions without version resources.
fn publishes_versions(resource: &Resource<'_>) -> bool {
    resource.kind == VERSION || resource.is_sam_with_alias() || terraform::publishes_versions(resource.node)
}

/// Counts what the rules check.
fn count_checked(template: &Template<'_>) -> CheckedCounts {
    let count = |filter: fn(&Resource<'_>) -> bool| template.resources.iter().filter(|one| filter(one)).count();
    CheckedCounts {
        aliases: count(|resource| resource.is_alias()),
        versions: count(publishes_versions),
        policies: count(policy::has_policies),
    }
}

fn read_previous(text: &str, options: &CheckOptions) -> Result<PreviousTemplate, TemplateError> {
    let mut root = read(text.as_bytes())?;
    foreach::expand_loops(&mut root, text.as_bytes(), &options.parameters);
    embedded::parse_embedded_json(&mut root);
    let mut plan = terraform::is_plan(&root).then(|| terraform::translate_plan(&root));
    plan.iter_mut().for_each(embedded::parse_embedded_json);
    Ok(PreviousTemplate::read(&Template::new(plan.as_ref().unwrap_or(&root), options)?))
}

fn run_rules<'t>(template: &Template<'t>, previous: &PreviousTemplate) -> Vec<ScenarioFinding<'t>> {
    let aliases: Vec<&Resource<'t>> = template.resources.iter().filter(|resource| resource.is_alias()).collect();
    let mut findings = Vec::new();
    for resource in &template.resources {
        let starts = !aliases.is_empty() && start::can_start_executions(resource);
        let has_variables = !aliases.is_empty() && environment::has_variables(resource);
        let mut run_in_scenarios = |all: Vec<Scenario<'t>>, rules: &dyn Fn(&mut Findings<'_, 't>)| {
            let mut found: Vec<ScenarioFinding<'t>> = Vec::new();
            for scenario in &all {
                let mut collected = Findings::new(View { template, scenario });
                rules(&mut collected);
                found.extend(collected.items);
            }
            findings.extend(merge_scenarios(found, &all));
        };
        if [ALIAS, VERSION, SAM_STATE_MACHINE].contains(&resource.kind) {
            run_in_scenarios(list_scenarios(template, resource), &|findings| {
                check_resource(findings, resource, previous)
            });
        }
        if policy::is_policy(resource) {
            run_in_scenarios(list_scenarios(template, resource), &|findings| policy::check(findings, resource));
        }
        if metrics::is_alarm(resource) {
            run_in_scenarios(list_scenarios(template, resource), &|findings| metrics::check(findings, resource));
        }
        if resource.kind == STATE_MACHINE || resource.kind == ACTIVITY {
            // The members do not depend on conditions, and definitions are long.
            run_in_scenarios(vec![Scenario::default()], &|findings| members::check(findings, resource));
        }
        if members::has_unknown_type(resource) {
            run_in_scenarios(vec![Scenario::default()], &|findings| members::check_type(findings, resource));
        }
        if has_variables {
            run_in_scenarios(list_scenarios_with(template, resource, &aliases), &|findings| {
                environment::check(findings, resource)
            });
        }
        if starts {
            run_in_scenarios(list_scenarios_with(template, resource, &aliases), &|findings| {
                start::check(findings, resource)
            });
        }
        if template.take_limit_exceeded() && is_related(template, resource) {
            findings.push(create_limit_finding(template, resource));
        }
    }
    findings.extend(conflicts::check(template));
    findings
}

/// Reports that a limit was exceeded while a resource was checked.
fn create_limit_finding<'t>(template: &Template<'t>, resource: &Resource<'t>) -> ScenarioFinding<'t> {
    let scenario = Scenario::default();
    let message =
        "Not fully checked: the resource depends on too many conditions or parameter values, or on texts that are too long"
            .to_owned();
    Findings::new(View { template, scenario: &scenario }).create(&NOT_DECIDED, resource, "", message)
}

/// Adds a finding if a limit was exceeded outside the checks of single resources.
fn add_limit_finding<'t>(template: &Template<'t>, mut findings: Vec<ScenarioFinding<'t>>) -> Vec<ScenarioFinding<'t>> {
    let is_reported = findings.iter().any(|finding| finding.rule.id == NOT_DECIDED.id);
    if !is_reported && template.take_limit_exceeded() {
        let first = template.resources.iter().find(|resource| is_related(template, resource));
        findings.extend(first.map(|first| create_limit_finding(template, first)));
    }
    findings
}

fn check_resource<'t>(found: &mut Findings<'_, 't>, resource: &Resource<'t>, previous: &PreviousTemplate) {
    members::check(found, resource);
    if resource.is_alias() {
        alias::check(found, resource);
        change::check(found, resource, previous);
    }
    if resource.kind == ALIAS {
        let routed = version::find_routed_versions(found.view, resource);
        version::check_retention(found, resource, &routed);
        revision::check_routed_versions(found, &routed, previous);
        plan::check(found, resource);
    }
    if resource.kind == VERSION {
        version::check(found, resource);
        revision::check(found, resource);
    } else {
        types::check(found, resource);
        preference::check(found, resource);
    }
    if resource.kind == SAM_STATE_MACHINE {
        events::check_alias(found, resource);
    }
    if resource.is_sam_with_alias() {
        version::check_sam_retention(found, resource);
        events::check(found, resource);
    }
}

/// Identifies a finding independently of its scenario.
type Identity<'t> = (&'static str, &'t str, String, String, Vec<&'t str>);

fn identify<'t>(finding: &ScenarioFinding<'t>) -> Identity<'t> {
    let mut defaults = finding.defaults.clone();
    defaults.sort_unstable();
    defaults.dedup();
    (finding.rule.id, finding.resource.id, finding.pointer.clone(), finding.message.clone(), defaults)
}

/// Merges equal findings of several scenarios into one, with the conditions that all of them share.
fn merge_scenarios<'t>(findings: Vec<ScenarioFinding<'t>>, all: &[Scenario<'t>]) -> Vec<ScenarioFinding<'t>> {
    let mut order: Vec<ScenarioFinding<'t>> = Vec::new();
    let mut groups: HashMap<Identity<'t>, (usize, Vec<Scenario<'t>>)> = HashMap::new();
    for finding in findings {
        let index = order.len();
        let (_, scenarios) = groups.entry(identify(&finding)).or_insert((index, Vec::new()));
        scenarios.push(finding.scenario.clone());
        if scenarios.len() == 1 {
            order.push(finding);
        }
    }
    for (index, scenarios) in groups.into_values() {
        let Some(finding) = order.get_mut(index) else { continue };
        let common = |scenarios: &[Scenario<'t>]| {
            let (first, rest) = scenarios.split_first()?;
            Some(rest.iter().fold(first.clone(), |common, scenario| common.intersect(scenario)))
        };
        let (own, fixed) = (common(&scenarios).unwrap_or_default(), common(all).unwrap_or_default());
        // If the scenarios have no other common condition, the first scenario is the example.
        if scenarios.len() == all.len() || own != fixed {
            finding.scenario = own;
        } else {
            finding.scenario = remove_irrelevant_choices(&finding.scenario, all, &scenarios);
        }
    }
    order
}

/// Removes the parameters of an example that do not matter: the finding occurs with all of their values.
fn remove_irrelevant_choices<'t>(example: &Scenario<'t>, all: &[Scenario<'t>], found: &[Scenario<'t>]) -> Scenario<'t> {
    example.choices().iter().fold(example.clone(), |kept, (name, _)| {
        let shorter = kept.without_choice(name);
        let matching = |list: &[Scenario<'t>]| list.iter().filter(|one| shorter.is_part_of(one)).count();
        if matching(all) == matching(found) { shorter } else { kept }
    })
}

/// Removes duplicates, and findings that contradict the defaults of their parameters.
fn remove_duplicates<'t>(template: &Template<'t>, findings: Vec<ScenarioFinding<'t>>) -> Vec<ScenarioFinding<'t>> {
    let mut seen = std::collections::HashSet::new();
    let mut unique = Vec::new();
    for finding in findings {
        let defaults: Vec<(&str, String)> = finding
            .defaults
            .iter()
            .filter_map(|name| Some((*name, template.resolver.default_value(name)?.into_owned())))
            .collect();
        let fixed: Vec<(&str, &str)> = defaults.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let possible = fixed.is_empty() || template.conditions.is_possible(&finding.scenario, &fixed);
        if possible && seen.insert((identify(&finding), describe_condition(template, &finding))) {
            unique.push(finding);
        }
    }
    unique
}

/// Reads the acknowledgements in the `Metadata` of resources.
fn read_acknowledgements(template: &Template<'_>) -> Result<Vec<Acknowledgement>, TemplateError> {
    let mut found = Vec::new();
    for resource in &template.resources {
        let own = resource.node.get("Metadata").and_then(|metadata| metadata.get("sfn-alias"));
        let list = own.and_then(|own| own.get("acknowledge")).map(Node::items).unwrap_or_default();
        for (index, item) in list.iter().enumerate() {
            let text = |name| item.get(name).and_then(Node::text).unwrap_or_default().to_owned();
            let acknowledgement = Acknowledgement {
                rule: text("rule"),
                logical_id: Some(resource.id.to_owned()),
                reason: text("reason"),
            };
            acknowledgement.check(|| format!("Resources/{}/Metadata/sfn-alias/acknowledge/{index}", resource.id))?;
            found.push(acknowledgement);
        }
    }
    Ok(found)
}

fn acknowledge(finding: &mut Finding, options: &CheckOptions, acknowledgements: &[Acknowledgement]) {
    let Some(rule) = super::rule::find_rule(finding.rule) else { return };
    let covering =
        options.acknowledge.iter().chain(acknowledgements).find(|entry| entry.covers(rule, &finding.logical_id));
    finding.acknowledged = covering.map(|entry| entry.reason.clone());
}

#[cfg(test)]
mod tests {
    use super::{CheckOptions, PreviousTemplate, Template, embedded, read, run_rules, terraform};

    /// Counts the steps of the rules for a template or plan with `count` resources.
    fn count_steps(resource: fn(usize) -> String, frame: [&str; 2], count: usize) -> usize {
        let resources: Vec<String> = (0..count).map(resource).collect();
        let text = resources.join(",");
        let [start, end] = frame;
        let text = format!("{start}{text}{end}");
        let (root, options) = (read(text.as_bytes()).unwrap_or_else(|_| unreachable!()), CheckOptions::default());
        let mut root = if terraform::is_plan(&root) { terraform::translate_plan(&root) } else { root.clone() };
        embedded::parse_embedded_json(&mut root);
        let template = Template::new(&root, &options).unwrap_or_else(|_| unreachable!());
        run_rules(&template, &PreviousTemplate::default());
        template.resolver.steps_taken()
    }

    #[track_caller]
    fn assert_linear_steps(resource: fn(usize) -> String, frame: [&str; 2]) {
        let (few, many) = (count_steps(resource, frame, 100), count_steps(resource, frame, 1000));
        assert!(few > 100 && many / 11 < few, "{few} and {many} steps");
    }

    const TEMPLATE: [&str; 2] = [r#"{"Resources": {"#, "}}"];

    #[test]
    fn policies_of_one_role() {
        let policy = |n| {
            format!(
                r#""P{n}": {{"Type": "AWS::IAM::Policy", "Properties": {{"Roles": [{{"Ref": "R"}}], "PolicyDocument":
                {{"Statement": {{"Effect": "Allow", "Action": "states:StartExecution",
                "Resource": "arn:aws:states:us-east-1:123456789012:stateMachine:m:PROD"}}}}}}}}"#
            )
        };
        assert_linear_steps(policy, TEMPLATE);
    }

    #[test]
    fn policies_of_a_plan() {
        let policy = |n| {
            let statement = r#"{\"Effect\":\"Allow\",\"Action\":\"states:StartExecution\",\"Resource\":\"arn:aws:states:us-east-1:123456789012:stateMachine:m:PROD\"}"#;
            format!(
                r#"{{"address": "aws_iam_policy.p{n}", "type": "aws_iam_policy",
                "values": {{"policy": "{{\"Statement\":{statement}}}"}}}}"#
            )
        };
        let frame = [
            r#"{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {"root_module": {"resources": ["#,
            "]}}}",
        ];
        assert_linear_steps(policy, frame);
    }

    #[test]
    fn rules_that_name_state_machines() {
        let conflicts = |n| {
            format!(
                r#""M{n}": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"StateMachineName": "m{n}"}}}},
                "A{n}": {{"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": {{"Name": "PROD"}}}},
                "R{n}": {{"Type": "AWS::IoT::TopicRule", "Properties": {{"TopicRulePayload":
                {{"Actions": [{{"StepFunctions": {{"StateMachineName": "m{n}"}}}}]}}}}}}"#
            )
        };
        assert_linear_steps(conflicts, TEMPLATE);
    }

    #[test]
    fn policies_and_connectors() {
        let conflicts = |n| {
            format!(
                r#""C{n}": {{"Type": "AWS::Serverless::Connector", "Properties": {{"Source": {{"Id": "other{n}"}}}}}},
                "P{n}": {{"Type": "AWS::IAM::ManagedPolicy", "Properties": {{"PolicyDocument": {{"Statement":
                {{"Effect": "Allow", "Action": "states:StartExecution",
                "Resource": "arn:aws:states:us-east-1:123456789012:stateMachine:m:PROD"}}}}}}}}"#
            )
        };
        assert_linear_steps(conflicts, TEMPLATE);
    }

    #[test]
    fn starts_of_an_alias_with_many_routes() {
        let conflicts = |n| {
            format!(
                r#""A{n}": {{"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": {{"Name": "PROD",
                "RoutingConfiguration": [{}]}}}}"#,
                vec![r#"{"StateMachineVersionArn": {"Ref": "Unknown"}, "Weight": 1}"#; 200].join(",")
            )
        };
        assert_linear_steps(conflicts, TEMPLATE);
    }
}
