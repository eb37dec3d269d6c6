//! The state that all connections share.

use super::backend::Backend;
use super::console_state::ConsoleState;
use super::limits::Limits;
use super::memory::{BodyPools, MemoryBudget};
use super::metrics::{Metrics, MetricsCache};
use super::settings::SharedSettings;
use super::statistics::StatisticsCache;
use super::store_metrics::StoreMonitor;
use crate::auth::Access;
use crate::protocol::{App, HttpError, check_origin};
use http::request::Parts;
use sfn_alias::Error;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, TryLockError};
use tokio::sync::Mutex as AsyncMutex;

/// The state that all connections share.
#[derive(Debug)]
pub(super) struct ServerState {
    pub app: App,
    pub settings: SharedSettings,
    pub backup_file: Option<BackupFile>,
    pub backend: Backend,
    pub limits: Limits,
    pub metrics: Metrics,
    pub metrics_cache: MetricsCache,
    /// With a store on other machines.
    pub statistics: StatisticsCache,
    /// Reports about the store, if it is on other machines.
    pub store_monitor: Option<Arc<dyn StoreMonitor>>,
    /// Allows one evaluation of alarms at a time, because it reads many executions.
    pub alarms: Arc<AsyncMutex<()>>,
    pub console: Option<ConsoleState>,
    /// Memory for request bodies.
    pub bodies: BodyPools,
    /// Memory for large responses.
    pub responses: MemoryBudget,
}

impl ServerState {
    pub fn new(
        app: App,
        settings: SharedSettings,
        backend: Backend,
        limits: Limits,
        backup_file: Option<PathBuf>,
        store_monitor: Option<Arc<dyn StoreMonitor>>,
    ) -> Self {
        let bodies = BodyPools::new(limits.body_bytes, limits.body_timeout_when_full);
        let responses = MemoryBudget::new(limits.response_bytes);
        let (metrics, metrics_cache) = (Metrics::new(), MetricsCache::default());
        let backup_file = backup_file.map(BackupFile::new);
        let alarms = Arc::default();
        Self {
            app,
            settings,
            backup_file,
            backend,
            limits,
            metrics,
            metrics_cache,
            statistics: StatisticsCache::new(),
            store_monitor,
            alarms,
            console: None,
            bodies,
            responses,
        }
    }

    pub fn body_limit(&self) -> usize {
        self.app.service().options().limits.request_bytes
    }

    /// Rejects a request that a page of another origin may have caused.
    pub fn check_origin(&self, head: &Parts) -> Result<(), HttpError> {
        let settings = self.settings.get();
        let allowed_hosts = match settings.access {
            Access::Anonymous => Some(&settings.allowed_hosts),
            Access::Signed(_) => None,
        };
        check_origin(head, allowed_hosts)
    }

    /// With signatures, only clients on this machine may see all accounts.
    ///
    /// # Errors
    /// Those of [`ServerState::check_same_machine`].
    pub fn check_all_accounts(&self, head: &Parts, peer: IpAddr) -> Result<(), HttpError> {
        match self.settings.get().access {
            Access::Anonymous => Ok(()),
            Access::Signed(_) => self.check_same_machine(head, peer),
        }
    }

    /// Checks that a request without a signature comes from this machine, and not from a page in a browser on it.
    ///
    /// # Errors
    /// [`HttpError::UnknownOperation`] for another machine, [`HttpError::UnknownHost`] for a name that is not allowed.
    pub fn check_same_machine(&self, head: &Parts, peer: IpAddr) -> Result<(), HttpError> {
        match peer.to_canonical().is_loopback() {
            true => self.settings.get().allowed_hosts.check(head),
            false => Err(HttpError::UnknownOperation),
        }
    }
}

/// Where `POST /backup` writes. The lock allows one backup at a time, because writes wait for it.
#[derive(Debug)]
pub(super) struct BackupFile(Mutex<PathBuf>);

const BUSY: HttpError = HttpError::Unavailable("another backup is running; send the request again later");

impl BackupFile {
    pub const fn new(path: PathBuf) -> Self {
        Self(Mutex::new(path))
    }

    /// Replaces the previous backup. Returns the path.
    pub fn write(&self, back_up: impl FnOnce(&Path) -> sfn_alias::Result<()>) -> Result<PathBuf, HttpError> {
        let path = match self.0.try_lock() {
            Ok(path) => path,
            Err(TryLockError::Poisoned(path)) => path.into_inner(),
            Err(TryLockError::WouldBlock) => return Err(BUSY),
        };
        match std::fs::remove_file(&*path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Error::Store(format!("`{}` cannot be deleted: {error}", path.display())).into())
            }
            _ => {
                back_up(&path)?;
                Ok(path.clone())
            }
        }
    }
}
