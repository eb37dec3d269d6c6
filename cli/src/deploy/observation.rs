//! Converts replies to observations.

use crate::exit::CliError;
use serde_json::Value;
use sfn_alias::Reply;
use sfn_alias_deployment::Observation;

/// Converts a reply, or the failure to get one, to an observation.
pub(super) fn observe_reply(reply: Result<Reply, CliError>, parse: fn(&Reply) -> Observation) -> Observation {
    match reply {
        Ok(reply) => parse(&reply),
        // Missing credentials: all other options were validated before the first request.
        Err(CliError::Usage(message)) => Observation::Failed { code: "CredentialsError".to_owned(), message },
        Err(other) => Observation::Failed { code: "NetworkError".to_owned(), message: other.to_string() },
    }
}

/// Parses a reply of DescribeStateMachineAlias.
pub(super) fn parse_alias(reply: &Reply) -> Observation {
    let routing = |body: &Value| serde_json::from_value(body.get("routingConfiguration")?.clone()).ok();
    match (reply.status, serde_json::from_slice(&reply.body).ok().as_ref().and_then(routing)) {
        (200, Some(routing_configuration)) => Observation::Alias { routing_configuration },
        _ => parse_failure(reply),
    }
}

/// Parses a reply of UpdateStateMachineAlias.
pub(super) fn parse_update(reply: &Reply) -> Observation {
    if reply.status == 200 { Observation::Updated } else { parse_failure(reply) }
}

/// Parses an error reply. A reply without an error code comes from a proxy or load balancer; it is retried if its
/// status is 500 or higher.
pub(super) fn parse_failure(reply: &Reply) -> Observation {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let text = |names: [&str; 2]| names.iter().find_map(|name| body.get(name)?.as_str()).map(str::to_owned);
    let default_code = if reply.status >= 500 { "ServiceUnavailable" } else { "UnexpectedResponse" };
    let code = text(["__type", "code"]).unwrap_or_else(|| default_code.to_owned());
    let code = code.rsplit('#').next().unwrap_or_default().to_owned();
    let message =
        text(["message", "Message"]).unwrap_or_else(|| format!("unexpected response: status {}", reply.status));
    Observation::Failed { code, message }
}
