//! The format of a vector.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// A behaviour and the requests that show it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// The name, unique in all files.
    pub name: String,
    /// The behaviour, as a sentence.
    pub behaviour: String,
    /// Where the behaviour is known from.
    pub source: Provenance,
    /// Options of the service: limits, delays, a seed, and rules that decide how executions end.
    #[serde(default)]
    pub options: Value,
    /// The steps before the call.
    #[serde(default)]
    pub given: Vec<Step>,
    /// The call whose result is compared.
    pub call: Step,
    /// The expected result.
    pub expect: Value,
}

impl Vector {
    /// Returns all steps in order, including the call.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.given.iter().chain([&self.call])
    }
}

/// The source of a behaviour.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The kind of source.
    pub kind: ProvenanceKind,
    /// The recording, the transcript with its reference and date, the page of the documentation, or the reason for
    /// the assumption.
    pub basis: String,
}

/// The kind of source of a behaviour, the most reliable first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProvenanceKind {
    /// Recorded from AWS.
    Recorded,
    /// Seen in a public transcript of AWS.
    Observed,
    /// Declared in AWS's service model.
    Model,
    /// Documented by AWS.
    Docs,
    /// Not recorded; our best inference.
    Assumed,
    /// A function of this library, which AWS does not have. Every vector with a function has this kind; no file has it.
    #[serde(skip_deserializing)]
    Own,
}

impl fmt::Display for ProvenanceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Recorded => "recorded",
            Self::Observed => "observed",
            Self::Model => "model",
            Self::Docs => "docs",
            Self::Assumed => "assumed",
            Self::Own => "own",
        })
    }
}

/// A request, or a call of a function of the library. `end_execution` ends an execution; its result is that of a request.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// The operation of a request.
    pub operation: Option<String>,
    /// The name of a function.
    pub function: Option<String>,
    /// The request as JSON.
    pub input: Option<Value>,
    /// The request as text, if it is not JSON or its exact bytes matter.
    pub body: Option<Value>,
    /// Values of the response that later steps use: a name and a JSON pointer into the body.
    pub save: BTreeMap<String, String>,
    /// Seconds by which the clock advances before the step, in addition to one second.
    pub after: i64,
    /// How many times the step is executed; by default once.
    pub times: Option<usize>,
    /// Partition, account and region of the request.
    pub scope: Option<Value>,
    /// The expected result of a step before the call; by default any response with status 200.
    pub expect: Option<Value>,
    /// `compare`: the existing alias.
    pub existing: Option<Value>,
    /// `pick`: the routing.
    pub routing: Option<Value>,
    /// `pick`: the percent value.
    pub percent: Option<u8>,
    /// `next_percent`: the seed.
    pub seed: Option<u64>,
    /// `next_percent`: the number of calls.
    pub count: Option<usize>,
    /// `parse_arn`: the ARN.
    pub arn: Option<String>,
}

impl Step {
    /// Returns the bytes of the request. The step must have no placeholders left.
    pub fn request_body(&self) -> Vec<u8> {
        match (&self.body, &self.input) {
            (Some(Value::String(body)), _) => body.as_bytes().to_vec(),
            (Some(input), _) | (None, Some(input)) => input.to_string().into_bytes(),
            (None, None) => b"{}".to_vec(),
        }
    }
}
