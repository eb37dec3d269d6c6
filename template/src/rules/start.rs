//! What starts a state machine itself although it has an alias.

mod definition;
mod integration;

use crate::draft::{Draft, Found, shortened};
use crate::embedded::content;
use crate::resolve::{Part, Symbol};
use crate::resources::{Resource, Template, VERSION, View};
use crate::rule::UNQUALIFIED_START;
use crate::scenarios::{collect, conditions_of};
use crate::target::{Machine, Qualifier, Target};
use crate::terraform;
use definition::starts_in_definition;
use std::collections::{BTreeSet, HashMap};

/// Takes a state machine's name, and no alias.
const TOPIC_RULE: &str = "AWS::IoT::TopicRule";

/// Where something is started: the path, and the ARN.
type Start<'t> = (String, Symbol<'t>);

pub(crate) fn is_relevant(resource: &Resource<'_>) -> bool {
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
    KINDS.contains(&resource.kind) || resource.is_machine()
}

pub(crate) fn check<'t>(found: &mut Found<'_, 't>, resource: &Resource<'t>) {
    let view = found.view;
    for (path, symbol) in starts(view, resource) {
        let Some(target) = view.target(&symbol).filter(|target| target.qualifier == Qualifier::None) else { continue };
        let Some(alias) = alias_of(view, &target) else { continue };
        let in_plan = terraform::pointer(resource.node).is_some();
        let member = path.rsplit('/').find(|step| step.parse::<usize>().is_err()).unwrap_or_default();
        let member = if in_plan { terraform::name(member) } else { member.to_owned() };
        let shown = if alias.is_machine() { format!("{}.Alias", alias.id) } else { alias.id.to_owned() };
        let arn = if in_plan { format!("{shown}.arn") } else { format!("${{{shown}}}") };
        let message =
            format!("{member} starts the state machine `{}` itself, which has the alias {shown}", symbol.shown());
        let fix = Some(match resource.kind {
            TOPIC_RULE => format!("The rule can start no alias: let it invoke a Lambda function that starts `{arn}`."),
            _ => format!("Start the alias: use its ARN, `{arn}`, instead of the state machine's."),
        });
        let draft = found.draft(&UNQUALIFIED_START, resource, &path, message);
        found.drafts.push(Draft { fix: fix.map(shortened), defaults: symbol.defaults, ..draft });
    }
}

/// An alias of a state machine that exists whenever this scenario comes to pass.
fn alias_of<'v, 't>(view: View<'v, 't>, target: &Target<'t>) -> Option<&'v Resource<'t>> {
    let machine = target.machine.as_ref()?;
    let first = view.template.aliases.get(view.scenario, || conditions_of_aliases(view.template), || aliases(view));
    view.template.resources.get(*first.get(machine)?)
}

/// The first alias of each state machine, by its place.
fn aliases<'t>(view: View<'_, 't>) -> HashMap<Machine<'t>, usize> {
    let mut first = HashMap::new();
    for (place, alias) in view.template.resources.iter().enumerate() {
        if let Some(machine) = view.machine_of(alias).filter(|_| alias.is_alias() && view.exists(alias)) {
            first.entry(machine).or_insert(place);
        }
    }
    first
}

/// The conditions that aliases and their versions depend on.
fn conditions_of_aliases<'t>(template: &Template<'t>) -> BTreeSet<&'t str> {
    let mut names = Vec::new();
    for resource in template.resources.iter().filter(|resource| resource.is_alias() || resource.kind == VERSION) {
        names.extend(resource.condition());
        collect(resource.node, &mut names);
    }
    names.into_iter().collect()
}

fn starts<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> Vec<Start<'t>> {
    match resource.kind {
        "AWS::Events::Rule" => targets(view, resource),
        "AWS::Scheduler::Schedule" => scheduled(view, resource),
        "AWS::Pipes::Pipe" => {
            let arn = |name| Some((format!("Properties/{name}"), view.text(view.property(resource, name))?));
            ["Target", "Enrichment"].into_iter().filter_map(arn).collect()
        }
        "AWS::ApiGatewayV2::Integration" => integration::of_http_api(view, resource),
        "AWS::ApiGateway::Method" => integration::of_method(view, resource),
        "AWS::ApiGateway::RestApi" | "AWS::ApiGatewayV2::Api" => integration::of_body(view, resource, "Body"),
        "AWS::Serverless::Api" | "AWS::Serverless::HttpApi" => integration::of_body(view, resource, "DefinitionBody"),
        TOPIC_RULE => actions(view, resource),
        _ if resource.is_machine() => starts_in_definition(view, resource),
        _ => Vec::new(),
    }
}

fn targets<'t>(view: View<'_, 't>, rule: &Resource<'t>) -> Vec<Start<'t>> {
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

/// The target itself, or what the input of a universal target names.
fn scheduled<'t>(view: View<'_, 't>, schedule: &Resource<'t>) -> Vec<Start<'t>> {
    const UNIVERSAL: [&str; 2] = [":aws-sdk:sfn:startExecution", ":aws-sdk:sfn:startSyncExecution"];
    let target = view.property(schedule, "Target").node();
    let Some(arn) = view.text(view.member(target, "Arn")) else { return Vec::new() };
    if !arn.example().is_some_and(|arn| UNIVERSAL.iter().any(|end| arn.ends_with(end))) {
        return vec![("Properties/Target/Arn".to_owned(), arn)];
    }
    let input = view.member(target, "Input").node().map(content);
    let arns = ["StateMachineArn", "stateMachineArn"].map(|name| view.text(view.member(input, name)));
    arns.into_iter().flatten().map(|arn| ("Properties/Target/Input".to_owned(), arn)).collect()
}

/// The state machines that an IoT rule's actions name.
fn actions<'t>(view: View<'_, 't>, rule: &Resource<'t>) -> Vec<Start<'t>> {
    let payload = view.property(rule, "TopicRulePayload").node();
    let actions = view.known_items(view.member(payload, "Actions"));
    let started = |(index, action): (Option<usize>, _)| {
        let start = view.member(Some(action), "StepFunctions").node();
        let name = view.text(view.member(start, "StateMachineName"))?;
        let path = format!("Properties/TopicRulePayload/Actions/{}/StepFunctions/StateMachineName", index?);
        Some((path, named(view, &name)?))
    };
    actions.into_iter().filter_map(started).collect()
}

/// The state machine of the template that has this name.
fn named<'t>(view: View<'_, 't>, name: &Symbol<'t>) -> Option<Symbol<'t>> {
    if let [Part::Attribute(id, attribute)] = name.parts() {
        return (attribute == "Name").then(|| Symbol::of(Part::Ref(id.clone())));
    }
    let template = view.template;
    let machines =
        template.named_machines.get(view.scenario, || conditions_of(template, &NAMES), || machines_by_name(view));
    let id = machines.get(name.parts()).filter(|_| name.is_known())?;
    Some(Symbol::of(Part::Ref((*id).into())).resting_on(name.defaults.clone()))
}

const NAMES: [&str; 2] = ["StateMachineName", "Name"];

/// The first state machine of each name.
fn machines_by_name<'t>(view: View<'_, 't>) -> HashMap<Vec<Part<'t>>, &'t str> {
    let mut first = HashMap::new();
    for machine in view.template.resources.iter().filter(|resource| resource.is_machine()) {
        let names = NAMES.into_iter().filter_map(|member| view.text(view.property(machine, member)));
        for name in names.filter(Symbol::is_known) {
            first.entry(name.parts().to_vec()).or_insert(machine.id);
        }
    }
    first
}
