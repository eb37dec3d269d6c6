//! Validates the configurations of a state machine, and serializes them with AWS's defaults, so that equal configurations
//! have equal texts.

use super::request::RuleErrors;
use crate::error::{Error, Result};
use crate::model::split_service_arn;
use crate::wire::input::{EncryptionConfiguration, LogDestination, LoggingConfiguration, TracingConfiguration};
use serde::Serialize;

const AWS_OWNED_KEY: &str = "AWS_OWNED_KEY";
/// The default of `kmsDataKeyReusePeriodSeconds`.
const REUSE_PERIOD_SECONDS: i64 = 300;

/// A validated configuration of logging.
pub(crate) struct Logging {
    pub json: String,
    /// Whether the level is not OFF.
    pub is_on: bool,
}

pub(super) fn parse_logging(mut configuration: LoggingConfiguration<'_>, rule_errors: &mut RuleErrors<'_>) -> Logging {
    configuration.level.get_or_insert_with(|| "OFF".into());
    configuration.include_execution_data.get_or_insert(false);
    let is_on = configuration.level.as_deref() != Some("OFF");
    if is_on {
        let destinations = configuration.destinations.as_deref().unwrap_or_default();
        rule_errors.record_error("/loggingConfiguration/destinations", check_destinations(destinations));
    }
    Logging { json: to_json(&configuration), is_on }
}

fn check_destinations(destinations: &[LogDestination<'_>]) -> Result<()> {
    let error = |detail: &str| Err(Error::InvalidLoggingConfiguration(detail.to_owned()));
    let [destination] = destinations else { return error("Must specify exactly one Log Destination.") };
    let group = destination.cloud_watch_logs_log_group.as_ref();
    let Some(arn) = group.and_then(|group| group.log_group_arn.as_deref()) else {
        return error("Must set valid CloudWatch Log Group ARN.");
    };
    let resource = split_service_arn(arn, "logs").and_then(|arn| arn.resource.strip_prefix("log-group:"));
    match resource {
        None => error("Provided ARN is not CloudWatch Logs Log Group ARN."),
        Some(group) if !group.ends_with(":*") => error("Log Group ARN must be provided with '*' qualifier."),
        Some(_) => Ok(()),
    }
}

pub(super) fn serialize_tracing(mut configuration: TracingConfiguration) -> String {
    configuration.enabled.get_or_insert(false);
    to_json(&configuration)
}

pub(super) fn parse_encryption(
    mut configuration: EncryptionConfiguration<'_>,
    rule_errors: &mut RuleErrors<'_>,
) -> String {
    rule_errors.record_error("/encryptionConfiguration", check_encryption(&configuration));
    if configuration.kind.as_deref() != Some(AWS_OWNED_KEY) {
        configuration.kms_data_key_reuse_period_seconds.get_or_insert(REUSE_PERIOD_SECONDS);
    }
    to_json(&configuration)
}

fn check_encryption(configuration: &EncryptionConfiguration<'_>) -> Result<()> {
    let is_owned = configuration.kind.as_deref() == Some(AWS_OWNED_KEY);
    let has_key = configuration.kms_key_id.is_some();
    let custom = match (has_key, configuration.kms_data_key_reuse_period_seconds) {
        (true, _) => Some("kmsKeyId"),
        (false, Some(_)) => Some("kmsDataKeyReusePeriodSeconds"),
        (false, None) => None,
    };
    let detail = match custom {
        Some(member) if is_owned => format!("Custom {member} is not allowed when selecting {AWS_OWNED_KEY}."),
        _ if !is_owned && !has_key => "Must set a valid kmsKeyId.".to_owned(),
        _ => return Ok(()),
    };
    Err(Error::InvalidEncryptionConfiguration(detail))
}

/// Cannot fail for strings, numbers and booleans.
fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
