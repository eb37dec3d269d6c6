//! How to connect to etcd.

use std::fmt;
use std::time::Duration;

use super::url::EtcdUrl;

/// How to connect to etcd.
#[derive(Clone)]
pub struct EtcdOptions {
    /// The nodes and the prefix of the keys.
    pub url: EtcdUrl,
    /// Certificates that sign those of the nodes, in PEM format. Default: the certificates that the system trusts.
    pub ca: Option<Vec<u8>>,
    /// The client's certificates in PEM format, for nodes that require them.
    pub certificate: Option<Vec<u8>>,
    /// The key of the client's certificate in PEM format.
    pub key: Option<Vec<u8>>,
    /// The user, for clusters with authentication.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<String>,
    /// When to compact the history of the cluster, or `None` for never.
    pub compaction: Option<Compaction>,
}

impl EtcdOptions {
    /// Creates options for connections without a user, with default values.
    #[must_use]
    pub fn new(url: EtcdUrl) -> Self {
        let compaction = Some(Compaction::default());
        Self { url, ca: None, certificate: None, key: None, user: None, password: None, compaction }
    }
}

/// Without secrets.
impl fmt::Debug for EtcdOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EtcdOptions").field("url", &self.url).field("user", &self.user).finish_non_exhaustive()
    }
}

/// When to compact the history of the cluster. Any number of engines can do it: a key of the cluster records each compaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compaction {
    /// The time between compactions. Default: 5 minutes.
    pub interval: Duration,
    /// The age of the history that remains. Default: 10 minutes. At high rates of changes, a fifth of it. The store needs a
    /// minute.
    pub retention: Duration,
}

impl Default for Compaction {
    fn default() -> Self {
        Self { interval: Duration::from_secs(300), retention: Duration::from_secs(600) }
    }
}
