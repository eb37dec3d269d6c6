//! Creates the service of the endpoint.

use super::args::ServiceArgs;
use crate::endpoint::parse_scope;
use crate::exit::CliError;
use sfn_alias::store::Store;
use sfn_alias::{Options, Outcomes, Result, Scope, StepFunctions};
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
}

impl ServiceCreator {
    /// Checks the options.
    ///
    /// # Errors
    /// [`CliError::Usage`] for an account or region that is not valid.
    pub fn new(args: &ServiceArgs, outcomes: Option<Outcomes>) -> Result<Self, CliError> {
        let scope = parse_scope(&args.account, &args.region)?;
        let limits = sfn_alias::Limits {
            aliases_per_state_machine: args.aliases_per_state_machine,
            versions_per_state_machine: args.versions_per_state_machine,
            executions_per_state_machine: args.executions_per_state_machine,
            ..sfn_alias::Limits::default()
        };
        let (update_delay, deletion_delay) = (args.update_delay, args.deletion_delay);
        let options = Options { limits, update_delay, deletion_delay, seed: args.seed, outcomes, ..Options::default() };
        Ok(Self { options, scope })
    }

    /// Opens a service on a file, which is locked, or else in memory.
    ///
    /// # Errors
    /// Those of [`StepFunctions::open_exclusive`].
    pub fn open(self, file: Option<&Path>) -> Result<OpenService, CliError> {
        let (service, call_mode) = match file {
            Some(path) => (StepFunctions::open_exclusive(path, self.options)?, CallMode::CommitQueue),
            None => (StepFunctions::in_memory_with(self.options)?, CallMode::InPlace),
        };
        Ok(OpenService { service: service.in_scope(self.scope), call_mode, store_monitor: None })
    }

    /// Creates a service on a store of other machines.
    ///
    /// # Errors
    /// Those of [`StepFunctions::with_store`].
    pub fn create(&self, store: Box<dyn Store>) -> Result<StepFunctions> {
        Ok(StepFunctions::with_store(store, self.options.clone())?.in_scope(self.scope.clone()))
    }
}
