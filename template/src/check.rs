//! A whole check: read, run the rules in every scenario, put together, report.

use super::draft::{Draft, Found, shortened};
use super::embedded;
use super::error::TemplateError;
use super::options::{Acknowledge, CheckOptions};
use super::read::read;
use super::report::{Finding, Report};
use super::resolve::Scenario;
use super::resources::{ALIAS, Resource, SAM_MACHINE, Template, VERSION, View};
use super::rule::NOT_DECIDED;
use super::rules::{alias, change, events, pair, policy, preference, shape, start, version};
use super::scenarios::{concerns, scenarios, scenarios_with};
use super::terraform;
use super::tree::Node;
use std::collections::HashMap;

/// Checks a CloudFormation or SAM template, in JSON or YAML, or a Terraform plan in JSON.
///
/// # Errors
/// [`TemplateError`] for a file that cannot be read, and for options that make no sense. It does not panic: a bug
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
///     "RoutingConfiguration: CreateStateMachineAlias refuses it: \
///      Sum of routing configuration weights must equal 100. Received: [90, 9]",
/// );
/// # Ok::<(), sfn_alias_template::TemplateError>(())
/// ```
pub fn check_template(text: &[u8], options: &CheckOptions) -> Result<Report, TemplateError> {
    options.check()?;
    TemplateError::contain(|| check(text, options))
}

fn check(text: &[u8], options: &CheckOptions) -> Result<Report, TemplateError> {
    let names = match &options.previous {
        Some(previous) => names_of(previous, options).map_err(|error| TemplateError::Previous(Box::new(error)))?,
        None => change::Names::new(),
    };
    let mut root = read(text)?;
    embedded::unfold(&mut root);
    let mut plan = terraform::is_plan(&root).then(|| terraform::template(&root));
    plan.iter_mut().for_each(embedded::unfold);
    let template = Template::new(plan.as_ref().unwrap_or(&root), options)?;
    let drafts = merged(&template, run(&template, &names));
    let mut drafts = with_rest(&template, drafts);
    drafts.retain(|draft| !options.is_disabled(draft.rule));
    let given = acknowledgements(&template)?;
    let mut findings: Vec<Finding> = drafts.iter().map(|draft| finding(&template, draft)).collect();
    for finding in &mut findings {
        acknowledge(finding, options, &given);
    }
    findings.sort_by(|one, other| {
        (one.line, one.column, one.rule, &one.path).cmp(&(other.line, other.column, other.rule, &other.path))
    });
    Ok(Report::new(findings))
}

/// As [`check_template`], with the options and the report in JSON: what other languages call.
///
/// # Errors
/// As [`check_template`].
pub fn check_template_json(text: &[u8], options: &[u8]) -> Result<Vec<u8>, TemplateError> {
    let report = check_template(text, &CheckOptions::from_json(options)?)?;
    Ok(report.to_json())
}

fn names_of(previous: &str, options: &CheckOptions) -> Result<change::Names, TemplateError> {
    let root = read(previous.as_bytes())?;
    let plan = terraform::is_plan(&root).then(|| terraform::template(&root));
    Ok(change::names(&Template::new(plan.as_ref().unwrap_or(&root), options)?))
}

fn run<'t>(template: &Template<'t>, names: &change::Names) -> Vec<Draft<'t>> {
    let aliases: Vec<&Resource<'t>> = template.resources.iter().filter(|resource| resource.is_alias()).collect();
    let mut drafts = Vec::new();
    for resource in &template.resources {
        let starts = !aliases.is_empty() && start::is_relevant(resource);
        let mut run = |all: Vec<Scenario<'t>>, rules: &dyn Fn(&mut Found<'_, 't>)| {
            let mut found: Vec<Draft<'t>> = Vec::new();
            for scenario in &all {
                let mut one = Found::new(View { template, scenario });
                rules(&mut one);
                found.extend(one.drafts);
            }
            drafts.extend(together(found, &all));
        };
        if [ALIAS, VERSION, SAM_MACHINE].contains(&resource.kind) {
            run(scenarios(template, resource), &|found| resource_rules(found, resource, names));
        }
        if policy::is_policy(resource) {
            run(scenarios(template, resource), &|found| policy::check(found, resource));
        }
        if starts {
            run(scenarios_with(template, resource, &aliases), &|found| start::check(found, resource));
        }
        if template.gave_up() && concerns(template, resource) {
            drafts.push(not_decided(template, resource));
        }
    }
    drafts.extend(pair::check(template));
    drafts
}

