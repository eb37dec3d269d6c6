//! Checks resources that start a state machine directly although it has an alias.

mod definition;
mod integration;

use crate::embedded::parsed_content;
use crate::findings::{Findings, ScenarioFinding, truncate_middle};
use crate::resolve::{Part, SymbolicText};
use crate::resources::{Resource, Template, VERSION, View};
use crate::rule::UNQUALIFIED_START;
use crate::scenarios::{collect_conditions, conditions_in_members};
use crate::target::{ArnTarget, Qualifier, StateMachineIdentity};
use crate::terraform;
use definition::find_starts_in_definition;
use std::collections::{BTreeSet, HashMap};

/// An IoT rule starts a state machine by name, and cannot start an alias.
const TOPIC_RULE: &str = "AWS::IoT::TopicRule";

/// The path and the ARN of a start.
type Start<'t> = (String, SymbolicText<'t>);

pub(crate) fn can_start_executions(resource: &Resource<'_>) -> bool {
    const KINDS: [&str; 10] = [
        "AWS::Events::Rule",
        "AWS::Scheduler::Schedule",
        "AWS::Pipes::Pipe",
        "AWS::ApiGatewayV2::Integration",
        "AWS::ApiGateway::Method",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGatewayV2::Api",
        "AWS::Serverless::Api",
        "AWS::Serverless::HttpApi",
        TOPIC_RULE,
    ];
    KINDS.contains(&resource.kind) || resource.is_state_machine()
}

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, resource: &Resource<'t>) {
    let view = findings.view;
    for (path, symbol) in find_starts(view, resource) {
        let Some(target) = view.resolve_arn(&symbol).filter(|target| target.qualifier == Qualifier::None) else {
            continue;
        };
        let Some(alias) = find_alias(view, &target) else { continue };
        let in_plan = terraform::plan_pointer(resource.node).is_some();
        let member = path.rsplit('/').find(|step| step.parse::<usize>().is_err()).unwrap_or_default();
        let member = if in_plan { terraform::plan_name(member) } else { member.to_owned() };
        let alias_name = if alias.is_state_machine() { format!("{}.Alias", alias.id) } else { alias.id.to_owned() };
        let arn = if in_plan { format!("{alias_name}.arn") } else { format!("${{{alias_name}}}") };
        let message = format!(
            "{member}: expected the ARN of alias {alias_name}, found the ARN of its state machine, `{}`",
            symbol.to_sub_pattern()
        );
        let fix = Some(match resource.kind {
            TOPIC_RULE => {
                format!(
                    "An IoT rule cannot start an alias. Use a Lambda function that starts `{arn}` as the action of the rule."
                )
            }
            _ => format!("Start the alias: use its ARN `{arn}` instead of the state machine ARN."),
        });
        let finding = findings.create(&UNQUALIFIED_START, resource, &path, message);
        findings.items.push(ScenarioFinding { fix: fix.map(truncate_middle), defaults: symbol.defaults, ..finding });
    }
}

/// Returns an alias of the state machine that exists in this scenario.
fn find_alias<'v, 't>(view: View<'v, 't>, target: &ArnTarget<'t>) -> Option<&'v Resource<'t>> {
    let machine = target.state_machine.as_ref()?;
    let first =
        view.template.aliases.get(view.scenario, || collect_alias_conditions(view.template), || index_aliases(view));
    view.template.resources.get(*first.get(machine)?)
}

/// Indexes the first alias of each state machine.
fn index_aliases<'t>(view: View<'_, 't>) -> HashMap<StateMachineIdentity<'t>, usize> {
    let mut first = HashMap::new();
    for (index, alias) in view.template.resources.iter().enumerate() {
        if let Some(machine) = view.state_machine_of(alias).filter(|_| alias.is_alias() && view.exists(alias)) {
            first.entry(machine).or_insert(index);
        }
    }
    first
}

/// Collects the conditions of aliases and versions.
fn collect_alias_conditions<'t>(template: &Template<'t>) -> BTreeSet<&'t str> {
    let mut names = Vec::new();
    for resource in template.resources.iter().filter(|resource| resource.is_alias() || resource.kind == VERSION) {
        names.extend(resource.condition());
        collect_conditions(resource.node, &mut names);
    }
    names.into_iter().collect()
}

