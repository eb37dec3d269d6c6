//! Checks IAM policies that allow starting an alias or version ARN: AWS authorizes with the state machine ARN.

mod attachments;
mod combined_grants;
mod document;
mod external_grants;
mod grant;

use crate::caches::GrantSet;
use crate::findings::{Findings, ScenarioFinding, truncate_middle};
use crate::resolve::Part;
use crate::resources::{Resource, View};
use crate::rule::START_ON_QUALIFIED_ARN;
use crate::target::{ArnTarget, Qualifier, StateMachineIdentity};
use combined_grants::combine_grants;
pub(crate) use document::{has_policies, is_policy};
use external_grants::may_grant_more;
use grant::{Grant, ResourceMatch, resource_grants};
use serde_json::{Value, json};

/// Wildcards of IAM.
const WILDCARDS: [char; 2] = ['*', '?'];

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, resource: &Resource<'t>) {
    let view = findings.view;
    let own = resource_grants(view, resource);
    if !own.iter().any(|grant| grant.is_certain && matches!(grant.resource_match, ResourceMatch::Qualified(_)))
        || may_grant_more(view, resource)
    {
        return;
    }
    let (own_grants, combined) = (GrantSet::from_grants(&own), combine_grants(view, resource));
    for grant in &own {
        let (ResourceMatch::Qualified(target), true) = (&grant.resource_match, grant.is_certain) else { continue };
        if own_grants.covers(target) || combined.covers(target) {
            continue;
        }
        let machine = format_state_machine(grant, target);
        let kind = match &target.qualifier {
            Qualifier::Version => "is a version",
            Qualifier::Alias(Some(name)) if name.contains(WILDCARDS) => "matches only versions and aliases",
            _ => "is an alias",
        };
        let message = format!(
            "Resource `{}` {kind}, but {} is authorized with the ARN of the state machine, `{machine}`",
            grant.symbol.to_sub_pattern(),
            grant.action,
        );
        let fix =
            format!("{} Use this statement: {}", START_ON_QUALIFIED_ARN.fix, build_statement(view, grant, target));
        let finding = findings.create(&START_ON_QUALIFIED_ARN, resource, &grant.path, message);
        findings.items.push(ScenarioFinding {
            fix: Some(truncate_middle(fix)),
            defaults: grant.symbol.defaults.clone(),
            ..finding
        });
    }
}

/// Formats the ARN of the state machine as a pattern of `Fn::Sub`.
fn format_state_machine(grant: &Grant<'_>, target: &ArnTarget<'_>) -> String {
    match &target.state_machine {
        Some(StateMachineIdentity::Resource(id)) => format!("${{{id}}}"),
        Some(StateMachineIdentity::Symbolic(symbol)) => symbol.clone(),
        Some(StateMachineIdentity::Arn(_)) => match grant.symbol.parts() {
            [Part::Ref(_) | Part::Attribute(..)] => machine_text(target),
            _ => strip_qualifier(&grant.symbol.to_sub_pattern()).to_owned(),
        },
        None => "the state machine".to_owned(),
    }
}

fn machine_text(target: &ArnTarget<'_>) -> String {
    match &target.state_machine {
        Some(StateMachineIdentity::Arn(arn)) => arn.clone(),
        _ => String::new(),
    }
}

fn strip_qualifier(arn: &str) -> &str {
    arn.rsplit_once(':').map_or(arn, |(machine, _)| machine)
}

/// Builds the statement that grants what was intended.
fn build_statement(view: View<'_, '_>, grant: &Grant<'_>, target: &ArnTarget<'_>) -> Value {
    let machine = match &target.state_machine {
        Some(StateMachineIdentity::Resource(id)) => json!({"Ref": id}),
        None => json!("ARN of the state machine"),
        Some(_) => to_template_value(&format_state_machine(grant, target)),
    };
    let wild = matches!(&target.qualifier, Qualifier::Alias(Some(name)) if name.contains(WILDCARDS));
    let operator = if wild { "ForAnyValue:StringLike" } else { "ForAnyValue:StringEquals" };
    json!({
        "Effect": "Allow", "Action": grant.action, "Resource": machine,
        "Condition": {operator: {"states:StateMachineQualifier": build_qualifier(view, grant, target)}},
    })
}

/// Returns the alias name or version number, or an expression that extracts it from the ARN.
fn build_qualifier(view: View<'_, '_>, grant: &Grant<'_>, target: &ArnTarget<'_>) -> Value {
    let from_arn = |arn: Value| json!({"Fn::Select": [7, {"Fn::Split": [":", arn]}]});
    match &target.qualifier {
        Qualifier::Alias(Some(name)) => to_template_value(name),
        Qualifier::AliasResource(id) => {
            let alias = view.template.resource(id);
            let member = if alias.is_some_and(Resource::is_state_machine) { "AutoPublishAlias" } else { "Name" };
            let name = alias.and_then(|alias| view.text(view.property(alias, member)));
            match name.as_ref().and_then(|name| name.text()) {
                Some(name) => json!(name),
                None => from_arn(to_template_value(&grant.symbol.to_sub_pattern())),
            }
        }
        _ => match grant.symbol.parts() {
            [Part::Ref(_) | Part::Attribute(..)] => from_arn(to_template_value(&grant.symbol.to_sub_pattern())),
            _ => json!(grant.symbol.to_sub_pattern().rsplit(':').next()),
        },
    }
}

fn to_template_value(text: &str) -> Value {
    let inner = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    match inner {
        Some(id) if !id.contains(['$', '.', '}']) => json!({"Ref": id}),
        _ if text.contains("${") => json!({"Fn::Sub": text}),
        _ => json!(text),
    }
}