/// Says that something of a resource was too much to be decided.
fn not_decided<'t>(template: &Template<'t>, resource: &Resource<'t>) -> Draft<'t> {
    let scenario = Scenario::default();
    let message = "What depends on its conditions or its long texts is not decided: there are too many".to_owned();
    Found::new(View { template, scenario: &scenario }).draft(&NOT_DECIDED, resource, "", message)
}

/// What is found, and where only several resources together were too much, a word of that.
fn with_rest<'t>(template: &Template<'t>, mut drafts: Vec<Draft<'t>>) -> Vec<Draft<'t>> {
    let told = drafts.iter().any(|draft| draft.rule.id == NOT_DECIDED.id);
    if !told && template.gave_up() {
        let first = template.resources.iter().find(|resource| concerns(template, resource));
        drafts.extend(first.map(|first| not_decided(template, first)));
    }
    drafts
}

fn resource_rules<'t>(found: &mut Found<'_, 't>, resource: &Resource<'t>, names: &change::Names) {
    if resource.is_alias() {
        alias::check(found, resource);
    }
    if resource.kind == ALIAS {
        version::retained(found, resource);
        change::check(found, resource, names);
    }
    if resource.kind == VERSION {
        version::check(found, resource);
    } else {
        shape::check(found, resource);
        preference::check(found, resource);
    }
    if resource.is_sam_with_alias() {
        events::check(found, resource);
    }
}

/// What identifies a finding beside its scenario.
type Identity<'t> = (&'static str, &'t str, String, String, Vec<&'t str>);

fn identity<'t>(draft: &Draft<'t>) -> Identity<'t> {
    let mut defaults = draft.defaults.clone();
    defaults.sort_unstable();
    defaults.dedup();
    (draft.rule.id, draft.resource.id, draft.pointer.clone(), draft.message.clone(), defaults)
}

/// One finding for the scenarios that have it in common, with the conditions that it needs.
fn together<'t>(drafts: Vec<Draft<'t>>, all: &[Scenario<'t>]) -> Vec<Draft<'t>> {
    let mut order: Vec<Draft<'t>> = Vec::new();
    let mut groups: HashMap<Identity<'t>, (usize, Vec<Scenario<'t>>)> = HashMap::new();
    for draft in drafts {
        let place = order.len();
        let (_, scenarios) = groups.entry(identity(&draft)).or_insert((place, Vec::new()));
        scenarios.push(draft.scenario.clone());
        if scenarios.len() == 1 {
            order.push(draft);
        }
    }
    for (place, scenarios) in groups.into_values() {
        let Some(draft) = order.get_mut(place) else { continue };
        let common = |scenarios: &[Scenario<'t>]| {
            let (first, rest) = scenarios.split_first()?;
            Some(rest.iter().fold(first.clone(), |common, scenario| common.common(scenario)))
        };
        let (own, fixed) = (common(&scenarios).unwrap_or_default(), common(all).unwrap_or_default());
        // Where the scenarios have nothing more in common, the first is told as an example.
        if scenarios.len() == all.len() || own != fixed {
            draft.scenario = own;
        }
    }
    order
}

/// One finding a place and rule, and none that its parameters' defaults exclude.
fn merged<'t>(template: &Template<'t>, drafts: Vec<Draft<'t>>) -> Vec<Draft<'t>> {
    let mut seen = std::collections::HashSet::new();
    let mut kept = Vec::new();
    for draft in drafts {
        let defaults: Vec<(&str, String)> = draft
            .defaults
            .iter()
            .filter_map(|name| Some((*name, template.resolver.default_of(name)?.into_owned())))
            .collect();
        let fixed: Vec<(&str, &str)> = defaults.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let possible = fixed.is_empty() || template.conditions.possible(&draft.scenario, &fixed);
        if possible && seen.insert((identity(&draft), condition(template, &draft))) {
            kept.push(draft);
        }
    }
    kept
}

/// What a finding rests on: conditions, and defaults of parameters.
fn condition(template: &Template<'_>, draft: &Draft<'_>) -> Option<String> {
    let conditions = draft.scenario.conditions().map(|(name, value)| format!("{name} is {value}"));
    let mut names = draft.defaults.clone();
    names.sort_unstable();
    names.dedup();
    let defaults = names
        .into_iter()
        .filter_map(|name| Some(format!("parameter {name} has its default `{}`", template.resolver.default_of(name)?)));
    let all: Vec<String> = conditions.chain(defaults).collect();
    (!all.is_empty()).then(|| shortened(all.join(" and ")))
}

