//! The structure of a definition: its workflows, their states, and the transitions between them.

use std::borrow::Cow;

/// A workflow: the definition itself, a branch of a Parallel state, or the processor of a Map state.
#[derive(Default)]
pub(super) struct Workflow<'a> {
    pub start: Option<Cow<'a, str>>,
    /// In the order of the definition.
    pub states: Vec<State<'a>>,
}

#[derive(Default)]
pub(super) struct State<'a> {
    pub name: Cow<'a, str>,
    /// Whether an execution can end in this state.
    pub is_terminal: bool,
    pub transitions: Vec<Transition<'a>>,
    pub nested: Vec<NestedWorkflow<'a>>,
}

/// A reference to another state of the same workflow.
pub(super) struct Transition<'a> {
    pub target: Cow<'a, str>,
    pub field: TransitionField,
}

/// The field with a transition.
#[derive(Clone, Copy)]
pub(super) enum TransitionField {
    Next,
    Default,
    /// `Next` of an item of `Choices`.
    Choices(usize),
    /// `Next` of an item of `Catch`.
    Catch(usize),
}

pub(super) struct NestedWorkflow<'a> {
    /// `Branches`, `ItemProcessor` or `Iterator`.
    pub field: &'static str,
    /// The index in `Branches`.
    pub index: Option<usize>,
    pub workflow: Workflow<'a>,
}
