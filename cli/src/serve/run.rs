//! Starts and stops the endpoint.

use super::args::{ServeArgs, ServiceArgs};
use super::log;
use super::metrics::{MetricsSender, check_metrics_url};
use super::outcomes::{WatchedOutcomes, log_outcomes, reload_outcomes};
use super::settings::{SettingsFiles, reload_on_hangup};
use super::upstream::{Handler, HttpTransport, create_handler, create_transport};
use super::url::{is_closed, strip_brackets};
use crate::endpoint::parse_scope;
use crate::exit::{CliError, CommandResult, OK, SYSTEM_ERROR};
use crate::outcomes_file::OutcomesFile;
use crate::output;
use crate::signals::{handle_signals, is_hangup_ignored};
use sfn_alias::{Options, Outcomes, StepFunctions};
use sfn_alias_server::http::{CallHandler, CallMode, Limits, Server, ServerConfig, Settings, Shutdown};
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, oneshot};

pub(crate) fn run(args: ServeArgs) -> CommandResult {
    log::start(&args)?;
    let files = SettingsFiles::new(&args);
    let settings = files.read()?;
    let (watched, outcomes) =
        args.service.outcomes.clone().map(OutcomesFile::new).map(WatchedOutcomes::open).transpose()?.unzip();
    args.metrics_to.as_deref().map(check_metrics_url).transpose()?;
    let address = resolve_host(&args.host, args.port)?;
    let transport = create_transport(&args, address)?;
    Server::check_address(address, &settings.access, args.insecure_allow_anonymous).map_err(CliError::usage)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::system)?;
    let stop = stop_signal()?;
    runtime.block_on(async {
        let closed = Arc::new(Notify::new());
        let (server, service, handler) = start_server(&args, address, settings, outcomes.clone(), transport).await?;
        let _poller = handler.map(|handler| handler.start_polling()).transpose()?;
        let hangup = || signal(SignalKind::hangup()).map_err(CliError::system);
        if !(files.is_empty() && (watched.is_some() || is_hangup_ignored())) {
            tokio::spawn(reload_on_hangup(hangup()?, files, server.settings(), Arc::clone(&closed)));
        }
        let metrics = MetricsSender::start(&args, service.clone())?;
        if let Some((watched, outcomes)) = watched.zip(outcomes) {
            log_outcomes(&outcomes, &watched);
            tokio::spawn(reload_outcomes(watched, service, hangup()?));
        }
        print_url(&server, &args)?;
        let stop = async {
            tokio::select! {
                () = stop => {}
                () = closed.notified() => {}
            }
        };
        let shutdown = server.run(stop).await;
        // After the last request, so that its execution is sent too.
        metrics.into_iter().for_each(MetricsSender::stop);
        Ok(match shutdown {
            Shutdown::Drained => OK,
            Shutdown::TimedOut => SYSTEM_ERROR,
        })
    })
}

/// Resolves the option `--host`. Prefers IPv4, because clients try it for any name.
fn resolve_host(host: &str, port: u16) -> Result<SocketAddr, CliError> {
    let expected = "expected an address or a name of this machine, for example 127.0.0.1 or localhost";
    let addresses = (strip_brackets(host), port).to_socket_addrs();
    let addresses =
        addresses.map_err(|error| CliError::Usage(format!("--host: {expected}, found `{host}`: {error}")))?;
    let first = addresses.min_by_key(SocketAddr::is_ipv6);
    first.ok_or_else(|| CliError::Usage(format!("--host: {expected}, found `{host}`")))
}

/// Starts the server. Returns it with its service and the handler of `--upstream`.
async fn start_server(
    args: &ServeArgs,
    address: SocketAddr,
    settings: Settings,
    outcomes: Option<Outcomes>,
    transport: Option<HttpTransport>,
) -> Result<(Server, StepFunctions, Option<Arc<Handler>>), CliError> {
    let limits = Limits { connections: limit_connections(args.max_connections), ..Limits::default() };
    let listener = Server::listen(address).await.map_err(CliError::system)?;
    // Opened after listening succeeds, so that a failed start creates no file.
    let (service, is_file) = (open_service(args, outcomes)?, args.data.is_some());
    let call_mode = if is_file { CallMode::CommitQueue } else { CallMode::InPlace };
    let is_address = strip_brackets(&args.host).parse::<IpAddr>().is_ok();
    let host_name = (!is_address).then(|| args.host.clone());
    let backup_file = args.data.as_deref().map(backup_path).transpose()?;
    let handler = transport.map(|transport| create_handler(args, transport, service.clone()));
    let call_handler = handler.clone().map(|handler| handler as Arc<dyn CallHandler>);
    let config = ServerConfig {
        settings: settings.into(),
        limits,
        host_name,
        backup_file,
        call_handler,
        ..ServerConfig::new(service.clone(), call_mode)
    };
    Ok((Server::from_listener(listener, config).map_err(CliError::system)?, service, handler))
}

/// Returns the file that `POST /backup` writes: next to the data file, so that it is in a directory that is writable, and
/// read by the same users.
pub(crate) fn backup_path(data: &Path) -> Result<PathBuf, CliError> {
    let unreadable = |error| CliError::System(format!("cannot read `{}`: {error}", data.display()));
    let mut path = OsString::from(std::fs::canonicalize(data).map_err(unreadable)?);
    path.push("-backup");
    Ok(path.into())
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
fn print_url(server: &Server, args: &ServeArgs) -> Result<(), CliError> {
    let (url, version) = (server.url(), env!("CARGO_PKG_VERSION"));
    let data = args.data.as_ref().map(|path| path.display().to_string());
    tracing::info!(%url, data = data.as_deref().unwrap_or("in memory"), version, "ready; press Ctrl-C to stop");
    if let Some(upstream) = &args.upstream.upstream {
        tracing::info!(upstream, "executions run in the upstream endpoint");
        if is_closed(upstream) {
            tracing::warn!(upstream, "the upstream endpoint does not accept connections; start it, or check the port");
        }
    }
    if server.address().ip().to_canonical().is_unspecified() {
        let url = server.url_with_host(&rustix::system::uname().nodename().to_string_lossy());
        tracing::info!(
            "listening on all addresses of this machine; on other machines, use its name or address, for example {url}"
        );
    }
    output::print_line(format_args!("export AWS_ENDPOINT_URL_SFN={url}"))
}

fn open_service(args: &ServeArgs, outcomes: Option<Outcomes>) -> Result<StepFunctions, CliError> {
    let ServiceArgs { account, region, seed, update_delay, deletion_delay, .. } = &args.service;
    let scope = parse_scope(account, region)?;
    let (update_delay, deletion_delay) = (*update_delay, *deletion_delay);
    let limits = sfn_alias::Limits {
        aliases_per_state_machine: args.service.aliases_per_state_machine,
        versions_per_state_machine: args.service.versions_per_state_machine,
        executions_per_state_machine: args.service.executions_per_state_machine,
        ..sfn_alias::Limits::default()
    };
    let options = Options { limits, update_delay, deletion_delay, seed: *seed, outcomes, ..Options::default() };
    let service = match &args.data {
        Some(path) => StepFunctions::open_exclusive(path, options)?,
        None => StepFunctions::in_memory_with(options)?,
    };
    Ok(service.in_scope(scope))
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
