//! A vector from its first step to its last.

use super::matching::mismatch;
use super::placeholder::{expand, substitute};
use super::{Step, Vector};
use serde_json::{Map, Value, json};
use std::fmt;

/// What a vector is run against.
pub trait Subject {
    /// Why it cannot answer.
    type Failure;

    /// Answers a step whose placeholders are filled in: `{"status", "body"}`, or what a function gives.
    ///
    /// # Errors
    /// Its own; the vector ends there.
    fn answer(&mut self, place: Place, step: &Step) -> Result<Value, Self::Failure>;
}

/// Which step of a vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// One of those before the call, from 0.
    Given(usize),
    /// The call.
    Call,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(index) => write!(f, "given {index}"),
            Self::Call => f.write_str("call"),
        }
    }
}

/// An answer that is not the expected one.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Which step was answered so.
    pub place: Place,
    /// Where in the answer, as a JSON pointer.
    pub pointer: String,
    /// What the vector says, filled in.
    pub expected: Value,
    /// What was answered.
    pub answered: Value,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, pointer, expected, answered } = self;
        write!(f, "{place}: at {pointer}\n  expected {expected}\n  answered {answered}")
    }
}

/// Runs a vector until its end or its first difference.
///
/// # Errors
/// The subject's own.
pub fn run<S: Subject>(vector: &Vector, subject: &mut S) -> Result<Option<Difference>, S::Failure> {
    let mut saved = Map::new();
    let anything = json!({"status": 200, "body": "$any"});
    for (index, step) in vector.given.iter().enumerate() {
        let expect = step.expect.as_ref().unwrap_or(&anything);
        for _ in 0..step.times.unwrap_or(1) {
            let difference = run_step(Place::Given(index), step, expect, &mut saved, subject)?;
            if difference.is_some() {
                return Ok(difference);
            }
        }
    }
    run_step(Place::Call, &vector.call, &vector.expect, &mut saved, subject)
}

fn run_step<S: Subject>(
    place: Place,
    step: &Step,
    expect: &Value,
    saved: &mut Map<String, Value>,
    subject: &mut S,
) -> Result<Option<Difference>, S::Failure> {
    let answered = subject.answer(place, &filled(step, saved))?;
    for (name, pointer) in &step.save {
        let body = answered.get("body").unwrap_or(&answered);
        let Some(value) = body.pointer(pointer) else {
            let pointer = format!("/body{pointer}");
            return Ok(Some(Difference { place, pointer, expected: json!("$any"), answered }));
        };
        saved.insert(name.clone(), value.clone());
    }
    let expected = fill(expect, saved);
    Ok(mismatch(&expected, &answered).map(|pointer| Difference { place, pointer, expected, answered }))
}

fn filled(step: &Step, saved: &Map<String, Value>) -> Step {
    let all = |value: &Option<Value>| value.as_ref().map(|value| fill(value, saved));
    let arn = step.arn.as_ref().map(|arn| fill(&json!(arn), saved).as_str().unwrap_or_default().to_owned());
    let (input, body, existing, routing) = (all(&step.input), all(&step.body), all(&step.existing), all(&step.routing));
    Step { input, body, existing, routing, arn, ..step.clone() }
}

fn fill(value: &Value, saved: &Map<String, Value>) -> Value {
    expand(&substitute(value, saved))
}
