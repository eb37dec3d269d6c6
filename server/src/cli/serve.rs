//! `sfn-alias serve`

use super::args::{LogFormat, ServeArgs, ServiceArgs};
use super::exit::{FAILED, Failure, OK, Outcome};
use super::output;
use super::target::scope;
use crate::auth::Credentials;
use crate::http::{Access, Limits, Server, ServerConfig, Shutdown};
use sfn_alias::{Options, StepFunctions};
use std::io::IsTerminal;
use std::net::SocketAddr;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub(super) fn run(args: ServeArgs) -> Outcome {
    log(&args)?;
    let access = access(&args)?;
    let address = SocketAddr::new(args.host, args.port);
    Server::check_address(address, &access, args.insecure_allow_anonymous).map_err(usage)?;
    let limits = Limits { connections: connections(args.max_connections), ..Limits::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let stop = stop().map_err(failed)?;
        let listener = Server::listen(address).await.map_err(failed)?;
        // Not before: there is no file of an endpoint that did not come to be.
        let (aliases, durable) = (service(&args)?, args.data.is_some());
        let hosted = ServerConfig { aliases, durable, gate: None, access, limits };
        let server = Server::behind(listener, hosted).map_err(failed)?;
        announce(&server)?;
        Ok(match server.run(stop).await {
            Shutdown::Drained => OK,
            Shutdown::TimedOut => FAILED,
        })
    })
}

/// Files that are open beside connections: the store's, the log, the runtime's.
const OTHER_FILES: u64 = 64;

/// As many connections as asked for, or as there may be open files: those beyond are told so, where they
/// would wait without an answer if they could not be accepted.
fn connections(asked: usize) -> usize {
    // A system that does not tell its limit says so when a connection cannot be accepted.
    let files = rlimit::increase_nofile_limit(u64::MAX).unwrap_or(u64::MAX);
    let most = usize::try_from(files.saturating_sub(OTHER_FILES).max(1)).unwrap_or(usize::MAX);
    if most < asked {
        tracing::warn!(asked, most, "fewer connections at once than asked for; raise the limit of open files");
    }
    asked.min(most)
}

/// Prints the line to paste, once clients can connect.
fn announce(server: &Server) -> Result<(), Failure> {
    let url = server.url();
    tracing::info!(%url, "ready; stop with Ctrl-C");
    output::line(format_args!("export AWS_ENDPOINT_URL_SFN={url}"))
}

fn service(args: &ServeArgs) -> Result<StepFunctions, Failure> {
    let ServiceArgs { account, region, seed, update_delay, deletion_delay, .. } = &args.service;
    let scope = scope(account, region)?;
    let (update_delay, deletion_delay) = (*update_delay, *deletion_delay);
    let limits = sfn_alias::Limits {
        aliases_per_state_machine: args.service.aliases_per_machine,
        versions_per_state_machine: args.service.versions_per_machine,
        executions_per_state_machine: args.service.executions_per_machine,
        ..sfn_alias::Limits::default()
    };
    let options = Options { limits, update_delay, deletion_delay, seed: *seed, ..Options::default() };
    let service = match &args.data {
        Some(path) => StepFunctions::open_exclusive(path, options)?,
        None => StepFunctions::in_memory_with(options)?,
    };
    Ok(service.in_scope(scope))
}

fn access(args: &ServeArgs) -> Result<Access, Failure> {
    Ok(match &args.credentials {
        Some(path) => Access::Signed(Credentials::read(path).map_err(usage)?),
        None => Access::Anonymous,
    })
}

/// Done at the first signal; the second one ends the program at once.
fn stop() -> std::io::Result<impl Future<Output = ()>> {
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut signalled = async move || {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    };
    Ok(async move {
        signalled().await;
        tracing::info!("stopping: finishing what was accepted; a second signal ends it at once");
        tokio::spawn(async move {
            signalled().await;
            std::process::exit(FAILED.into());
        });
    })
}

fn log(args: &ServeArgs) -> Result<(), Failure> {
    let filter: Targets = args.log.parse().map_err(|error| Failure::Usage(format!("--log: {error}")))?;
    let log = tracing_subscriber::fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    let filtered = tracing_subscriber::registry().with(filter);
    // Of two in one process the first one's log holds.
    match args.log_format {
        LogFormat::Text => filtered.with(log.compact().with_target(false)).try_init().ok(),
        LogFormat::Json => filtered.with(log.json().flatten_event(true)).try_init().ok(),
    };
    Ok(())
}

fn usage(error: impl ToString) -> Failure {
    Failure::Usage(error.to_string())
}

fn failed(error: impl ToString) -> Failure {
    Failure::Failed(error.to_string())
}
