//! Whether conditions can hold together: their parameters are tried out.

use super::expression::{Compiler, Expression, Variable};
use super::order::ordered;
use super::{Resolver, Scenario};
use crate::error::TemplateError;
use crate::tree::Node;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Beyond so many ways to choose the parameters it is not known whether conditions can hold together,
/// and nothing is said of them.
const MAX_TRIALS: usize = 4096;
/// As many ways in which conditions turn out are looked at: eight conditions that do not depend on each
/// other.
const MAX_OUTCOMES: usize = 256;
/// So many steps are taken in a whole check, some seconds' worth.
const MAX_STEPS: usize = 50_000_000;
/// What the rules cost in a scenario.
const STEPS_AN_OUTCOME: usize = 250;

/// The conditions of a template.
pub(crate) struct Conditions<'t> {
    places: HashMap<&'t str, usize>,
    /// Each behind those that it depends on, with its size.
    expressions: Vec<(Expression, usize)>,
    variables: Vec<Variable<'t>>,
    /// What `AllowedValues` lets parameters be.
    allowed: HashMap<&'t str, Vec<String>>,
    steps: Cell<usize>,
    gave_up: Cell<bool>,
}

/// A value of a variable: one that it is compared with, or any other.
type Choice = Option<usize>;
/// A choice of every variable.
type Trial = BTreeMap<usize, Choice>;

/// What conditions need: other conditions, and variables with the values that they are compared with.
struct Needs {
    conditions: BTreeSet<usize>,
    variables: BTreeMap<usize, BTreeSet<usize>>,
    size: usize,
}

impl<'t> Conditions<'t> {
    pub fn new(root: &'t Node<'t>, resolver: &Resolver<'t>) -> Result<Self, TemplateError> {
        let members = root.get("Conditions").map(Node::members).unwrap_or_default();
        let named: HashMap<&'t str, &'t Node<'t>> = members.iter().map(|(name, node)| (name.as_ref(), node)).collect();
        let order = ordered(&named)?;
        let mut compiler = Compiler::new(resolver, &order);
        let expressions = order.iter().filter_map(|name| Some(compiler.expression(named.get(name)?)));
        let expressions = expressions.map(|expression| (expression.size(), expression));
        let expressions: Vec<_> = expressions.map(|(size, expression)| (expression, size)).collect();
        let names = compiler.variables.iter().filter_map(|variable| variable.name);
        let allowed = names.filter_map(|name| Some((name, resolver.allowed(name)?))).collect();
        let Compiler { places, variables, .. } = compiler;
        let (steps, gave_up) = (Cell::new(MAX_STEPS), Cell::new(false));
        Ok(Self { places, expressions, variables, allowed, steps, gave_up })
    }

    /// Whether something was too much to be decided since this was asked last.
    pub fn gave_up(&self) -> bool {
        self.gave_up.take()
    }

