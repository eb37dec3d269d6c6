//! `sfn-alias serve`

use crate::args::{LogFormat, ServeArgs, ServiceArgs};
use crate::endpoint::parse_scope;
use crate::exit::{CliError, CommandResult, OK, SYSTEM_ERROR};
use crate::output;
use crate::signals::handle_signals;
use sfn_alias::{Options, StepFunctions};
use sfn_alias_server::auth::{Access, Credentials};
use sfn_alias_server::http::{Limits, Server, ServerConfig, Shutdown};
use std::io::IsTerminal;
use std::net::SocketAddr;
use tokio::sync::oneshot;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub(crate) fn run(args: ServeArgs) -> CommandResult {
    start_log(&args)?;
    let access = load_access(&args)?;
    let address = SocketAddr::new(args.host, args.port);
    Server::check_address(address, &access, args.insecure_allow_anonymous).map_err(CliError::usage)?;
    let limits = Limits { connections: limit_connections(args.max_connections), ..Limits::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::system)?;
    let stop = stop_signal()?;
    runtime.block_on(async {
        let listener = Server::listen(address).await.map_err(CliError::system)?;
        // Opened after listening succeeds, so that a failed start creates no file.
        let (service, durable) = (open_service(&args)?, args.data.is_some());
        let config = ServerConfig { service, durable, fork_lock: None, access, limits };
        let server = Server::from_listener(listener, config).map_err(CliError::system)?;
        print_url(&server)?;
        Ok(match server.run(stop).await {
            Shutdown::Drained => OK,
            Shutdown::TimedOut => SYSTEM_ERROR,
        })
    })
}

/// File descriptors that are not connections: the store, the log, the runtime.
const OTHER_FILES: u64 = 64;

/// Returns the maximum number of connections: as requested, or as the limit of open files allows. Connections beyond
/// it get a response. Without it, they could not be accepted and would wait.
fn limit_connections(requested: usize) -> usize {
    // If the limit is unknown, a warning is logged when a connection cannot be accepted.
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(u64::MAX);
    let allowed = usize::try_from(files.saturating_sub(OTHER_FILES).max(1)).unwrap_or(usize::MAX);
    if allowed < requested {
        tracing::warn!(requested, allowed, "the limit of open files reduces --max-connections; raise the limit");
    }
    requested.min(allowed)
}

/// Prints the URL as a shell command, once clients can connect.
fn print_url(server: &Server) -> Result<(), CliError> {
    let url = server.url();
    tracing::info!(%url, "ready; press Ctrl-C to stop");
    output::print_line(format_args!("export AWS_ENDPOINT_URL_SFN={url}"))
}

fn open_service(args: &ServeArgs) -> Result<StepFunctions, CliError> {
    let ServiceArgs { account, region, seed, update_delay, deletion_delay, .. } = &args.service;
    let scope = parse_scope(account, region)?;
    let (update_delay, deletion_delay) = (*update_delay, *deletion_delay);
    let limits = sfn_alias::Limits {
        aliases_per_state_machine: args.service.aliases_per_state_machine,
        versions_per_state_machine: args.service.versions_per_state_machine,
        executions_per_state_machine: args.service.executions_per_state_machine,
        ..sfn_alias::Limits::default()
    };
    let options = Options { limits, update_delay, deletion_delay, seed: *seed, ..Options::default() };
    let service = match &args.data {
        Some(path) => StepFunctions::open_exclusive(path, options)?,
        None => StepFunctions::in_memory_with(options)?,
    };
    Ok(service.in_scope(scope))
}

fn load_access(args: &ServeArgs) -> Result<Access, CliError> {
    Ok(match &args.credentials {
        Some(path) => Access::Signed(Credentials::read(path).map_err(CliError::usage)?),
        None => Access::Anonymous,
    })
}

/// Completes at the first SIGINT or SIGTERM. The second one ends the process immediately.
fn stop_signal() -> Result<impl Future<Output = ()>, CliError> {
    let (stop, stopped) = oneshot::channel();
    handle_signals(move |wait| {
        wait();
        tracing::info!("stopping: finishing requests in flight; send the signal again to stop immediately");
        stop.send(()).ok();
        wait();
        std::process::exit(SYSTEM_ERROR.into());
    })?;
    Ok(async { drop(stopped.await) })
}

fn start_log(args: &ServeArgs) -> Result<(), CliError> {
    let filter: Targets =
        args.log.parse().map_err(|error| CliError::Usage(format!("--log: {error}; use for example info or debug")))?;
    let log = tracing_subscriber::fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    // An error means that the process already has a log, for example from another server. It stays in use.
    match args.log_format {
        LogFormat::Text => registry.with(log.compact().with_target(false)).try_init().ok(),
        LogFormat::Json => registry.with(log.json().flatten_event(true)).try_init().ok(),
    };
    Ok(())
}
