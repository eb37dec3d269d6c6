//! The files of credentials and certificates, which SIGHUP reads again.

use super::args::ServeArgs;
use crate::exit::CliError;
use sfn_alias_server::auth::{Access, Credentials};
#[cfg(feature = "tls")]
use sfn_alias_server::http::Tls;
use sfn_alias_server::http::{Settings, SharedSettings};
use sfn_alias_server::protocol::AllowedHosts;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::signal::unix::Signal;
use tokio::sync::Notify;
use tokio::task::spawn_blocking;

/// The paths of the files, and the host names, which do not change.
#[derive(Debug, Clone)]
pub(super) struct SettingsFiles {
    allowed_hosts: AllowedHosts,
    credentials: Option<PathBuf>,
    #[cfg(feature = "tls")]
    tls: Option<(PathBuf, PathBuf)>,
}

impl SettingsFiles {
    pub fn new(args: &ServeArgs) -> Self {
        // An address is always allowed.
        let host = args.host.parse().ok();
        Self {
            allowed_hosts: args.allow_host.iter().cloned().chain(host).collect(),
            credentials: args.credentials.clone(),
            #[cfg(feature = "tls")]
            tls: args.tls_cert.clone().zip(args.tls_key.clone()),
        }
    }

    /// Reads all files.
    ///
    /// # Errors
    /// [`CliError::Usage`] if one of them is not valid.
    pub fn read(&self) -> Result<Settings, CliError> {
        let access = match &self.credentials {
            Some(path) => Access::Signed(Credentials::read(path).map_err(CliError::usage)?),
            None => Access::Anonymous,
        };
        Ok(Settings {
            allowed_hosts: self.allowed_hosts.clone(),
            #[cfg(feature = "tls")]
            tls: match &self.tls {
                Some((certificate, key)) => Some(Tls::read(certificate, key).map_err(CliError::usage)?),
                None => None,
            },
            ..Settings::new(access)
        })
    }

    pub fn is_empty(&self) -> bool {
        #[cfg(feature = "tls")]
        if self.tls.is_some() {
            return false;
        }
        self.credentials.is_none()
    }
}

/// Reads the files again at each SIGHUP. If one of them is not valid, the previous settings stay in use. Without files,
/// SIGHUP stops the endpoint like SIGTERM: the terminal was closed.
pub(super) async fn reload_on_hangup(
    mut hangup: Signal,
    files: SettingsFiles,
    settings: SharedSettings,
    stop: Arc<Notify>,
) {
    while hangup.recv().await.is_some() {
        if files.is_empty() {
            tracing::info!("stopping: the terminal was closed (SIGHUP)");
            stop.notify_one();
            continue;
        }
        let again = files.clone();
        // Blocking, because a file can be a pipe.
        match spawn_blocking(move || again.read()).await {
            Ok(Ok(new)) => {
                settings.replace(new);
                tracing::info!("credentials and certificate reloaded");
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "not reloaded; the previous credentials and certificate stay in use")
            }
            Err(error) => tracing::error!(%error, "not reloaded"),
        }
    }
}