fn finding(template: &Template<'_>, draft: &Draft<'_>) -> Finding {
    let rule = draft.rule;
    Finding {
        rule: rule.id,
        name: rule.name,
        severity: rule.severity,
        logical_id: draft.resource.id.to_owned(),
        resource_type: terraform::kind(draft.resource.node).unwrap_or(draft.resource.kind).to_owned(),
        path: draft.pointer.clone(),
        line: draft.place.line,
        column: draft.place.column,
        message: draft.message.clone(),
        why: rule.why,
        fix: draft.fix.clone().unwrap_or_else(|| rule.fix.to_owned()),
        link: rule.link,
        condition: condition(template, draft),
        acknowledged: None,
    }
}

/// The acknowledgements that stand in `Metadata` of resources.
fn acknowledgements(template: &Template<'_>) -> Result<Vec<Acknowledge>, TemplateError> {
    let mut found = Vec::new();
    for resource in &template.resources {
        let own = resource.node.get("Metadata").and_then(|metadata| metadata.get("sfn-alias"));
        let list = own.and_then(|own| own.get("acknowledge")).map(Node::items).unwrap_or_default();
        for (index, item) in list.iter().enumerate() {
            let text = |name| item.get(name).and_then(Node::text).unwrap_or_default().to_owned();
            let given =
                Acknowledge { rule: text("rule"), logical_id: Some(resource.id.to_owned()), reason: text("reason") };
            given.check(|| format!("Resources/{}/Metadata/sfn-alias/acknowledge/{index}", resource.id))?;
            found.push(given);
        }
    }
    Ok(found)
}

fn acknowledge(finding: &mut Finding, options: &CheckOptions, given: &[Acknowledge]) {
    let Some(rule) = super::rule::rule(finding.rule) else { return };
    let covering = options.acknowledge.iter().chain(given).find(|given| given.covers(rule, &finding.logical_id));
    finding.acknowledged = covering.map(|given| given.reason.clone());
}

#[cfg(test)]
mod tests {
    use super::{CheckOptions, Template, change, embedded, read, run, terraform};

    /// The steps that the rules take of a template or plan with so many resources of a kind.
    fn steps(resource: fn(usize) -> String, frame: [&str; 2], count: usize) -> usize {
        let resources: Vec<String> = (0..count).map(resource).collect();
        let text = resources.join(",");
        let [start, end] = frame;
        let text = format!("{start}{text}{end}");
        let (root, options) = (read(text.as_bytes()).unwrap_or_else(|_| unreachable!()), CheckOptions::default());
        let mut root = if terraform::is_plan(&root) { terraform::template(&root) } else { root.clone() };
        embedded::unfold(&mut root);
        let template = Template::new(&root, &options).unwrap_or_else(|_| unreachable!());
        run(&template, &change::Names::new());
        template.resolver.steps_taken()
    }

    #[track_caller]
    fn grows_with_the_input(resource: fn(usize) -> String, frame: [&str; 2]) {
        let (few, many) = (steps(resource, frame, 100), steps(resource, frame, 1000));
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
        grows_with_the_input(policy, TEMPLATE);
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
        grows_with_the_input(policy, frame);
    }

    #[test]
    fn rules_that_name_state_machines() {
        let pair = |n| {
            format!(
                r#""M{n}": {{"Type": "AWS::StepFunctions::StateMachine", "Properties": {{"StateMachineName": "m{n}"}}}},
                "A{n}": {{"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": {{"Name": "PROD"}}}},
                "R{n}": {{"Type": "AWS::IoT::TopicRule", "Properties": {{"TopicRulePayload":
                {{"Actions": [{{"StepFunctions": {{"StateMachineName": "m{n}"}}}}]}}}}}}"#
            )
        };
        grows_with_the_input(pair, TEMPLATE);
    }

    #[test]
    fn policies_and_connectors() {
        let pair = |n| {
            format!(
                r#""C{n}": {{"Type": "AWS::Serverless::Connector", "Properties": {{"Source": {{"Id": "other{n}"}}}}}},
                "P{n}": {{"Type": "AWS::IAM::ManagedPolicy", "Properties": {{"PolicyDocument": {{"Statement":
                {{"Effect": "Allow", "Action": "states:StartExecution",
                "Resource": "arn:aws:states:us-east-1:123456789012:stateMachine:m:PROD"}}}}}}}}"#
            )
        };
        grows_with_the_input(pair, TEMPLATE);
    }

    #[test]
    fn starts_of_an_alias_with_many_routes() {
        let pair = |n| {
            format!(
                r#""A{n}": {{"Type": "AWS::StepFunctions::StateMachineAlias", "Properties": {{"Name": "PROD",
                "RoutingConfiguration": [{}]}}}}"#,
                vec![r#"{"StateMachineVersionArn": {"Ref": "Unknown"}, "Weight": 1}"#; 200].join(",")
            )
        };
        grows_with_the_input(pair, TEMPLATE);
    }
}