    /// Whether all this can be so at once; false also where that takes too many trials to know.
    pub fn possible(&self, scenario: &Scenario<'t>, fixed: &[(&'t str, &str)]) -> bool {
        let wanted: Vec<(usize, bool)> =
            scenario.conditions().filter_map(|(name, value)| Some((*self.places.get(name)?, value))).collect();
        if wanted.is_empty() {
            return true;
        }
        let Some(needs) = self.needs(wanted.iter().map(|(place, _)| *place)) else { return false };
        let Some(mut trials) = self.trials(&needs, fixed) else { return false };
        trials.any(|trial| {
            let values = self.decide(&needs, &trial);
            wanted.iter().all(|(place, value)| values.get(place) == Some(value))
        })
    }

    /// The ways in which these conditions turn out where `own` holds, those that hold first; `None` where
    /// there are too many.
    pub fn outcomes(&self, own: Option<&'t str>, names: &[&'t str]) -> Option<Vec<Scenario<'t>>> {
        let fixed = own.map_or_else(Scenario::default, |own| Scenario::default().with(own, true));
        let place = |name: &&str| self.places.get(*name).copied();
        let needs = self.needs(own.iter().chain(names).filter_map(place))?;
        let mut found: BTreeSet<Vec<bool>> = BTreeSet::new();
        for trial in self.trials(&needs, &[])? {
            let values = self.decide(&needs, &trial);
            if own.as_ref().and_then(place).is_none_or(|own| values.get(&own) == Some(&true)) {
                found.insert(names.iter().filter_map(place).filter_map(|place| values.get(&place).copied()).collect());
            }
            if found.len() > MAX_OUTCOMES {
                return self.give_up();
            }
        }
        let split = |all, (at, name): (usize, &&str)| match place(name) {
            Some(_) => all,
            None => both(all, at),
        };
        // Of conditions that the template does not have nothing is known.
        let unknown = names.iter().filter(|name| place(name).is_none()).count();
        if unknown > 8 || found.len() << unknown > MAX_OUTCOMES {
            return self.give_up();
        }
        let found = names.iter().enumerate().fold(found, split);
        let scenario = |values: Vec<bool>| {
            names.iter().zip(values).fold(fixed.clone(), |scenario, (name, value)| scenario.with(name, value))
        };
        if found.len() > 1 && !self.spend(found.len().saturating_mul(STEPS_AN_OUTCOME)) {
            return self.give_up();
        }
        Some(found.into_iter().rev().map(scenario).collect())
    }

    fn give_up<T>(&self) -> Option<T> {
        self.gave_up.set(true);
        None
    }

    fn needs(&self, places: impl Iterator<Item = usize>) -> Option<Needs> {
        let mut needs = Needs { conditions: BTreeSet::new(), variables: BTreeMap::new(), size: 0 };
        let mut open: Vec<usize> = places.collect();
        while let Some(place) = open.pop() {
            let Some((expression, size)) = self.expressions.get(place).filter(|_| needs.conditions.insert(place))
            else {
                continue;
            };
            needs.size = needs.size.saturating_add(*size);
            expression.walk(&mut |part| match part {
                Expression::Condition(other) => open.push(*other),
                Expression::Equals(variable, value) => {
                    needs.variables.entry(*variable).or_default().insert(*value);
                }
                _ => {}
            });
            if !self.spend(*size) {
                return self.give_up();
            }
        }
        Some(needs)
    }

    /// Every choice of the variables; `None` where there are too many to look at.
    fn trials(&self, needs: &Needs, fixed: &[(&str, &str)]) -> Option<impl Iterator<Item = Trial> + use<'t>> {
        let choices: Vec<(usize, Vec<Choice>)> = needs
            .variables
            .iter()
            .filter_map(|(at, values)| Some((*at, self.choices(self.variables.get(*at)?, values, fixed))))
            .collect();
        let count = choices.iter().try_fold(1_usize, |count, (_, choices)| count.checked_mul(choices.len()));
        let Some(count) = count.filter(|count| *count <= MAX_TRIALS && self.spend(count.saturating_mul(needs.size)))
        else {
            return self.give_up();
        };
        Some((0..count).map(move |trial| choose(&choices, trial)))
    }

    /// Takes steps, where there are as many left; none are left where there are not.
    fn spend(&self, steps: usize) -> bool {
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

    /// What the conditions are in a trial.
    fn decide(&self, needs: &Needs, trial: &Trial) -> HashMap<usize, bool> {
        let mut values = HashMap::with_capacity(needs.conditions.len());
        for place in &needs.conditions {
            if let Some((expression, _)) = self.expressions.get(*place) {
                values.insert(*place, value(expression, &values, trial));
            }
        }
        values
    }
}

/// Both values of what stands at a place.
fn both(all: BTreeSet<Vec<bool>>, at: usize) -> BTreeSet<Vec<bool>> {
    let with = |values: &Vec<bool>, value| {
        let mut values = values.clone();
        values.insert(at.min(values.len()), value);
        values
    };
    all.iter().flat_map(|values| [with(values, true), with(values, false)]).collect()
}

fn choose(variables: &[(usize, Vec<Choice>)], mut trial: usize) -> Trial {
    let choose = |(variable, choices): &(usize, Vec<Choice>)| {
        let choice = trial.checked_rem(choices.len()).and_then(|at| choices.get(at).copied()).flatten();
        trial = trial.checked_div(choices.len()).unwrap_or_default();
        (*variable, choice)
    };
    variables.iter().map(choose).collect()
}

/// What a condition is, those that it depends on being decided.
fn value(expression: &Expression, decided: &HashMap<usize, bool>, trial: &Trial) -> bool {
    match expression {
        Expression::Known(value) => *value,
        Expression::Condition(place) => decided.get(place).copied().unwrap_or_default(),
        Expression::Not(inner) => !value(inner, decided, trial),
        Expression::All(list) => list.iter().all(|item| value(item, decided, trial)),
        Expression::Any(list) => list.iter().any(|item| value(item, decided, trial)),
        Expression::Equals(variable, wanted) => trial.get(variable).copied().flatten() == Some(*wanted),
    }
}
