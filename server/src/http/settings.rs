//! The settings that can change while the server runs.

#[cfg(feature = "tls")]
use super::tls::Tls;
use crate::auth::Access;
use crate::protocol::AllowedHosts;
use std::sync::{Arc, PoisonError, RwLock};

/// The settings that can change while the server runs.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Who may use the endpoint.
    pub access: Access,
    /// The host names of the endpoint. Without signatures, requests for other names are rejected, because they can come from
    /// a page of another origin.
    pub allowed_hosts: AllowedHosts,
    /// The certificate of https. Without one, the endpoint uses http.
    #[cfg(feature = "tls")]
    pub tls: Option<Tls>,
}

impl Settings {
    /// Creates settings for http.
    pub fn new(access: Access) -> Self {
        Self {
            access,
            allowed_hosts: AllowedHosts::default(),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Returns the scheme of URLs: `http` or `https`.
    pub const fn scheme(&self) -> &'static str {
        #[cfg(feature = "tls")]
        if self.tls.is_some() {
            return "https";
        }
        "http"
    }
}

/// The settings of a running server. Requests and connections that have begun use the previous ones to their end.
#[derive(Debug, Clone)]
pub struct SharedSettings(Arc<RwLock<Arc<Settings>>>);

impl From<Settings> for SharedSettings {
    fn from(settings: Settings) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(settings))))
    }
}

impl SharedSettings {
    /// Returns the current settings.
    pub fn get(&self) -> Arc<Settings> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the settings.
    pub fn replace(&self, settings: Settings) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }
}
