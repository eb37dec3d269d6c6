//! Aliases by themselves: CreateStateMachineAlias is asked what it would answer.

use super::routes::Routes;
use crate::draft::Found;
use crate::resolve::{Part, Selected, Symbol};
use crate::resources::{ALIAS, Resource};
use crate::rule::{
    ALIAS_MEMBER, ALIAS_NAME, NOT_A_VERSION_ARN, OTHER_STATE_MACHINE, ROUTING_AND_PREFERENCE, ROUTING_MISSING, Rule,
    SINGLE_ROUTE_WEIGHT, TOO_MANY_ROUTES, VERSION_REPEATED, WEIGHTS_SUM,
};
use serde_json::{Value, json};
use sfn_alias::{Problem, ProblemCode};

const OPERATION: &str = "CreateStateMachineAlias";
/// As many routes AWS lets an alias have.
pub(super) const MOST_ROUTES: usize = 2;
/// A routing that nothing is wrong with, for requests that are about other members.
const GOOD_VERSION: &str = "arn:aws:states:us-east-1:000000000000:stateMachine:any:1";

pub(crate) fn check<'t>(found: &mut Found<'_, 't>, alias: &Resource<'t>) {
    let name = if alias.kind == ALIAS { "Name" } else { "AutoPublishAlias" };
    member(found, alias, "name", name);
    if alias.kind != ALIAS {
        return;
    }
    member(found, alias, "description", "Description");
    either_routing_or_preference(found, alias);
    routing(found, alias);
    preferred_version(found, alias);
}

/// What AWS says of this member of a request, everything else being right.
fn member<'t>(found: &mut Found<'_, 't>, alias: &Resource<'t>, member: &str, property: &str) {
    let Some(symbol) = found.view.text(found.view.property(alias, property)) else { return };
    let rule = if member == "name" { &ALIAS_NAME } else { &ALIAS_MEMBER };
    // What is not known of a text is nothing or something: whatever is refused either way is wrong.
    let refused = ["", "a"].map(|unknown| {
        let text = filled(&symbol, unknown);
        let told = |problem: Problem| problem.message.replace(&format!("'{text}'"), &format!("'{}'", symbol.shown()));
        member_problems(member, &text).into_iter().map(told).collect::<Vec<_>>()
    });
    let [without, with] = &refused;
    for message in with.iter().filter(|message| without.contains(message)) {
        let message = refusal(property, message);
        found.add(rule, alias, &format!("Properties/{property}"), message, symbol.defaults.iter().copied());
    }
}

/// A text with this in place of everything that is not known.
fn filled(symbol: &Symbol<'_>, unknown: &str) -> String {
    let part = |part: &Part<'_>| match part {
        Part::Text(text) => text.to_string(),
        _ => unknown.to_owned(),
    };
    symbol.parts().iter().map(part).collect()
}

fn member_problems(member: &str, text: &str) -> Vec<Problem> {
    let mut request = json!({
        "name": "PROD", "routingConfiguration": [{"stateMachineVersionArn": GOOD_VERSION, "weight": 100}],
    });
    if let Some(members) = request.as_object_mut() {
        members.insert(member.to_owned(), text.into());
    }
    problems(&request)
}

fn problems(request: &Value) -> Vec<Problem> {
    // The operation is one that exists.
    sfn_alias::check(OPERATION, request.to_string().as_bytes()).unwrap_or_default()
}

/// AWS's text is told whole.
fn refusal(member: &str, text: &str) -> String {
    format!("{member}: {OPERATION} refuses it: {text}")
}

fn either_routing_or_preference<'t>(found: &mut Found<'_, 't>, alias: &Resource<'t>) {
    let given = ["RoutingConfiguration", "DeploymentPreference"].map(|name| found.view.property(alias, name));
    match given {
        [Selected::Absent, Selected::Absent] => {
            let message = "RoutingConfiguration and DeploymentPreference are both missing".to_owned();
            found.add(&ROUTING_MISSING, alias, "Properties", message, []);
        }
        [Selected::Node(_), Selected::Node(_)] => {
            let message = "RoutingConfiguration is given beside DeploymentPreference".to_owned();
            found.add(&ROUTING_AND_PREFERENCE, alias, "Properties/RoutingConfiguration", message, []);
        }
        _ => {}
    }
}

fn routing<'t>(found: &mut Found<'_, 't>, alias: &Resource<'t>) {
    let Some(items) = found.view.list(found.view.property(alias, "RoutingConfiguration")) else { return };
    if items.len() > MOST_ROUTES {
        return too_many_routes(found, alias, items.len());
    }
    let routes = Routes::of(found.view, &items);
    for problem in problems(&json!({"name": "PROD", "routingConfiguration": routes.request()})) {
        if routes.is_about_unknown(&problem) {
            continue;
        }
        let path = routes.template_path(&problem.path);
        let message = refusal(routes.member_of(&problem.path), &routes.shown(&problem.message));
        found.add(rule_of(&problem, items.len()), alias, &path, message, routes.defaults());
    }
}

/// Nothing else is said of a list that is too long: AWS's text repeats all of it.
fn too_many_routes<'t>(found: &mut Found<'_, 't>, alias: &Resource<'t>, count: usize) {
    let message = format!("RoutingConfiguration has {count} routes, and {OPERATION} takes up to {MOST_ROUTES}");
    found.add(&TOO_MANY_ROUTES, alias, "Properties/RoutingConfiguration", message, []);
}

/// The version of a deployment preference becomes the routing's.
fn preferred_version<'t>(found: &mut Found<'_, 't>, alias: &Resource<'t>) {
    const MEMBER: &str = "DeploymentPreference";
    let Some(preference) = found.view.property(alias, MEMBER).node() else { return };
    let Some(arn) = found.view.text(found.view.member(Some(preference), "StateMachineVersionArn")) else { return };
    let routes = Routes::single(found.view, arn);
    for problem in problems(&json!({"name": "PROD", "routingConfiguration": routes.request()})) {
        let path = format!("Properties/{MEMBER}/StateMachineVersionArn");
        let message = refusal("StateMachineVersionArn", &routes.shown(&problem.message));
        found.add(rule_of(&problem, 1), alias, &path, message, routes.defaults());
    }
}

/// The rule that a problem of a routing belongs to.
fn rule_of(problem: &Problem, routes: usize) -> &'static Rule {
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
