//! The parameters that are tried with all of their allowed values, and the combinations of these values.

use super::parameter::Parameter;
use super::scenario::Choice;
use crate::tree::Node;
use std::collections::{HashMap, HashSet};

/// Maximum number of combinations of parameter values per resource. Beyond it one parameter at a time varies.
pub(crate) const MAX_COMBINATIONS: usize = 256;

/// The allowed values of the parameters that are tried with all of them.
pub(super) type Choices<'t> = HashMap<&'t str, &'t [Node<'t>]>;

/// Collects the parameters to try with all of their allowed values. `Rules` of a template restrict combinations of values, so the
/// parameters in them are not tried.
pub(super) fn find_choices<'t>(root: &'t Node<'t>, parameters: &HashMap<&'t str, Parameter<'t>>) -> Choices<'t> {
    let mut restricted = HashSet::new();
    if let Some(rules) = root.get("Rules") {
        rules.walk(&mut |part| restricted.extend(part.text()));
    }
    let free = parameters.iter().filter(|(name, _)| !restricted.contains(*name));
    free.filter_map(|(name, parameter)| Some((*name, parameter.choices()?))).collect()
}

/// Lists the combinations of the values of these parameters. Returns `false` as well if there are too many: then each
/// combination changes one parameter, and the others have their defaults.
pub(super) fn list_combinations<'t>(parameters: &[(&'t str, usize)]) -> (Vec<Vec<Choice<'t>>>, bool) {
    let count = parameters.iter().try_fold(1_usize, |count, (_, values)| count.checked_mul(*values));
    if count.is_some_and(|count| count <= MAX_COMBINATIONS) {
        let with_each = |all: Vec<Vec<Choice<'t>>>, (name, values): &(&'t str, usize)| {
            let extend = |choices: &Vec<Choice<'t>>, index| [choices.as_slice(), &[(*name, index)]].concat();
            all.iter().flat_map(|choices| (0..*values).map(move |index| extend(choices, index))).collect()
        };
        return (parameters.iter().fold(vec![Vec::new()], with_each), true);
    }
    let single = |(name, values): &(&'t str, usize)| {
        let name = *name;
        (0..*values).map(move |index| vec![(name, index)])
    };
    let all = std::iter::once(Vec::new()).chain(parameters.iter().flat_map(single));
    (all.take(MAX_COMBINATIONS).collect(), false)
}

/// Collects the parameters that a node refers to, and that are tried with all of their values.
pub(super) fn collect_parameters<'t>(node: &'t Node<'t>, choices: &Choices<'t>, found: &mut Vec<&'t str>) {
    if choices.is_empty() {
        return;
    }
    node.walk(&mut |part| {
        let names = referenced_names(part).into_iter().filter_map(|name| choices.get_key_value(name));
        found.extend(names.map(|(name, _)| *name));
    });
}

/// Returns the names that `Ref` and `Fn::Sub` refer to.
pub(crate) fn referenced_names<'t>(node: &'t Node<'t>) -> Vec<&'t str> {
    match node.intrinsic() {
        Some(("Ref", name)) => name.text().into_iter().collect(),
        Some(("Fn::Sub", argument)) => {
            let pattern = argument.text().or_else(|| argument.items().first()?.text()).unwrap_or_default();
            pattern.split("${").skip(1).filter_map(|part| part.split('}').next()).map(str::trim).collect()
        }
        _ => Vec::new(),
    }
}
