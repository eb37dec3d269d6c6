//! Checks an alias with the request checks of CreateStateMachineAlias.

use super::routes::Routes;
use crate::findings::Findings;
use crate::previous::alias_name_property;
use crate::resolve::{Part, Selected, SymbolicText};
use crate::resources::{ALIAS, Resource};
use crate::rule::{
    ALIAS_MEMBER, ALIAS_NAME, ALIAS_OF_OTHER_MACHINE, NOT_A_VERSION_ARN, OTHER_STATE_MACHINE, ROUTING_AND_PREFERENCE,
    ROUTING_MISSING, Rule, SINGLE_ROUTE_WEIGHT, TOO_MANY_ROUTES, VERSION_REPEATED, WEIGHTS_SUM,
};
use crate::target::Qualifier;
use serde_json::{Value, json};
use sfn_alias::{Problem, ProblemCode};

const OPERATION: &str = "CreateStateMachineAlias";
/// Maximum number of routes of an alias.
pub(super) const MAX_ROUTES: usize = 2;
/// A valid version, for requests that check other members.
const GOOD_VERSION: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:any:1";

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>) {
    check_member(findings, alias, "name", alias_name_property(alias));
    if alias.kind != ALIAS {
        return;
    }
    check_member(findings, alias, "description", "Description");
    check_routing_or_preference(findings, alias);
    check_routing(findings, alias);
    check_preference_version(findings, alias);
    check_state_machine(findings, alias);
}

/// Checks that `StateMachineArn` is the state machine of the versions.
fn check_state_machine<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>) {
    const MEMBER: &str = "StateMachineArn";
    let view = findings.view;
    let Some(symbol) = view.text(view.property(alias, MEMBER)) else { return };
    let Some(target) = view.resolve_arn(&symbol) else { return };
    let found = match (&target.qualifier, &target.state_machine, view.state_machine_of(alias)) {
        (Qualifier::Version, ..) => "a version",
        (Qualifier::Alias(_) | Qualifier::AliasResource(_), ..) => "an alias",
        (Qualifier::None, Some(machine), Some(of_versions)) if machine.differs(&of_versions) => "another state machine",
        _ => return,
    };
    let message =
        format!("{MEMBER}: expected the state machine of the versions, found `{}`, {found}", symbol.to_sub_pattern());
    let path = format!("Properties/{MEMBER}");
    findings.add(&ALIAS_OF_OTHER_MACHINE, alias, &path, message, symbol.defaults.iter().copied());
}

/// Checks one member in an otherwise valid request.
fn check_member<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>, member: &str, property: &str) {
    let Some(symbol) = findings.view.text(findings.view.property(alias, property)) else { return };
    let rule = if member == "name" { &ALIAS_NAME } else { &ALIAS_MEMBER };
    // The unknown parts of a text can be empty or not. A problem in both cases is certain.
    let rejected = ["", "a"].map(|unknown| {
        let text = fill_unknown_parts(&symbol, unknown);
        let to_message =
            |problem: Problem| problem.message.replace(&format!("'{text}'"), &format!("'{}'", symbol.to_sub_pattern()));
        check_member_value(member, &text).into_iter().map(to_message).collect::<Vec<_>>()
    });
    let [without, with] = &rejected;
    for message in with.iter().filter(|message| without.contains(message)) {
        let message = format_rejection(property, message);
        findings.add(rule, alias, &format!("Properties/{property}"), message, symbol.defaults.iter().copied());
    }
}

/// Replaces the unknown parts of a text.
fn fill_unknown_parts(symbol: &SymbolicText<'_>, unknown: &str) -> String {
    let part = |part: &Part<'_>| match part {
        Part::Text(text) => text.to_string(),
        _ => unknown.to_owned(),
    };
    symbol.parts().iter().map(part).collect()
}

