//! Builds the findings of a report.

use super::findings::{ScenarioFinding, truncate_middle};
use super::foreach::{self, UncheckedLoop};
use super::report::Finding;
use super::resources::Template;
use super::rule::LOOP_NOT_EXPANDED;
use super::terraform;

/// Describes the conditions and parameter defaults that a finding depends on.
pub(crate) fn describe_condition(template: &Template<'_>, finding: &ScenarioFinding<'_>) -> Option<String> {
    let conditions = finding.scenario.conditions().map(|(name, value)| format!("{name} is {value}"));
    let mut names = finding.defaults.clone();
    names.sort_unstable();
    names.dedup();
    let defaults = names.into_iter().filter_map(|name| {
        Some(format!("parameter {name} has its default `{}`", template.resolver.default_value(name)?))
    });
    let from_loop = foreach::loop_condition(finding.resource.node).map(str::to_owned);
    let choices =
        finding.scenario.choices().iter().filter(|choice| template.resolver.has_several_choices(choice.0)).filter_map(
            |choice| Some(format!("parameter {} is `{}`", choice.0, template.resolver.choice_text(choice)?)),
        );
    let all: Vec<String> = conditions.chain(choices).chain(defaults).chain(from_loop).collect();
    (!all.is_empty()).then(|| truncate_middle(all.join(" and ")))
}

/// Builds the finding of a report. Findings in plans have the names of Terraform.
pub(crate) fn build_finding(template: &Template<'_>, finding: &ScenarioFinding<'_>) -> Finding {
    let rule = finding.rule;
    let fix = finding.fix.as_deref().unwrap_or(rule.fix);
    let (message, description, fix) = match terraform::plan_type(finding.resource.node) {
        Some(_) => {
            let plan = rule.plan_texts();
            let fix = if finding.fix.is_none() { plan.fix } else { fix };
            let message = truncate_middle(terraform::translate_message(&finding.message, &finding.pointer));
            (message, finding.description.unwrap_or(plan.description), terraform::translate_words(fix))
        }
        None => (finding.message.clone(), finding.description.unwrap_or(rule.description), fix.to_owned()),
    };
    Finding {
        rule: rule.id,
        name: rule.name,
        severity: rule.severity,
        logical_id: finding.resource.id.to_owned(),
        resource_type: terraform::plan_type(finding.resource.node).unwrap_or(finding.resource.kind).to_owned(),
        path: finding.pointer.clone(),
        line: finding.position.line,
        column: finding.position.column,
        message,
        description,
        fix,
        url: rule.url,
        condition: describe_condition(template, finding),
        acknowledged: None,
    }
}

/// Builds the finding for a loop that is not checked.
pub(crate) fn report_unchecked_loop(unchecked: UncheckedLoop) -> Finding {
    let UncheckedLoop { logical_id, resource_type, pointer, position, reason } = unchecked;
    let rule = &LOOP_NOT_EXPANDED;
    Finding {
        rule: rule.id,
        name: rule.name,
        severity: rule.severity,
        logical_id,
        resource_type,
        path: truncate_middle(pointer),
        line: position.line,
        column: position.column,
        message: truncate_middle(format!("Fn::ForEach is not fully checked: {reason}")),
        description: rule.description,
        fix: rule.fix.to_owned(),
        url: rule.url,
        condition: None,
        acknowledged: None,
    }
}
