//! The history of the routings of an alias, which is stored with the alias.

use crate::summary::list_routes;
use bytes::Bytes;
use serde_json::{Value, json};
use sfn_alias::model::Alias;
use sfn_alias::store::Document;
use sfn_alias::{DocumentChange, Operation, Result, StepFunctions, parse_arn};
use sha2::{Digest, Sha256};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{Builder, JoinHandle};

/// The prefix of the documents.
const PREFIX: &str = "routings/";
/// Number of stored routings per alias.
const MAX_ROUTINGS: usize = 200;
/// Maximum number of routings that are deleted at once.
const MAX_DELETED: usize = 15;
/// Capacity of the queue. Further changes are not recorded.
const QUEUE: usize = 4096;

/// A change of an alias by a request.
#[derive(Debug)]
struct AliasChange {
    service: StepFunctions,
    alias_arn: String,
    operation: Operation,
    user_agent: String,
}

/// Records the routings of aliases on a thread, because requests do not wait for it.
#[derive(Debug)]
pub struct RoutingRecorder {
    queue: SyncSender<AliasChange>,
    thread: JoinHandle<()>,
    is_full: AtomicBool,
}

impl RoutingRecorder {
    /// Starts the thread.
    ///
    /// # Errors
    /// The error of the system.
    pub fn start() -> std::io::Result<Self> {
        let (queue, changes) = sync_channel(QUEUE);
        let thread = Builder::new().name("routings".to_owned()).spawn(move || record_changes(&changes))?;
        Ok(Self { queue, thread, is_full: AtomicBool::new(false) })
    }

    /// Records an operation. Ignores those that do not change a routing.
    pub fn record(&self, service: &StepFunctions, operation: Operation, body: &Bytes, user_agent: &str) {
        let Some(alias_arn) = find_alias(operation, body) else { return };
        let (service, user_agent) = (service.clone(), user_agent.to_owned());
        let sent = self.queue.try_send(AliasChange { service, alias_arn, operation, user_agent });
        let is_full = matches!(sent, Err(TrySendError::Full(_)));
        if is_full && !self.is_full.swap(is_full, Ordering::Relaxed) {
            tracing::warn!("aliases change faster than the history of routings can be stored; it omits some routings");
        }
    }

    /// Stores what was recorded and ends the thread.
    pub fn stop(self) {
        drop(self.queue);
        // An error means that the thread has panicked.
        self.thread.join().ok();
    }
}

fn record_changes(changes: &Receiver<AliasChange>) {
    for AliasChange { service, alias_arn, operation, user_agent } in changes {
        if let Err(error) = store_routing(&service, &alias_arn, operation.as_str(), &user_agent) {
            tracing::debug!(%error, alias_arn, "the routing was not added to the history");
        }
    }
}

/// Returns the alias that an operation has created or updated.
fn find_alias(operation: Operation, body: &[u8]) -> Option<String> {
    let input: Value = serde_json::from_slice(body).ok()?;
    let text = |member: &Value| member.as_str().map(str::to_owned);
    match operation {
        Operation::UpdateStateMachineAlias => text(input.get("stateMachineAliasArn")?),
        Operation::CreateStateMachineAlias => {
            let route = input.get("routingConfiguration")?.get(0)?;
            let version_arn = text(route.get("stateMachineVersionArn")?)?;
            let arn = parse_arn(&version_arn).ok()?;
            Some(format!("{}:{}", arn.state_machine_arn(), text(input.get("name")?)?))
        }
        _ => None,
    }
}

/// Adds the current routing of an alias to its history, unless it is the newest one there. Deletes the oldest ones.
///
/// # Errors
/// Those of [`StepFunctions::update_documents`].
pub fn store_routing(service: &StepFunctions, alias_arn: &str, operation: &str, user_agent: &str) -> Result<()> {
    service.update_documents(alias_arn, |documents| {
        let put = create_document(documents.alias(), operation, user_agent);
        let keys = documents.document_keys(PREFIX)?;
        if keys.last().is_some_and(|newest| time_of(newest) == time_of(&put.key)) {
            return Ok((None, ()));
        }
        let excess = keys.len().saturating_add(1).saturating_sub(MAX_ROUTINGS).min(MAX_DELETED);
        let delete = keys.into_iter().take(excess).map(Into::into).collect();
        Ok((Some(DocumentChange { put: vec![put], delete }), ()))
    })
}

/// Returns the part of a key that is its time.
fn time_of(key: &str) -> &str {
    key.split('-').next().unwrap_or_default()
}

fn create_document(alias: &Alias, operation: &str, user_agent: &str) -> Document {
    let time = alias.updated.as_millis();
    let value = json!({
        "timeMillis": time,
        "routing": list_routes(&alias.routing),
        "description": alias.description.as_deref(),
        "operation": operation,
        "userAgent": user_agent,
    })
    .to_string();
    // Several servers can store a routing with the same time.
    let hash: String = Sha256::digest(&value).iter().take(2).map(|byte| format!("{byte:02x}")).collect();
    Document { key: format!("{PREFIX}{time:015}-{hash}").into(), value: value.into() }
}

/// Returns the history of the routings of an alias, newest first.
///
/// # Errors
/// Those of [`StepFunctions::documents`].
pub fn list_routings(service: &StepFunctions, alias_arn: &str) -> Result<Value> {
    let documents = service.documents(alias_arn, PREFIX, MAX_ROUTINGS)?;
    let routings: Vec<Value> =
        documents.iter().filter_map(|document| serde_json::from_str(&document.value).ok()).collect();
    Ok(json!({ "routings": routings }))
}