fn find_starts<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> Vec<Start<'t>> {
    match resource.kind {
        "AWS::Events::Rule" => find_starts_in_rule(view, resource),
        "AWS::Scheduler::Schedule" => find_starts_in_schedule(view, resource),
        "AWS::Pipes::Pipe" => {
            let arn = |name| Some((format!("Properties/{name}"), view.text(view.property(resource, name))?));
            ["Target", "Enrichment"].into_iter().filter_map(arn).collect()
        }
        "AWS::ApiGatewayV2::Integration" => integration::find_starts_in_http_api(view, resource),
        "AWS::ApiGateway::Method" => integration::find_starts_in_method(view, resource),
        "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api" => {
            integration::find_starts_in_body(view, resource, "Body")
        }
        "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => {
            integration::find_starts_in_body(view, resource, "DefinitionBody")
        }
        TOPIC_RULE => find_starts_in_topic_rule(view, resource),
        _ if resource.is_state_machine() => find_starts_in_definition(view, resource),
        _ => Vec::new(),
    }
}

fn find_starts_in_rule<'t>(view: View<'_, 't>, rule: &Resource<'t>) -> Vec<Start<'t>> {
    let items = view.known_items(view.property(rule, "Targets"));
    let arn = |(index, node): (Option<usize>, _)| {
        let arn = view.text(view.member(Some(node), "Arn"))?;
        Some((
            index.map_or_else(|| "Properties/Targets/Arn".to_owned(), |at| format!("Properties/Targets/{at}/Arn")),
            arn,
        ))
    };
    items.into_iter().filter_map(arn).collect()
}

/// Returns the ARN of the target, or the ARN in the input of a universal target.
fn find_starts_in_schedule<'t>(view: View<'_, 't>, schedule: &Resource<'t>) -> Vec<Start<'t>> {
    const UNIVERSAL: [&str; 2] = [":aws-sdk:sfn:startExecution", ":aws-sdk:sfn:startSyncExecution"];
    let target = view.property(schedule, "Target").node();
    let Some(arn) = view.text(view.member(target, "Arn")) else { return Vec::new() };
    if !arn.example_text().is_some_and(|arn| UNIVERSAL.iter().any(|end| arn.ends_with(end))) {
        return vec![("Properties/Target/Arn".to_owned(), arn)];
    }
    let input = view.member(target, "Input").node().map(parsed_content);
    let arns = ["StateMachineArn", "stateMachineArn"].map(|name| view.text(view.member(input, name)));
    arns.into_iter().flatten().map(|arn| ("Properties/Target/Input".to_owned(), arn)).collect()
}

/// Returns the state machines in the actions of an IoT rule.
fn find_starts_in_topic_rule<'t>(view: View<'_, 't>, rule: &Resource<'t>) -> Vec<Start<'t>> {
    let payload = view.property(rule, "TopicRulePayload").node();
    let actions = view.known_items(view.member(payload, "Actions"));
    let started = |(index, action): (Option<usize>, _)| {
        let start = view.member(Some(action), "StepFunctions").node();
        let name = view.text(view.member(start, "StateMachineName"))?;
        let path = format!("Properties/TopicRulePayload/Actions/{}/StepFunctions/StateMachineName", index?);
        Some((path, find_by_name(view, &name)?))
    };
    actions.into_iter().filter_map(started).collect()
}

/// Finds the state machine with this name in the template.
fn find_by_name<'t>(view: View<'_, 't>, name: &SymbolicText<'t>) -> Option<SymbolicText<'t>> {
    if let [Part::Attribute(id, attribute)] = name.parts() {
        return (attribute == "Name").then(|| SymbolicText::from_part(Part::Ref(id.clone())));
    }
    let template = view.template;
    let machines = template.state_machines_by_name.get(
        view.scenario,
        || conditions_in_members(template, &NAMES),
        || index_by_name(view),
    );
    let id = machines.get(name.parts()).filter(|_| name.is_known())?;
    Some(SymbolicText::from_part(Part::Ref((*id).into())).with_defaults(name.defaults.clone()))
}

const NAMES: [&str; 2] = ["StateMachineName", "Name"];

/// Indexes the first state machine with each name.
fn index_by_name<'t>(view: View<'_, 't>) -> HashMap<Vec<Part<'t>>, &'t str> {
    let mut first = HashMap::new();
    for machine in view.template.resources.iter().filter(|resource| resource.is_state_machine()) {
        let names = NAMES.into_iter().filter_map(|member| view.text(view.property(machine, member)));
        for name in names.filter(SymbolicText::is_known) {
            first.entry(name.parts().to_vec()).or_insert(machine.id);
        }
    }
    first
}
