//! Checks resources that start a state machine directly although it has an alias.

mod sources;

use crate::findings::{Findings, ScenarioFinding, truncate_middle};
use crate::resources::{Resource, Template, VERSION, View};
use crate::rule::UNQUALIFIED_START;
use crate::scenarios::collect_inputs;
use crate::target::{ArnTarget, Qualifier, StateMachineIdentity};
use crate::terraform;
pub(crate) use sources::can_start_executions;
use sources::{TOPIC_RULE, find_starts};
use std::collections::{BTreeSet, HashMap};

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
pub(super) fn find_alias<'v, 't>(view: View<'v, 't>, target: &ArnTarget<'t>) -> Option<&'v Resource<'t>> {
    let machine = target.state_machine.as_ref()?;
    let first =
        view.template.caches.aliases.get(view.scenario, || collect_alias_inputs(view.template), || index_aliases(view));
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

/// Collects the conditions and parameters of aliases and versions.
fn collect_alias_inputs<'t>(template: &Template<'t>) -> BTreeSet<&'t str> {
    let mut names = Vec::new();
    for resource in template.resources.iter().filter(|resource| resource.is_alias() || resource.kind == VERSION) {
        names.extend(resource.condition());
        collect_inputs(resource.node, &mut names);
    }
    names.into_iter().collect()
}
