//! Runs a vector.

use super::matching::first_difference;
use super::placeholder::{expand, substitute};
use super::{Step, Vector};
use serde_json::{Map, Value, json};
use std::fmt;

/// Executes the steps of vectors, for example with a library or an endpoint.
pub trait Executor {
    /// The error that ends a run.
    type Error;

    /// Executes a step, which has no placeholders left. Returns `{"status", "body"}`, or the result of a function.
    ///
    /// # Errors
    /// If the step cannot be executed. The run ends.
    fn execute(&mut self, id: StepId, step: &Step) -> Result<Value, Self::Error>;
}

/// Identifies a step of a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepId {
    /// The index of a step in `given`, from 0.
    Given(usize),
    /// The call.
    Call,
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(index) => write!(f, "given {index}"),
            Self::Call => f.write_str("call"),
        }
    }
}

/// A result that differs from the expected result.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The step.
    pub step: StepId,
    /// The JSON pointer of the first difference.
    pub pointer: String,
    /// The whole expected result.
    pub expected: Value,
    /// The whole actual result.
    pub actual: Value,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { step, pointer, expected, actual } = self;
        write!(f, "{step}: difference at {pointer}\n  expected {expected}\n  found {actual}")
    }
}

/// Runs a vector up to its first difference.
///
/// # Errors
/// The error of the executor.
pub fn run_vector<E: Executor>(vector: &Vector, executor: &mut E) -> Result<Option<Difference>, E::Error> {
    let mut saved = Map::new();
    let any_success = json!({"status": 200, "body": "$any"});
    for (index, step) in vector.given.iter().enumerate() {
        let expect = step.expect.as_ref().unwrap_or(&any_success);
        for _ in 0..step.times.unwrap_or(1) {
            let difference = run_step(StepId::Given(index), step, expect, &mut saved, executor)?;
            if difference.is_some() {
                return Ok(difference);
            }
        }
    }
    run_step(StepId::Call, &vector.call, &vector.expect, &mut saved, executor)
}

fn run_step<E: Executor>(
    id: StepId,
    step: &Step,
    expect: &Value,
    saved: &mut Map<String, Value>,
    executor: &mut E,
) -> Result<Option<Difference>, E::Error> {
    let actual = executor.execute(id, &fill_step(step, saved))?;
    for (name, pointer) in &step.save {
        let body = actual.get("body").unwrap_or(&actual);
        let Some(value) = body.pointer(pointer) else {
            let pointer = format!("/body{pointer}");
            return Ok(Some(Difference { step: id, pointer, expected: json!("$any"), actual }));
        };
        saved.insert(name.clone(), value.clone());
    }
    let expected = fill_value(expect, saved);
    Ok(first_difference(&expected, &actual).map(|pointer| Difference { step: id, pointer, expected, actual }))
}

fn fill_step(step: &Step, saved: &Map<String, Value>) -> Step {
    let fill = |value: &Option<Value>| value.as_ref().map(|value| fill_value(value, saved));
    let arn = step.arn.as_ref().map(|arn| fill_value(&json!(arn), saved).as_str().unwrap_or_default().to_owned());
    let (input, body) = (fill(&step.input), fill(&step.body));
    let (existing, routing) = (fill(&step.existing), fill(&step.routing));
    Step { input, body, existing, routing, arn, ..step.clone() }
}

fn fill_value(value: &Value, saved: &Map<String, Value>) -> Value {
    expand(&substitute(value, saved))
}
