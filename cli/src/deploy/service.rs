//! The service of an alias: an endpoint or a file.

use super::log::Log;
use crate::endpoint::{Backend, Endpoint, EndpointArgs, STEP_FUNCTIONS, create_file_parser, parse_scope};
use crate::exit::CliError;
use clap::Args;
use serde_json::Value;
use sfn_alias::model::Arn;
use sfn_alias_deployment::{CallFailure, Service, ServiceEvent};
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

/// The file or endpoint of an alias.
#[derive(Debug, Args)]
#[command(next_help_heading = "Service")]
pub(crate) struct AliasServiceArgs {
    /// SQLite file to use instead of an endpoint; stop `sfn-alias serve` on this file first
    #[arg(long, value_name = "FILE", help_heading = "Service", value_parser = create_file_parser())]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    pub endpoint: EndpointArgs,
}

/// The options of commands that change aliases or versions.
#[derive(Debug, Args)]
pub(crate) struct ChangeArgs {
    /// Show what would be done without changing anything
    #[arg(long)]
    pub dry_run: bool,
    /// Print JSON: one event per line, with a summary as the last one
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub service: AliasServiceArgs,
}

impl AliasServiceArgs {
    /// Opens the file, or creates a client for the endpoint, with account and region of this ARN.
    pub fn open(&self, arn: &Arn<'_>) -> Result<Backend, CliError> {
        if let Some(path) = &self.data {
            return Backend::open_file(path, parse_scope(arn.account, arn.region)?, false);
        }
        let (url, caller) = (self.endpoint.url(), self.endpoint.caller(arn.account)?);
        Ok(Backend::Endpoint(Endpoint::new(url, STEP_FUNCTIONS, arn.region, caller)?))
    }
}

/// Executes the calls of the operations in `sfn_alias_deployment`.
pub(super) struct AliasService<'a> {
    pub backend: &'a Backend,
    pub log: Log,
}

impl Service for AliasService<'_> {
    fn call(&mut self, operation: &'static str, input: &Value) -> Result<Value, CallFailure> {
        match self.backend.call(operation, input.to_string().as_bytes()) {
            Ok(reply) if reply.status == 200 => {
                serde_json::from_slice(&reply.body).map_err(|_| CallFailure::from_response(reply.status, &reply.body))
            }
            Ok(reply) => Err(CallFailure::from_response(reply.status, &reply.body)),
            Err(CliError::Usage(message)) => Err(CallFailure::credentials(message)),
            Err(other) => Err(CallFailure::network(other.to_string())),
        }
    }

    fn wait_millis(&mut self, millis: i64) -> Result<(), CallFailure> {
        sleep(Duration::from_millis(u64::try_from(millis).unwrap_or(0)));
        Ok(())
    }

    fn report(&mut self, event: ServiceEvent) {
        self.log.service_event(&event);
    }
}
