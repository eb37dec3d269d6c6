//! Decides which combinations of conditions are possible, by trying values of their parameters.

use super::expression::{Compiler, Expression, Variable};
use super::order::sort_conditions;
use super::{Choice as ParameterChoice, Resolver, Scenario};
use crate::error::TemplateError;
use crate::tree::Node;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Maximum number of assignments to try. Beyond it the conditions are not decided.
const MAX_ASSIGNMENTS: usize = 4096;
/// Maximum number of outcomes: eight independent conditions.
const MAX_OUTCOMES: usize = 256;
/// Maximum number of steps of a whole check, a few seconds of work.
const MAX_STEPS: usize = 50_000_000;
/// Estimated cost of the rules in one scenario.
const STEPS_PER_OUTCOME: usize = 250;

/// The conditions of a template.
pub(crate) struct Conditions<'t> {
    indices: HashMap<&'t str, usize>,
    /// Sorted, so that dependencies come first. Each with its size.
    expressions: Vec<(Expression, usize)>,
    variables: Vec<Variable<'t>>,
    /// `AllowedValues` of the parameters.
    allowed: HashMap<&'t str, Vec<String>>,
    steps: Cell<usize>,
    limit_exceeded: Cell<bool>,
}

/// The value of a variable: one that it is compared with, or `None` for any other value.
type Choice = Option<usize>;
/// A value for every variable.
type Assignment = BTreeMap<usize, Choice>;

/// The conditions and variables that some conditions depend on, with the values that the variables are compared with.
struct Dependencies {
    conditions: BTreeSet<usize>,
    variables: BTreeMap<usize, BTreeSet<usize>>,
    size: usize,
}

impl<'t> Conditions<'t> {
    pub fn new(root: &'t Node<'t>, resolver: &Resolver<'t>) -> Result<Self, TemplateError> {
        let members = root.get("Conditions").map(Node::members).unwrap_or_default();
        let named: HashMap<&'t str, &'t Node<'t>> = members.iter().map(|(name, node)| (name.as_ref(), node)).collect();
        let order = sort_conditions(&named)?;
        let mut compiler = Compiler::new(resolver, &order);
        let expressions = order.iter().filter_map(|name| Some(compiler.compile(named.get(name)?)));
        let expressions = expressions.map(|expression| (expression.size(), expression));
        let expressions: Vec<_> = expressions.map(|(size, expression)| (expression, size)).collect();
        let names = compiler.variables.iter().filter_map(|variable| variable.name);
        let allowed = names.filter_map(|name| Some((name, resolver.allowed_values(name)?))).collect();
        let Compiler { indices, variables, .. } = compiler;
        let (steps, limit_exceeded) = (Cell::new(MAX_STEPS), Cell::new(false));
        Ok(Self { indices, expressions, variables, allowed, steps, limit_exceeded })
    }

    /// Returns whether a limit was exceeded since the last call.
    pub fn take_limit_exceeded(&self) -> bool {
        self.limit_exceeded.take()
    }

