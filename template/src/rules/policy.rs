//! IAM policies that allow starting an alias or version, which AWS never asks about.

mod document;
mod grant;
mod link;
mod outside;
mod together;

use crate::draft::{Draft, Found, shortened};
use crate::resolve::Part;
use crate::resources::{Resource, View};
use crate::rule::START_ON_QUALIFIED_ARN;
use crate::target::{Machine, Qualifier, Target};
use document::documents;
pub(crate) use document::is_policy;
use grant::{Grant, Reach, grants};
pub(crate) use link::Links;
pub(crate) use outside::Connected;
use outside::may_allow_more;
use serde_json::{Value, json};
pub(crate) use together::AllowedTogether;
use together::{Allowed, allowed_together};

/// IAM's.
const WILDCARDS: [char; 2] = ['*', '?'];

pub(crate) fn check<'t>(found: &mut Found<'_, 't>, resource: &Resource<'t>) {
    let view = found.view;
    let own = grants_of(view, resource);
    if !own.iter().any(|grant| grant.is_certain && matches!(grant.reach, Reach::Qualified(_)))
        || may_allow_more(view, resource)
    {
        return;
    }
    let (alone, together) = (Allowed::of_grants(&own), allowed_together(view, resource));
    for grant in &own {
        let (Reach::Qualified(target), true) = (&grant.reach, grant.is_certain) else { continue };
        if alone.covers(target) || together.covers(target) {
            continue;
        }
        let machine = shown_machine(grant, target);
        let kind = match &target.qualifier {
            Qualifier::Version => "is a version",
            Qualifier::Alias(Some(name)) if name.contains(WILDCARDS) => "matches versions and aliases only",
            _ => "is an alias",
        };
        let message = format!(
            "Resource `{}` {kind}, and {} is authorised with the ARN of its state machine, `{machine}`",
            grant.symbol.shown(),
            grant.action,
        );
        let fix = format!("{} The statement: {}", START_ON_QUALIFIED_ARN.fix, statement(view, grant, target));
        let draft = found.draft(&START_ON_QUALIFIED_ARN, resource, &grant.path, message);
        found.drafts.push(Draft { fix: Some(shortened(fix)), defaults: grant.symbol.defaults.clone(), ..draft });
    }
}

fn grants_of<'t>(view: View<'_, 't>, resource: &Resource<'t>) -> Vec<Grant<'t>> {
    documents(view, resource).into_iter().flat_map(|(path, node)| grants(view, &path, node)).collect()
}

/// The state machine's ARN, as `Fn::Sub` would write it.
fn shown_machine(grant: &Grant<'_>, target: &Target<'_>) -> String {
    match &target.machine {
        Some(Machine::Resource(id)) => format!("${{{id}}}"),
        Some(Machine::Symbol(symbol)) => symbol.clone(),
        Some(Machine::Arn(_)) => match grant.symbol.parts() {
            [Part::Ref(_) | Part::Attribute(..)] => machine_text(target),
            _ => unqualified(&grant.symbol.shown()).to_owned(),
        },
        None => "the state machine".to_owned(),
    }
}

fn machine_text(target: &Target<'_>) -> String {
    match &target.machine {
        Some(Machine::Arn(arn)) => arn.clone(),
        _ => String::new(),
    }
}

fn unqualified(arn: &str) -> &str {
    arn.rsplit_once(':').map_or(arn, |(machine, _)| machine)
}

/// The statement that grants what was meant.
fn statement(view: View<'_, '_>, grant: &Grant<'_>, target: &Target<'_>) -> Value {
    let machine = match &target.machine {
        Some(Machine::Resource(id)) => json!({"Ref": id}),
        None => json!("ARN of the state machine"),
        Some(_) => substituted(&shown_machine(grant, target)),
    };
    let wild = matches!(&target.qualifier, Qualifier::Alias(Some(name)) if name.contains(WILDCARDS));
    let operator = if wild { "ForAnyValue:StringLike" } else { "ForAnyValue:StringEquals" };
    json!({
        "Effect": "Allow", "Action": grant.action, "Resource": machine,
        "Condition": {operator: {"states:StateMachineQualifier": qualifier(view, grant, target)}},
    })
}

/// The alias's name or the version's number, or how a template takes it out of the ARN.
fn qualifier(view: View<'_, '_>, grant: &Grant<'_>, target: &Target<'_>) -> Value {
    let from_arn = |arn: Value| json!({"Fn::Select": [7, {"Fn::Split": [":", arn]}]});
    match &target.qualifier {
        Qualifier::Alias(Some(name)) => substituted(name),
        Qualifier::AliasResource(id) => {
            let alias = view.template.resource(id);
            let member = if alias.is_some_and(Resource::is_machine) { "AutoPublishAlias" } else { "Name" };
            let name = alias.and_then(|alias| view.text(view.property(alias, member)));
            match name.as_ref().and_then(|name| name.text()) {
                Some(name) => json!(name),
                None => from_arn(substituted(&grant.symbol.shown())),
            }
        }
        _ => match grant.symbol.parts() {
            [Part::Ref(_) | Part::Attribute(..)] => from_arn(substituted(&grant.symbol.shown())),
            _ => json!(grant.symbol.shown().rsplit(':').next()),
        },
    }
}

fn substituted(text: &str) -> Value {
    let inner = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match inner {
        Some(id) if !id.contains(['$', '.', '}']) => json!({"Ref": id}),
        _ if text.contains("${") => json!({"Fn::Sub": text}),
        _ => json!(text),
    }
}
