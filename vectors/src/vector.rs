//! What stands in a file.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// One behaviour.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vector {
    /// Its name, unique among all files.
    pub name: String,
    /// The behaviour, as a sentence.
    pub behaviour: String,
    /// Where it is known from.
    pub source: Source,
    /// Options of the service: limits, delays, a seed.
    #[serde(default)]
    pub options: Value,
    /// What is done before.
    #[serde(default)]
    pub given: Vec<Step>,
    /// What is asked.
    pub call: Step,
    /// What is answered.
    pub expect: Value,
}

impl Vector {
    /// All steps in order, the call last.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.given.iter().chain([&self.call])
    }
}

/// Where a behaviour is known from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// How certain it is.
    pub kind: Kind,
    /// The recording, the page, or what an assumption rests on.
    pub basis: String,
}

/// How certain a behaviour is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// AWS answered so.
    Recorded,
    /// AWS's service model declares it.
    Model,
    /// AWS's documentation says so.
    Docs,
    /// Nobody has recorded it.
    Assumed,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Recorded => "recorded",
            Self::Model => "model",
            Self::Docs => "docs",
            Self::Assumed => "assumed",
        })
    }
}

/// One request, or one call of a function of the library.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// The operation of a request.
    pub operation: Option<String>,
    /// The function of a call.
    pub function: Option<String>,
    /// The request as JSON.
    pub input: Option<Value>,
    /// The request as text, where it is not JSON or its bytes matter.
    pub body: Option<Value>,
    /// What later steps need of the answer: a name, and a JSON pointer into the body.
    pub save: BTreeMap<String, String>,
    /// Seconds that pass before, beside the one that always does.
    pub after: i64,
    /// How many times it is done.
    pub times: Option<usize>,
    /// Partition, account and region of the request.
    pub scope: Option<Value>,
    /// What a step before the call answers; without it, anything with status 200.
    pub expect: Option<Value>,
    /// `compare`: the alias that is there.
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
    /// The bytes of the request, once the step is filled in.
    pub fn request(&self) -> Vec<u8> {
        match (&self.body, &self.input) {
            (Some(Value::String(body)), _) => body.as_bytes().to_vec(),
            (Some(input), _) | (None, Some(input)) => input.to_string().into_bytes(),
            (None, None) => b"{}".to_vec(),
        }
    }
}
