//! Converts replies to observations.

use crate::exit::CliError;
use serde_json::Value;
use sfn_alias::Reply;
use sfn_alias_deployment::{CallFailure, Observation};

/// Converts a reply, or the failure to get one, to an observation. `parse` parses the body of a successful reply.
pub(super) fn observe_reply(reply: Result<Reply, CliError>, parse: fn(&Value) -> Option<Observation>) -> Observation {
    let failure = match reply {
        Ok(Reply { status, body }) => {
            let value = (status == 200).then(|| serde_json::from_slice(&body).unwrap_or_default());
            match value.as_ref().and_then(parse) {
                Some(observation) => return observation,
                None => CallFailure::from_response(status, &body),
            }
        }
        // Missing credentials: all other options were validated before the first request.
        Err(CliError::Usage(message)) => CallFailure::credentials(message),
        Err(other) => CallFailure::network(other.to_string()),
    };
    Observation::Failed(failure)
}
