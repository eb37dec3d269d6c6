//! Creates the service of the endpoint.

use super::args::ServiceArgs;
use crate::endpoint::parse_scope;
use crate::exit::CliError;
use sfn_alias::store::{CachedStore, MemoryStore, Store};
use sfn_alias::{Clock, Options, Outcomes, Result, Scope, StepFunctions};
use sfn_alias_console::WebConsole;
use sfn_alias_server::http::{CallMode, StoreMonitor};
use std::path::Path;
use std::sync::Arc;

/// A service and how the server runs its calls.
#[derive(Debug)]
pub(super) struct OpenService {
    pub service: StepFunctions,
    pub call_mode: CallMode,
    pub store_monitor: Option<Arc<dyn StoreMonitor>>,
}

/// Creates services with the options of the command line.
#[derive(Debug, Clone)]
pub(super) struct ServiceCreator {
    options: Options,
    scope: Scope,
    console: Option<Arc<WebConsole>>,
}

impl ServiceCreator {
    /// Checks the options.
    ///
    /// # Errors
    /// [`CliError::Usage`] for an account or region that is not valid.
    pub fn new(
        args: &ServiceArgs,
        outcomes: Option<Outcomes>,
        console: Option<Arc<WebConsole>>,
        clock: Clock,
        seed: Option<u64>,
    ) -> Result<Self, CliError> {
        let scope = parse_scope(&args.account, &args.region)?;
        let limits = sfn_alias::Limits {
            aliases_per_state_machine: args.aliases_per_state_machine,
            versions_per_state_machine: args.versions_per_state_machine,
            executions_per_state_machine: args.executions_per_state_machine,
            ..sfn_alias::Limits::default()
        };
        let (update_delay, deletion_delay) = (args.update_delay, args.deletion_delay);
        let options = Options { limits, update_delay, deletion_delay, seed, outcomes, clock, ..Options::default() };
        Ok(Self { options, scope, console })
    }

    /// Opens a service on a file, which is locked, or else in memory.
    ///
    /// # Errors
    /// Those of [`CachedStore::open`].
    pub fn open(self, file: Option<&Path>) -> Result<OpenService, CliError> {
        let (store, call_mode): (Box<dyn Store>, _) = match file {
            Some(path) => (Box::new(CachedStore::open(path)?), CallMode::CommitQueue),
            None => (Box::new(MemoryStore::new()?), CallMode::InPlace),
        };
        Ok(OpenService { service: self.create(store)?, call_mode, store_monitor: None })
    }

    /// Creates a service on a store, whose changes the console observes.
    ///
    /// # Errors
    /// Those of [`StepFunctions::with_store`].
    pub fn create(&self, store: Box<dyn Store>) -> Result<StepFunctions> {
        let store = match &self.console {
            Some(console) => console.observe(store, self.options.clock.clone()),
            None => store,
        };
        Ok(StepFunctions::with_store(store, self.options.clone())?.in_scope(self.scope.clone()))
    }
}
