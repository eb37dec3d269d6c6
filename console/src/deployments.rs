//! The deployments of an alias that drivers report, which are stored with the alias.

use crate::query::{check_alias, not_found, reject};
use serde_json::{Value, json};
use sfn_alias::store::Document;
use sfn_alias::{DocumentChange, Documents, Result, StepFunctions};
use sfn_alias_deployment::{DeploymentError, DeploymentRecord, DeploymentReport};
use sfn_alias_server::protocol::HttpError;

/// The prefix of the documents.
const PREFIX: &str = "deployments/";
/// Number of stored deployments per alias.
const MAX_DEPLOYMENTS: usize = 100;
/// Maximum size of a report.
const MAX_REPORT_BYTES: usize = 64 << 10;
/// Maximum number of deployments that are deleted at once.
const MAX_DELETED: usize = 15;

/// Stores the report of a driver: creates the deployment with this id, or updates it. Above 100 deployments, deletes the oldest
/// one that has ended.
///
/// # Errors
/// [`HttpError::Rejected`] for a report or an id that is not valid, and those of [`StepFunctions::update_documents`].
pub fn store_report(service: &StepFunctions, id: &str, body: &[u8]) -> Result<Value, HttpError> {
    if body.len() > MAX_REPORT_BYTES {
        return Err(reject(format!("expected a report of up to {MAX_REPORT_BYTES} bytes, found {}", body.len())));
    }
    let report = DeploymentReport::from_json(body).map_err(|error| reject_deployment(&error))?;
    check_alias("stateMachineAliasArn", &report.state_machine_alias_arn, service.scope())?;
    let now = service.options().clock.now().as_millis();
    service
        .update_documents(&report.state_machine_alias_arn, |documents| {
            let key = format!("{PREFIX}{id}");
            let previous = documents.document(&key)?.as_deref().and_then(parse_record);
            match DeploymentRecord::update(previous, id, &report, now) {
                Ok(record) => Ok((Some(replace_record(documents, key, &record)?), Ok(json!({})))),
                Err(error) => Ok((None, Err(error))),
            }
        })?
        .map_err(|error| reject_deployment(&error))
}

fn replace_record(documents: &Documents<'_>, key: String, record: &DeploymentRecord) -> Result<DocumentChange> {
    let is_new = documents.document(&key)?.is_none();
    let delete = if is_new { find_excess(documents)? } else { Vec::new() };
    let put = vec![Document { key: key.into(), value: record.to_json().into() }];
    Ok(DocumentChange { put, delete })
}

/// Returns the keys to delete before a deployment is added: the oldest ones, first those that have ended.
fn find_excess(documents: &Documents<'_>) -> Result<Vec<Box<str>>> {
    let count = documents.document_keys(PREFIX)?.len();
    let excess = count.saturating_add(1).saturating_sub(MAX_DEPLOYMENTS).min(MAX_DELETED);
    if excess == 0 {
        return Ok(Vec::new());
    }
    let mut stored: Vec<_> = documents.documents(PREFIX, count)?;
    stored.sort_by_cached_key(|document| {
        parse_record(&document.value).map(|record| (!record.has_ended(), record.started_millis))
    });
    Ok(stored.into_iter().take(excess).map(|document| document.key).collect())
}

/// Returns the deployments of an alias without their events, newest first.
///
/// # Errors
/// Those of [`StepFunctions::documents`].
pub fn list_deployments(service: &StepFunctions, alias_arn: &str) -> Result<Value> {
    let documents = service.documents(alias_arn, PREFIX, MAX_DEPLOYMENTS)?;
    let mut records: Vec<_> = documents.iter().filter_map(|document| parse_record(&document.value)).collect();
    records.sort_by(|one, other| (other.started_millis, &other.id).cmp(&(one.started_millis, &one.id)));
    let mut deployments = json!(records);
    for deployment in deployments.as_array_mut().into_iter().flatten() {
        deployment.as_object_mut().map(|members| members.remove("events"));
    }
    Ok(json!({ "deployments": deployments }))
}

/// Returns a deployment with its events.
///
/// # Errors
/// [`HttpError::Rejected`] if it does not exist, and the errors of [`StepFunctions::document`].
pub fn read_deployment(service: &StepFunctions, alias_arn: &str, id: &str) -> Result<Value, HttpError> {
    let unknown = || not_found(format!("the deployment `{id}` does not exist"));
    if !sfn_alias_deployment::is_deployment_id(id) {
        return Err(unknown());
    }
    let document = service.document(alias_arn, &format!("{PREFIX}{id}"))?;
    document.as_deref().and_then(parse_record).map(|record| json!(record)).ok_or_else(unknown)
}

/// Returns the newest deployment of an alias if it has not ended: its id, its phase and when its next step is due.
///
/// # Errors
/// Those of [`StepFunctions::documents`].
pub fn find_running(service: &StepFunctions, alias_arn: &str) -> Result<Option<Value>> {
    let newest = service.documents(alias_arn, PREFIX, 1)?;
    let record = newest.first().and_then(|document| parse_record(&document.value)).filter(|record| !record.has_ended());
    Ok(record.map(|record| json!({"id": record.id, "phase": record.phase, "dueMillis": record.due_millis})))
}

/// Parses a stored record. A record of another release that cannot be read does not exist.
fn parse_record(text: &str) -> Option<DeploymentRecord> {
    DeploymentRecord::from_json(text.as_bytes()).ok()
}

/// Converts an error of a deployment to that of a request.
pub fn reject_deployment(error: &DeploymentError) -> HttpError {
    let (message, details) = (error.to_string(), json!({ "problems": error.problems() }));
    HttpError::Rejected { status: 400, code: "ValidationException", message, details }
}
