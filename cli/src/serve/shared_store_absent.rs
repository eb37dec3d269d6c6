//! `serve --store` of a program that was built without the feature `store`.

use super::args::StoreArgs;
use super::service::OpenService;
use crate::exit::CliError;
use sfn_alias::StepFunctions;
use sfn_alias::store::Store;
use sfn_alias_server::http::StoreMonitor;
use std::sync::Arc;
use tokio::sync::oneshot::Receiver;

/// Does not exist.
#[derive(Debug)]
pub(super) enum SharedStore {}

impl SharedStore {
    /// Checks that the command line has no URL.
    ///
    /// # Errors
    /// [`CliError::Usage`] for a URL.
    pub fn prepare(args: &StoreArgs) -> Result<Option<Self>, CliError> {
        let text = "--store: this program was built without it; use the program of `cargo install` or `npx sfn-alias`";
        args.store.as_ref().map_or(Ok(None), |_| Err(CliError::Usage(text.to_owned())))
    }

    pub fn url(&self) -> String {
        match *self {}
    }

    pub fn monitor(&self) -> Arc<dyn StoreMonitor> {
        match *self {}
    }

    pub fn open(
        self,
        _: impl Fn(String) + Send + 'static,
        _: impl Fn(Box<dyn Store>) -> sfn_alias::Result<StepFunctions> + Send + 'static,
    ) -> Result<Receiver<Result<OpenService, CliError>>, CliError> {
        match self {}
    }
}
