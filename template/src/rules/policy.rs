//! Checks IAM policies that allow or deny operations on an alias or version ARN: AWS authorizes with the state machine
//! ARN.

mod attachments;
mod combined_grants;
mod document;
mod external_grants;
mod grant;

use crate::caches::GrantSet;
use crate::findings::{Findings, ScenarioFinding, truncate_middle};
use crate::operations::{Operations, WILDCARDS};
use crate::resolve::Part;
use crate::resources::{Resource, View};
use crate::rule::{DENY_ON_QUALIFIED_ARN, OPERATION_ON_QUALIFIED_ARN, Rule, START_ON_QUALIFIED_ARN};
use crate::target::{ArnTarget, Qualifier, StateMachineIdentity};
use combined_grants::combine_grants;
pub(crate) use document::{has_policies, is_policy};
use external_grants::find_external_operations;
use grant::{Effect, Grant, ResourceMatch, resource_grants};
use serde_json::{Value, json};

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, resource: &Resource<'t>) {
    let own = resource_grants(findings.view, resource);
    if !own.iter().any(|grant| matches!(grant.resource_match, ResourceMatch::Qualified(_))) {
        return;
    }
    let (allowed, denied): (Vec<&Grant<'t>>, Vec<&Grant<'t>>) =
        own.iter().partition(|grant| grant.effect == Effect::Allow);
    check_allowed(findings, resource, &allowed);
    check_denied(findings, resource, &denied);
}

/// Returns the grants that certainly contain operations on a version or alias.
fn qualified<'g, 't>(
    grants: &'g [&'g Grant<'t>],
) -> impl Iterator<Item = (&'g Grant<'t>, &'g ArnTarget<'t>)> + use<'g, 't> {
    grants.iter().filter_map(|grant| match &grant.resource_match {
        ResourceMatch::Qualified(target) if !grant.certain.is_empty() => Some((*grant, target)),
        _ => None,
    })
}

fn check_allowed<'t>(findings: &mut Findings<'_, 't>, resource: &Resource<'t>, grants: &[&Grant<'t>]) {
    let view = findings.view;
    if qualified(grants).next().is_none() {
        return;
    }
    let external = find_external_operations(view, resource);
    if external == Operations::ALL {
        return;
    }
    let (own, combined) = (GrantSet::from_grants(grants.iter().copied()), combine_grants(view, resource));
    for (grant, target) in qualified(grants) {
        let elsewhere = external | own.operations_on(target) | combined.operations_on(target);
        let missing = grant.certain.without(elsewhere);
        if missing.intersects(Operations::START) {
            report_start(findings, resource, grant, target);
        } else if !missing.is_empty() {
            report_operations(findings, resource, &OPERATION_ON_QUALIFIED_ARN, grant, target, missing);
        }
    }
}

fn report_start<'t>(
    findings: &mut Findings<'_, 't>,
    resource: &Resource<'t>,
    grant: &Grant<'t>,
    target: &ArnTarget<'t>,
) {
    let action = grant.start_action.as_deref().unwrap_or_default();
    let message = format_message(grant, target, &format!("but {action} is authorized"));
    let statement = build_statement(findings.view, grant, target, &json!(action));
    let fix = if grant.is_sam_template {
        format!(
            "Use the name of the state machine without the qualifier. To allow only the alias, use this statement instead of the policy template: {statement}"
        )
    } else {
        format!("{} Use this statement: {statement}", START_ON_QUALIFIED_ARN.fix)
    };
    push_finding(findings, resource, &START_ON_QUALIFIED_ARN, grant, message, fix);
}

fn report_operations<'t>(
    findings: &mut Findings<'_, 't>,
    resource: &Resource<'t>,
    rule: &'static Rule,
    grant: &Grant<'t>,
    target: &ArnTarget<'t>,
    operations: Operations,
) {
    let names = operations.names();
    let (list, verb) = (names.join(", "), if names.len() == 1 { "is" } else { "are" });
    let message = format_message(grant, target, &format!("but {list} {verb} authorized"));
    let statement = build_statement(findings.view, grant, target, &json!(names));
    let fix = format!("{} Use this statement: {statement}", rule.fix);
    push_finding(findings, resource, rule, grant, message, fix);
}

/// Checks statements that deny operations on a version or alias, but not on its state machine.
fn check_denied<'t>(findings: &mut Findings<'_, 't>, resource: &Resource<'t>, grants: &[&Grant<'t>]) {
    if qualified(grants).next().is_none() {
        return;
    }
    let own = GrantSet::from_grants(grants.iter().copied());
    for (grant, target) in qualified(grants) {
        let missing = grant.certain.without(own.operations_on(target));
        if !missing.is_empty() {
            report_operations(findings, resource, &DENY_ON_QUALIFIED_ARN, grant, target, missing);
        }
    }
}

fn push_finding<'t>(
    findings: &mut Findings<'_, 't>,
    resource: &Resource<'t>,
    rule: &'static Rule,
    grant: &Grant<'t>,
    message: String,
    fix: String,
) {
    let finding = findings.create(rule, resource, &grant.path, message);
    findings.items.push(ScenarioFinding {
        fix: Some(truncate_middle(fix)),
        defaults: grant.symbol.defaults.clone(),
        ..finding
    });
}

fn format_message(grant: &Grant<'_>, target: &ArnTarget<'_>, authorized: &str) -> String {
    let kind = match &target.qualifier {
        Qualifier::Version => "is a version",
        Qualifier::Alias(Some(name)) if name.contains(WILDCARDS) => "matches only versions and aliases",
        _ => "is an alias",
    };
    let (symbol, machine) = (grant.symbol.to_sub_pattern(), format_state_machine(grant, target));
    format!("Resource `{symbol}` {kind}, {authorized} with the ARN of the state machine, `{machine}`")
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
fn build_statement(view: View<'_, '_>, grant: &Grant<'_>, target: &ArnTarget<'_>, action: &Value) -> Value {
    let machine = match &target.state_machine {
        Some(StateMachineIdentity::Resource(id)) => json!({"Ref": id}),
        None => json!("ARN of the state machine"),
        Some(_) => to_template_value(&format_state_machine(grant, target)),
    };
    let wild = matches!(&target.qualifier, Qualifier::Alias(Some(name)) if name.contains(WILDCARDS));
    let operator = if wild { "ForAnyValue:StringLike" } else { "ForAnyValue:StringEquals" };
    json!({
        "Effect": if grant.effect == Effect::Allow { "Allow" } else { "Deny" }, "Action": action, "Resource": machine,
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
