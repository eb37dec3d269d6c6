//! Checks the environment variables of functions next to an alias.

use super::start::find_alias;
use crate::findings::{Findings, ScenarioFinding, truncate_middle};
use crate::resolve::SymbolicText;
use crate::resources::{Resource, View};
use crate::rule::ENVIRONMENT_BYPASSES_ALIAS;
use crate::target::{Qualifier, StateMachineIdentity};
use crate::tree::escape_pointer;

/// Returns whether a resource is a function with environment variables.
pub(crate) fn has_variables(resource: &Resource<'_>) -> bool {
    ["AWS::Lambda::Function", "AWS::Serverless::Function"].contains(&resource.kind)
        && resource.node.get("Properties").is_some_and(|properties| properties.get("Environment").is_some())
}

pub(crate) fn check<'t>(findings: &mut Findings<'_, 't>, function: &Resource<'t>) {
    let view = findings.view;
    let variables = read_variables(view, function);
    let (machines, qualified): (Vec<_>, Vec<_>) = variables
        .into_iter()
        .filter_map(|(name, symbol)| Some((name, view.resolve_arn(&symbol)?, symbol)))
        .partition(|(_, target, _)| target.qualifier == Qualifier::None);
    for (name, target, symbol) in machines {
        // The function also knows the alias, and uses this ARN for something else.
        let is_known = |machine: &StateMachineIdentity<'t>| {
            qualified.iter().any(|(_, other, _)| other.state_machine.as_ref() == Some(machine))
        };
        if target.state_machine.as_ref().is_none_or(is_known) {
            continue;
        }
        let Some(alias) = find_alias(view, &target) else { continue };
        let alias = if alias.is_state_machine() { format!("{}.Alias", alias.id) } else { alias.id.to_owned() };
        let message = format!(
            "Variable {name} contains the ARN of the state machine, `{}`, although it has alias {alias}",
            symbol.to_sub_pattern()
        );
        let fix = format!(
            "If the function starts executions, use the ARN of the alias, `${{{alias}}}`. For other operations, accept the finding."
        );
        let path = format!("Properties/Environment/Variables/{}", escape_pointer(name));
        let finding = findings.create(&ENVIRONMENT_BYPASSES_ALIAS, function, &path, message);
        findings.items.push(ScenarioFinding {
            fix: Some(truncate_middle(fix)),
            defaults: symbol.defaults.clone(),
            ..finding
        });
    }
}

fn read_variables<'t>(view: View<'_, 't>, function: &Resource<'t>) -> Vec<(&'t str, SymbolicText<'t>)> {
    let environment = view.property(function, "Environment").node();
    let variables = view.member(environment, "Variables").node().filter(|node| node.intrinsic().is_none());
    let members = variables.map(|node| node.members()).unwrap_or_default();
    members.iter().filter_map(|(name, node)| Some((name.as_ref(), view.symbol(Some(node))?))).collect()
}
