//! Aliases by themselves: CreateStateMachineAlias is asked what it would answer.

use super::routes::Routes;
use crate::findings::Findings;
use crate::resolve::{Part, Selected, SymbolicText};
use crate::resources::{ALIAS, Resource};
use crate::rule::{
    ALIAS_MEMBER, ALIAS_NAME, NOT_A_VERSION_ARN, OTHER_STATE_MACHINE, ROUTING_AND_PREFERENCE, ROUTING_MISSING, Rule,
    SINGLE_ROUTE_WEIGHT, TOO_MANY_ROUTES, VERSION_REPEATED, WEIGHTS_SUM,
};
use serde_json::{Value, json};
use sfn_alias::Problem;

const OPERATION: &str = "CreateStateMachineAlias";
/// As many routes AWS lets an alias have.
pub(super) const MAX_ROUTES: usize = 2;
/// A routing that nothing is wrong with, for requests that are about other members.
const GOOD_VERSION: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:any:1";

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>) {
    let name = if alias.kind == ALIAS { "Name" } else { "AutoPublishAlias" };
    check_member(findings, alias, "name", name);
    if alias.kind != ALIAS {
        return;
    }
    check_member(findings, alias, "description", "Description");
    check_routing_or_preference(findings, alias);
    check_routing(findings, alias);
    check_preference_version(findings, alias);
}

/// What AWS says of this member of a request, everything else being right.
fn check_member<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>, member: &str, property: &str) {
    let Some(symbol) = findings.view.text(findings.view.property(alias, property)) else { return };
    let rule = if member == "name" { &ALIAS_NAME } else { &ALIAS_MEMBER };
    // What is not known of a text is nothing or something: whatever is rejected either way is wrong.
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

/// A text with this in place of everything that is not known.
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
    check_request(&request)
}

fn check_request(request: &Value) -> Vec<Problem> {
    // The operation is one that exists.
    sfn_alias::check(OPERATION, request.to_string().as_bytes()).unwrap_or_default()
}

/// AWS's text is to_message whole.
fn format_rejection(member: &str, text: &str) -> String {
    format!("{member}: {OPERATION} refuses it: {text}")
}

fn check_routing_or_preference<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>) {
    let given = ["RoutingConfiguration", "DeploymentPreference"].map(|name| findings.view.property(alias, name));
    match given {
        [Selected::Absent, Selected::Absent] => {
            let message = "RoutingConfiguration and DeploymentPreference are both missing".to_owned();
            findings.add(&ROUTING_MISSING, alias, "Properties", message, []);
        }
        [Selected::Node(_), Selected::Node(_)] => {
            let message = "RoutingConfiguration is given beside DeploymentPreference".to_owned();
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
    for problem in check_request(&json!({"name": "PROD", "routingConfiguration": routes.request()})) {
        if routes.is_about_unknown(&problem) {
            continue;
        }
        let path = routes.template_path(&problem.path);
        let message =
            format_rejection(routes.property_of(&problem.path), &routes.restore_template_values(&problem.message));
        findings.add(select_rule(&problem, items.len()), alias, &path, message, routes.defaults());
    }
}

/// Nothing else is said of a list that is too long: AWS's text repeats all of it.
fn report_too_many_routes<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>, count: usize) {
    let message = format!("RoutingConfiguration has {count} routes, and {OPERATION} takes up to {MAX_ROUTES}");
    findings.add(&TOO_MANY_ROUTES, alias, "Properties/RoutingConfiguration", message, []);
}

/// The version of a deployment preference becomes the routing's.
fn check_preference_version<'t>(findings: &mut Findings<'_, 't>, alias: &Resource<'t>) {
    const MEMBER: &str = "DeploymentPreference";
    let Some(preference) = findings.view.property(alias, MEMBER).node() else { return };
    let Some(arn) = findings.view.text(findings.view.member(Some(preference), "StateMachineVersionArn")) else {
        return;
    };
    let routes = Routes::single(findings.view, arn);
    for problem in check_request(&json!({"name": "PROD", "routingConfiguration": routes.request()})) {
        let path = format!("Properties/{MEMBER}/StateMachineVersionArn");
        let message = format_rejection("StateMachineVersionArn", &routes.restore_template_values(&problem.message));
        findings.add(select_rule(&problem, 1), alias, &path, message, routes.defaults());
    }
}

/// The rule that a problem of a routing belongs to.
fn select_rule(problem: &Problem, routes: usize) -> &'static Rule {
    match problem.code {
        "weights-sum" if routes == 1 => &SINGLE_ROUTE_WEIGHT,
        "weights-sum" => &WEIGHTS_SUM,
        "version-repeated" => &VERSION_REPEATED,
        "other-state-machine" => &OTHER_STATE_MACHINE,
        "not-a-version-arn" | "invalid-arn" => &NOT_A_VERSION_ARN,
        "too-many" | "too-few" => &TOO_MANY_ROUTES,
        _ => &ALIAS_MEMBER,
    }
}