fn check_member_value(member: &str, text: &str) -> Vec<Problem> {
    let mut request = json!({
        "name": "PROD", "routingConfiguration": [{"stateMachineVersionArn": GOOD_VERSION, "weight": 100}],
    });
    if let Some(members) = request.as_object_mut() {
        members.insert(member.to_owned(), text.into());
    }
    check_strict(&request)
}

fn check_strict(request: &Value) -> Vec<Problem> {
    // The operation exists.
    sfn_alias::check(OPERATION, request.to_string().as_bytes()).unwrap_or_default()
}

/// Formats a rejection. The text of AWS stays complete.
fn format_rejection(member: &str, text: &str) -> String {
    format!("{member}: rejected by {OPERATION}: {text}")
}

fn check_routing_or_preference<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>) {
    let properties = ["RoutingConfiguration", "DeploymentPreference"].map(|name| findings.view.property(alias, name));
    match properties {
        [Selected::Absent, Selected::Absent] => {
            let message = "Expected RoutingConfiguration or DeploymentPreference, found neither".to_owned();
            findings.add(&ROUTING_MISSING, alias, "Properties", message, []);
        }
        [Selected::Node(_), Selected::Node(_)] => {
            let message = "Expected RoutingConfiguration or DeploymentPreference, found both".to_owned();
            findings.add(&ROUTING_AND_PREFERENCE, alias, "Properties/RoutingConfiguration", message, []);
        }
        _ => {}
    }
}

fn check_routing<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>) {
    let Some(items) = findings.view.list(findings.view.property(alias, "RoutingConfiguration")) else { return };
    if items.len() > MAX_ROUTES {
        return report_too_many_routes(findings, alias, items.len());
    }
    let routes = Routes::from_items(findings.view, &items);
    for problem in check_strict(&json!({"name": "PROD", "routingConfiguration": routes.request()})) {
        if routes.is_about_unknown(&problem) {
            continue;
        }
        let path = routes.template_path(&problem.path);
        let message =
            format_rejection(routes.property_of(&problem.path), &routes.restore_template_values(&problem.message));
        findings.add(select_rule(&problem, items.len()), alias, &path, message, routes.defaults());
    }
}

/// Reports a list that is too long. The text of AWS would repeat all of it.
fn report_too_many_routes<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>, count: usize) {
    let message = format!("RoutingConfiguration: expected up to {MAX_ROUTES} routes, found {count}");
    findings.add(&TOO_MANY_ROUTES, alias, "Properties/RoutingConfiguration", message, []);
}

/// Checks the version of a deployment preference as a route.
fn check_preference_version<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>) {
    const MEMBER: &str = "DeploymentPreference";
    let Some(preference) = findings.view.property(alias, MEMBER).node() else { return };
    let Some(arn) = findings.view.text(findings.view.member(Some(preference), "StateMachineVersionArn")) else {
        return;
    };
    let routes = Routes::single(findings.view, arn);
    for problem in check_strict(&json!({"name": "PROD", "routingConfiguration": routes.request()})) {
        let path = format!("Properties/{MEMBER}/StateMachineVersionArn");
        let message = format_rejection("StateMachineVersionArn", &routes.restore_template_values(&problem.message));
        findings.add(select_rule(&problem, 1), alias, &path, message, routes.defaults());
    }
}

/// Returns the rule for a problem of the routing.
fn select_rule(problem: &Problem, routes: usize) -> &'static Rule {
    match problem.code {
        ProblemCode::WeightsSum if routes == 1 => &SINGLE_ROUTE_WEIGHT,
        ProblemCode::WeightsSum => &WEIGHTS_SUM,
        ProblemCode::VersionRepeated => &VERSION_REPEATED,
        ProblemCode::OtherStateMachine => &OTHER_STATE_MACHINE,
        ProblemCode::NotAVersionArn | ProblemCode::InvalidArn => &NOT_A_VERSION_ARN,
        ProblemCode::TooMany | ProblemCode::TooFew => &TOO_MANY_ROUTES,
        _ => &ALIAS_MEMBER,
    }
}
