//! Checks the names of a definition's states, and the transitions between them.

use super::error::DefinitionErrors;
use super::location::Location;
use super::workflow::{NestedWorkflow, State, Transition, TransitionField, Workflow};
use std::collections::{HashMap, HashSet};

/// Maximum number of characters of a state's name.
const MAX_NAME_CHARACTERS: usize = 80;
const MISSING_TRANSITION_TARGET: &str = "MISSING_TRANSITION_TARGET";

/// Records the errors of the structure: names, then missing targets, then unreachable states. Without a terminal state,
/// AWS does not report unreachable states.
pub(super) fn check_structure(workflow: &Workflow<'_>, errors: &mut DefinitionErrors) {
    let mut names = HashSet::new();
    for_each_workflow(workflow, &Location::ROOT, &mut |workflow, location| {
        check_names(workflow, location, &mut names, errors);
    });
    for_each_workflow(workflow, &Location::ROOT, &mut |workflow, location| check_targets(workflow, location, errors));
    if !workflow.states.iter().any(|state| state.is_terminal) {
        return errors.push_without_location("MISSING_END_STATE", "Workflow has no terminal state");
    }
    for_each_workflow(workflow, &Location::ROOT, &mut |workflow, location| check_reachable(workflow, location, errors));
}

/// Calls a function with each workflow and its location: the workflow itself, then those in its states.
fn for_each_workflow<'w, 'a>(
    workflow: &'w Workflow<'a>,
    location: &Location<'_>,
    check: &mut impl FnMut(&'w Workflow<'a>, &Location<'_>),
) {
    check(workflow, location);
    let states = location.field("States");
    for state in &workflow.states {
        let state_location = states.field(&state.name);
        for NestedWorkflow { field, index, workflow } in &state.nested {
            let field = state_location.field(field);
            match index {
                Some(index) => for_each_workflow(workflow, &field.item(*index), check),
                None => for_each_workflow(workflow, &field, check),
            }
        }
    }
}

fn check_names<'w>(
    workflow: &'w Workflow<'_>,
    location: &Location<'_>,
    names: &mut HashSet<&'w str>,
    errors: &mut DefinitionErrors,
) {
    let states = location.field("States");
    for State { name, .. } in &workflow.states {
        if name.chars().nth(MAX_NAME_CHARACTERS).is_some() {
            let reason = format!("exceeds the {MAX_NAME_CHARACTERS}-character limit allowed by the service");
            let message = || format!("Invalid State name: State '{name}' {reason}");
            errors.push("INVALID_STATE_NAME", &states.field(name), message);
        }
        if !names.insert(name) {
            let message = || format!("Duplicate State name: {name}");
            errors.push("DUPLICATE_STATE_NAME", &states.field(name), message);
        }
    }
}

fn check_targets(workflow: &Workflow<'_>, location: &Location<'_>, errors: &mut DefinitionErrors) {
    let names: HashSet<&str> = workflow.states.iter().map(|state| &*state.name).collect();
    let mut check = |target: &str, location: &Location<'_>| {
        if !names.contains(target) {
            // AWS prints `Next` for all fields.
            errors.push(MISSING_TRANSITION_TARGET, location, || format!("Missing 'Next' target: {target}"));
        }
    };
    if let Some(start) = &workflow.start {
        check(start, &location.field("StartAt"));
    }
    let states = location.field("States");
    for state in &workflow.states {
        let state_location = states.field(&state.name);
        for Transition { target, field } in &state.transitions {
            match field {
                TransitionField::Next => check(target, &state_location.field("Next")),
                TransitionField::Default => check(target, &state_location.field("Default")),
                TransitionField::Choices(index) => {
                    check(target, &state_location.field("Choices").item(*index).field("Next"));
                }
                TransitionField::Catch(index) => {
                    check(target, &state_location.field("Catch").item(*index).field("Next"));
                }
            }
        }
    }
}

fn check_reachable(workflow: &Workflow<'_>, location: &Location<'_>, errors: &mut DefinitionErrors) {
    // A workflow that is nested too deeply has no start.
    let Some(start) = workflow.start.as_deref() else { return };
    let states: HashMap<&str, &State<'_>> = workflow.states.iter().map(|state| (&*state.name, state)).collect();
    let mut reached = HashSet::new();
    let mut pending = vec![start];
    while let Some(name) = pending.pop() {
        if let Some(state) = states.get(name).filter(|_| reached.insert(name)) {
            pending.extend(state.transitions.iter().map(|transition| &*transition.target));
        }
    }
    let location = location.field("States");
    for State { name, .. } in &workflow.states {
        if !reached.contains(&**name) {
            let message = || format!("State \"{name}\" is not reachable.");
            errors.push(MISSING_TRANSITION_TARGET, &location.field(name), message);
        }
    }
}
