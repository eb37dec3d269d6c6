//! Serves while the store is opened: every request gets a 503 with the reason.

use super::service::{OpenService, ServiceCreator};
use super::shared_store::SharedStore;
use crate::exit::CliError;
use sfn_alias::model::Timestamp;
use sfn_alias::store::{NamedStateMachine, ReadTransaction, Session, Store, WriteTransaction};
use sfn_alias::{Error, Options, Result, StepFunctions};
use sfn_alias_server::http::{CallHandler, CallMode, Server, ServerConfig, StoreMonitor};
use sfn_alias_server::protocol::HttpError;
use std::os::fd::AsFd;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// How long the endpoint waits for the store before it responds.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Opens a store. After a second, the endpoint responds to clients of the listener until the store is open; `configure`
/// returns its configuration. Returns `None` if `stop` completes first.
///
/// # Errors
/// Those of [`SharedStore::open`].
pub(super) async fn open_store(
    store: SharedStore,
    creator: ServiceCreator,
    listener: &TcpListener,
    configure: impl Fn(OpenService) -> Result<ServerConfig, CliError>,
    mut stop: Pin<&mut impl Future<Output = ()>>,
) -> Result<Option<OpenService>, CliError> {
    tracing::info!(store = %store.url(), "opening the store");
    let (not_open, monitor) = (NotOpen::new(), store.monitor());
    let report = {
        let not_open = not_open.clone();
        move |reason| not_open.set_reason(reason)
    };
    let mut opening = store.open(report, move |store| creator.create(store))?;
    if let Ok(open) = timeout(FIRST_WAIT, &mut opening).await {
        return open.map_err(CliError::system)?.map(Some);
    }
    let config =
        ServerConfig { call_handler: Some(Arc::new(not_open.clone())), ..configure(not_open.into_service(monitor)?)? };
    let listener = listener.as_fd().try_clone_to_owned().map_err(CliError::system)?;
    let listener = TcpListener::from_std(listener.into()).map_err(CliError::system)?;
    let server = Server::from_listener(listener, config).map_err(CliError::system)?;
    tracing::info!(url = %server.url(), "not ready: requests get a 503 until the store responds");
    let (end, ended) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.run(async { drop(ended.await) }));
    let open = tokio::select! {
        open = opening => Some(open.map_err(CliError::system)??),
        () = &mut stop => None,
    };
    // The next server takes new connections at once, also while responses are sent.
    drop(end);
    if open.is_none() {
        serving.await.ok();
    }
    Ok(open)
}

/// A store that is not open, and a handler that rejects all operations, also those that do not need the store.
#[derive(Debug, Clone)]
pub(super) struct NotOpen(Arc<Mutex<String>>);

impl NotOpen {
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new("the nodes have not responded yet".to_owned())))
    }

    /// Replaces the reason in responses.
    pub fn set_reason(&self, reason: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = reason;
    }

    fn into_service(self, monitor: Arc<dyn StoreMonitor>) -> Result<OpenService> {
        let service = StepFunctions::with_store(Box::new(self), Options::default())?;
        Ok(OpenService { service, call_mode: CallMode::Threads, store_monitor: Some(monitor) })
    }

    fn error(&self) -> Error {
        Error::StoreUnavailable(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl CallHandler for NotOpen {
    fn handle_at_once(
        &self,
        _service: &StepFunctions,
        _operation: &str,
        _body: &[u8],
    ) -> Option<Result<Vec<u8>, HttpError>> {
        Some(Err(self.error().into()))
    }

    fn handle(&self, _service: &StepFunctions, _operation: &str, _body: &[u8]) -> Result<Vec<u8>, HttpError> {
        Err(self.error().into())
    }
}

impl Store for NotOpen {
    fn begin_read<'t>(&'t self, _arn: &'t str) -> Result<Box<dyn ReadTransaction + 't>> {
        Err(self.error())
    }

    fn begin_write<'t>(&'t self, _arn: &'t str) -> Result<Box<dyn WriteTransaction + 't>> {
        Err(self.error())
    }

    fn state_machines(&self, _prefix: &str, _after: Option<&str>, _limit: usize) -> Result<Vec<NamedStateMachine>> {
        Err(self.error())
    }

    fn expired_state_machines(&self, _now: Timestamp, _limit: usize) -> Result<Vec<String>> {
        Err(self.error())
    }

    fn begin_batch(&self) -> Result<Box<dyn Session + '_>> {
        Err(self.error())
    }

    fn next_session_number(&self) -> Result<u64> {
        Err(self.error())
    }

    fn check_health(&self) -> Result<()> {
        Err(self.error())
    }

    /// Never used: the handler rejects lists.
    fn token_key(&self) -> [u8; 32] {
        [0; 32]
    }
}