    /// Returns whether all conditions of the scenario can have their values at once. Returns false if that takes too
    /// many assignments.
    pub fn is_possible(&self, scenario: &Scenario<'t>, fixed: &[(&'t str, &str)]) -> bool {
        let expected: Vec<(usize, bool)> =
            scenario.conditions().filter_map(|(name, value)| Some((*self.indices.get(name)?, value))).collect();
        if expected.is_empty() {
            return true;
        }
        let chosen = self.choice_texts(scenario.choices());
        let fixed: Vec<(&str, &str)> = fixed.iter().copied().chain(chosen).collect();
        let Some(dependencies) = self.collect_dependencies(expected.iter().map(|(index, _)| *index)) else {
            return false;
        };
        let Some(mut assignments) = self.list_assignments(&dependencies, &fixed) else { return false };
        assignments.any(|assignment| {
            let values = self.evaluate(&dependencies, &assignment);
            expected.iter().all(|(index, value)| values.get(index) == Some(value))
        })
    }

    /// Lists the possible outcomes of these conditions where `own` is true, true values first. Returns `None` if there
    /// are too many.
    pub fn list_outcomes(
        &self,
        own: Option<&'t str>,
        names: &[&'t str],
        choices: &[ParameterChoice<'t>],
    ) -> Option<Vec<Scenario<'t>>> {
        let fixed = own.map_or_else(Scenario::default, |own| Scenario::default().with(own, true));
        let fixed = fixed.with_choices(choices);
        let index = |name: &&str| self.indices.get(*name).copied();
        let dependencies = self.collect_dependencies(own.iter().chain(names).filter_map(index))?;
        let mut found: BTreeSet<Vec<bool>> = BTreeSet::new();
        for assignment in self.list_assignments(&dependencies, &self.choice_texts(choices))? {
            let values = self.evaluate(&dependencies, &assignment);
            if own.as_ref().and_then(index).is_none_or(|own| values.get(&own) == Some(&true)) {
                found.insert(names.iter().filter_map(index).filter_map(|index| values.get(&index).copied()).collect());
            }
            if found.len() > MAX_OUTCOMES {
                return self.exceed_limit();
            }
        }
        let split = |all, (at, name): (usize, &&str)| match index(name) {
            Some(_) => all,
            None => split_both(all, at),
        };
        // A condition that the template does not define can be true or false.
        let unknown = names.iter().filter(|name| index(name).is_none()).count();
        if unknown > 8 || found.len() << unknown > MAX_OUTCOMES {
            return self.exceed_limit();
        }
        let found = names.iter().enumerate().fold(found, split);
        let scenario = |values: Vec<bool>| {
            names.iter().zip(values).fold(fixed.clone(), |scenario, (name, value)| scenario.with(name, value))
        };
        if (found.len() > 1 || !choices.is_empty())
            && !self.consume_steps(found.len().saturating_mul(STEPS_PER_OUTCOME))
        {
            return self.exceed_limit();
        }
        Some(found.into_iter().rev().map(scenario).collect())
    }

    /// Returns the values of the parameters that conditions depend on.
    fn choice_texts(&self, choices: &[ParameterChoice<'t>]) -> Vec<(&'t str, &str)> {
        let text = |(name, index): &ParameterChoice<'t>| Some((*name, self.allowed.get(name)?.get(*index)?.as_str()));
        choices.iter().filter_map(text).collect()
    }

    /// Reports that a limit was exceeded.
    pub fn report_limit(&self) {
        self.limit_exceeded.set(true);
    }

    fn exceed_limit<T>(&self) -> Option<T> {
        self.limit_exceeded.set(true);
        None
    }

    fn collect_dependencies(&self, indices: impl Iterator<Item = usize>) -> Option<Dependencies> {
        let mut dependencies = Dependencies { conditions: BTreeSet::new(), variables: BTreeMap::new(), size: 0 };
        let mut open: Vec<usize> = indices.collect();
        while let Some(index) = open.pop() {
            let Some((expression, size)) =
                self.expressions.get(index).filter(|_| dependencies.conditions.insert(index))
            else {
                continue;
            };
            dependencies.size = dependencies.size.saturating_add(*size);
            expression.walk(&mut |part| match part {
                Expression::Condition(other) => open.push(*other),
                Expression::Equals(variable, value) => {
                    dependencies.variables.entry(*variable).or_default().insert(*value);
                }
                _ => {}
            });
            if !self.consume_steps(*size) {
                return self.exceed_limit();
            }
        }
        Some(dependencies)
    }

    /// Lists all assignments of the variables. Returns `None` if there are too many.
    fn list_assignments(
        &self,
        dependencies: &Dependencies,
        fixed: &[(&str, &str)],
    ) -> Option<impl Iterator<Item = Assignment> + use<'t>> {
        let choices: Vec<(usize, Vec<Choice>)> = dependencies
            .variables
            .iter()
            .filter_map(|(at, values)| Some((*at, self.choices(self.variables.get(*at)?, values, fixed))))
            .collect();
        let count = choices.iter().try_fold(1_usize, |count, (_, choices)| count.checked_mul(choices.len()));
        let Some(count) = count
            .filter(|count| *count <= MAX_ASSIGNMENTS && self.consume_steps(count.saturating_mul(dependencies.size)))
        else {
            return self.exceed_limit();
        };
        Some((0..count).map(move |assignment| nth_assignment(&choices, assignment)))
    }

    /// Consumes steps. Returns false if not enough steps are left.
    fn consume_steps(&self, steps: usize) -> bool {
        let left = self.steps.get().checked_sub(steps);
        self.steps.set(left.unwrap_or_default());
        left.is_some()
    }

    fn choices(&self, variable: &Variable<'t>, values: &BTreeSet<usize>, fixed: &[(&str, &str)]) -> Vec<Choice> {
        let choice = |text: &str| variable.values.get(text).copied().filter(|value| values.contains(value));
        let fixed = fixed.iter().find(|(name, _)| variable.name == Some(name));
        if let Some((_, value)) = fixed {
            return vec![choice(value)];
        }
        let all: BTreeSet<Choice> = match variable.name.and_then(|name| self.allowed.get(name)) {
            Some(allowed) => allowed.iter().map(|text| choice(text)).collect(),
            None => values.iter().copied().map(Some).chain([None]).collect(),
        };
        all.into_iter().collect()
    }

    /// Evaluates the conditions for an assignment.
    fn evaluate(&self, dependencies: &Dependencies, assignment: &Assignment) -> HashMap<usize, bool> {
        let mut values = HashMap::with_capacity(dependencies.conditions.len());
        for index in &dependencies.conditions {
            if let Some((expression, _)) = self.expressions.get(*index) {
                values.insert(*index, evaluate_expression(expression, &values, assignment));
            }
        }
        values
    }
}

/// Adds both values at an index.
fn split_both(all: BTreeSet<Vec<bool>>, at: usize) -> BTreeSet<Vec<bool>> {
    let with = |values: &Vec<bool>, value| {
        let mut values = values.clone();
        values.insert(at.min(values.len()), value);
        values
    };
    all.iter().flat_map(|values| [with(values, true), with(values, false)]).collect()
}

fn nth_assignment(variables: &[(usize, Vec<Choice>)], mut assignment: usize) -> Assignment {
    let choose = |(variable, choices): &(usize, Vec<Choice>)| {
        let choice = assignment.checked_rem(choices.len()).and_then(|at| choices.get(at).copied()).flatten();
        assignment = assignment.checked_div(choices.len()).unwrap_or_default();
        (*variable, choice)
    };
    variables.iter().map(choose).collect()
}

/// Evaluates one condition. Its dependencies are evaluated already.
fn evaluate_expression(expression: &Expression, decided: &HashMap<usize, bool>, assignment: &Assignment) -> bool {
    match expression {
        Expression::Known(value) => *value,
        Expression::Condition(index) => decided.get(index).copied().unwrap_or_default(),
        Expression::Not(inner) => !evaluate_expression(inner, decided, assignment),
        Expression::All(list) => list.iter().all(|item| evaluate_expression(item, decided, assignment)),
        Expression::Any(list) => list.iter().any(|item| evaluate_expression(item, decided, assignment)),
        Expression::Equals(variable, expected) => assignment.get(variable).copied().flatten() == Some(*expected),
    }
}
