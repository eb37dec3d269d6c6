//! Starts and stops the endpoint.

use super::args::ServeArgs;
use super::console::{create_console, stop_console};
use super::demo::{DEMO_SEED, Demo, DemoClock};
use super::log;
use super::metrics::{MetricsSender, check_metrics_url};
use super::not_open::open_store;
use super::outcomes::{WatchedOutcomes, log_outcomes, reload_outcomes};
use super::service::{OpenService, ServiceCreator};
use super::settings::{SettingsFiles, reload_on_hangup};
use super::shared_store::SharedStore;
use super::upstream::{create_handler, create_transport};
use super::url::{is_closed, strip_brackets};
use crate::exit::{CliError, CommandResult, OK, SYSTEM_ERROR};
use crate::outcomes_file::OutcomesFile;
use crate::output;
use crate::signals::{handle_signals, is_hangup_ignored};
use sfn_alias_server::auth::Access;
use sfn_alias_server::http::{CallHandler, Console, Limits, Server, ServerConfig, SharedSettings, Shutdown};
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::pin::pin;
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
    let store = SharedStore::prepare(&args.store)?;
    let store_url = store.as_ref().map(SharedStore::url);
    let console = create_console(&args)?;
    let demo_clock = args.demo.then(DemoClock::new);
    let clock = demo_clock.as_ref().map(DemoClock::as_clock).unwrap_or_default();
    let seed = args.service.seed.or(args.demo.then_some(DEMO_SEED));
    let creator = ServiceCreator::new(&args.service, outcomes.clone(), console.clone(), clock, seed)?;
    Server::check_address(address, &settings.access, args.insecure_allow_anonymous).map_err(CliError::usage)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::system)?;
    let stop = stop_signal()?;
    runtime.block_on(async {
        let (closed, settings) = (Arc::new(Notify::new()), SharedSettings::from(settings));
        let hangup = || signal(SignalKind::hangup()).map_err(CliError::system);
        if !(files.is_empty() && (watched.is_some() || is_hangup_ignored())) {
            tokio::spawn(reload_on_hangup(hangup()?, files, settings.clone(), Arc::clone(&closed)));
        }
        let mut stop = pin!(async {
            tokio::select! {
                () = stop => {}
                () = closed.notified() => {}
            }
        });
        let listener = Server::listen(address).await.map_err(CliError::system)?;
        let configure = |open| {
            let console = console.clone().map(|console| console as Arc<dyn Console>);
            Ok(ServerConfig { console, ..create_config(&args, &settings, open)? })
        };
        // Opened after listening succeeds, so that a failed start creates no file.
        let open = match store {
            None => Some(creator.open(args.data.as_deref())?),
            Some(store) => open_store(store, creator, &listener, configure, stop.as_mut()).await?,
        };
        let Some(open) = open else { return Ok(OK) };
        let service = open.service.clone();
        let handler = transport.map(|transport| create_handler(&args, transport, service.clone()));
        let call_handler = handler.clone().map(|handler| handler as Arc<dyn CallHandler>);
        let config = ServerConfig { call_handler, ..configure(open)? };
        let server = Server::from_listener(listener, config).map_err(CliError::system)?;
        let _poller = handler.map(|handler| handler.start_polling()).transpose()?;
        let metrics = MetricsSender::start(&args, service.clone())?;
        let demo = console.clone().zip(demo_clock);
        let start_demo = |(console, clock)| Demo::start(service.clone(), console, clock, seed.unwrap_or(DEMO_SEED));
        let demo = demo.map(start_demo).transpose()?;
        if let Some((watched, outcomes)) = watched.zip(outcomes) {
            log_outcomes(&outcomes, &watched);
            tokio::spawn(reload_outcomes(watched, service, hangup()?));
        }
        print_url(&server, &args, store_url.as_deref())?;
        let shutdown = server.run(stop).await;
        // After the last request, so that its execution is sent too.
        metrics.into_iter().for_each(MetricsSender::stop);
        demo.into_iter().for_each(Demo::stop);
        console.into_iter().for_each(stop_console);
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

/// Creates the configuration of a server.
fn create_config(args: &ServeArgs, settings: &SharedSettings, open: OpenService) -> Result<ServerConfig, CliError> {
    let mut limits = Limits { connections: limit_connections(args.max_connections), ..Limits::default() };
    if let Some(timeout) = args.store.timeout() {
        limits.call_wait_timeout = timeout;
    }
    let is_address = strip_brackets(&args.host).parse::<IpAddr>().is_ok();
    Ok(ServerConfig {
        settings: settings.clone(),
        limits,
        host_name: (!is_address).then(|| args.host.clone()),
        backup_file: args.data.as_deref().map(backup_path).transpose()?,
        store_monitor: open.store_monitor,
        ..ServerConfig::new(open.service, open.call_mode)
    })
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
fn print_url(server: &Server, args: &ServeArgs, store: Option<&str>) -> Result<(), CliError> {
    let (url, version) = (server.url(), env!("CARGO_PKG_VERSION"));
    let data = args.data.as_ref().map(|path| path.display().to_string());
    let data = store.or(data.as_deref()).unwrap_or("in memory");
    if args.no_console {
        tracing::info!(%url, data, version, "ready; press Ctrl-C to stop");
    } else {
        tracing::info!(%url, data, version, "ready; open {url}/console/ in a browser, or press Ctrl-C to stop");
    }
    if let Some(upstream) = &args.upstream.upstream {
        tracing::info!(upstream, "executions run in the upstream endpoint");
        if is_closed(upstream) {
            tracing::warn!(upstream, "the upstream endpoint does not accept connections; start it, or check the port");
        }
    }
    if server.address().ip().to_canonical().is_unspecified() {
        announce_other_machines(server);
    }
    output::print_line(format_args!("export AWS_ENDPOINT_URL_SFN={url}"))
}

/// Logs how other machines reach a server that listens on all addresses.
fn announce_other_machines(server: &Server) {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let (url, settings) = (server.url_with_host(&name), server.settings().get());
    let use_option = match &settings.access {
        Access::Anonymous if !settings.allowed_hosts.allows(&name) => format!(" (with --allow-host {name})"),
        _ => String::new(),
    };
    tracing::info!(
        "listening on all addresses of this machine; on other machines, use its address or its name{use_option}, for example {url}"
    );
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
