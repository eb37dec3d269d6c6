//! `serve --upstream`: runs executions in another endpoint.

use super::args::{ServeArgs, UpstreamArgs};
use super::url::{AwsError, check_url, is_own_url};
use crate::agent::{MAX_BYTES, build_agent, describe_error, parse_url, read_response};
use crate::endpoint::STEP_FUNCTIONS;
use crate::exit::CliError;
use crate::signing::{Caller, is_aws_url};
use http::{HeaderValue, Request, header};
use sfn_alias::StepFunctions;
use sfn_alias_server::http::{CallHandler, VIA};
use sfn_alias_server::protocol::HttpError;
use sfn_alias_upstream::{
    Poller, Transport, TransportError, Upstream, UpstreamError, UpstreamOptions, UpstreamResponse,
};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use ureq::Agent;

const OPTION: &str = "--upstream";

/// Connections that were not used for longer are closed, because the engine may be about to close them.
const MAX_IDLE: Duration = Duration::from_secs(1);

const AWS_ERROR: AwsError = AwsError {
    expected: "an emulator",
    help: "; AWS charges for executions, and nothing is deleted there; to allow it, use --upstream-allow-aws",
};

/// Creates the client of `--upstream` for an endpoint that listens on `own`. Checks the option, and that requests can be
/// signed.
///
/// # Errors
/// Those of [`check_url`] and [`check_engine_url`], and [`CliError::Usage`] for `--store` and for missing credentials.
pub(super) fn create_transport(args: &ServeArgs, own: SocketAddr) -> Result<Option<HttpTransport>, CliError> {
    let UpstreamArgs { upstream, upstream_profile, upstream_allow_aws, upstream_timeout } = &args.upstream;
    let Some(url) = upstream else { return Ok(None) };
    if args.store.store.is_some() {
        return Err(CliError::Usage(format!(
            "{OPTION} cannot be used with --store: each server would ask the engine about the executions of all servers; use --data"
        )));
    }
    let url = check_url(OPTION, url, (!upstream_allow_aws).then_some(&AWS_ERROR))?;
    check_engine_url(&url, own)?;
    let is_aws = is_aws_url(OPTION, &url)?;
    let caller = Caller::select_for_emulator(upstream_profile.as_deref(), is_aws);
    let agent = build_agent(&url, *upstream_timeout)?;
    let transport = HttpTransport { url, caller, agent, failing: AtomicBool::new(false) };
    // Otherwise every request would fail.
    transport.create_request(&args.service.region, "ListStateMachines", b"{}").map_err(|error| {
        CliError::Usage(format!("{OPTION}: {}", error.to_string().replace("--profile", "--upstream-profile")))
    })?;
    Ok(Some(transport))
}

/// Checks that a URL can be that of an engine.
///
/// # Errors
/// [`CliError::Usage`] for a path, because engines have their API at `/`, and for the URL of the endpoint itself.
fn check_engine_url(url: &str, own: SocketAddr) -> Result<(), CliError> {
    let uri = parse_url(OPTION, url)?;
    if !matches!(uri.path(), "" | "/") {
        return Err(CliError::Usage(format!("{OPTION}: expected a URL without a path, found `{url}`")));
    }
    match is_own_url(&uri, own) {
        true => Err(CliError::Usage(format!(
            "{OPTION}: expected the URL of another endpoint, found `{url}`, which is this endpoint; use another --port, or the URL of the engine"
        ))),
        false => Ok(()),
    }
}

/// Creates the handler of a service.
pub(super) fn create_handler(args: &ServeArgs, transport: HttpTransport, service: StepFunctions) -> Arc<Handler> {
    let options = UpstreamOptions { timeout: args.upstream.upstream_timeout };
    Arc::new(Handler(Arc::new(Upstream::new(service, Box::new(transport), options))))
}

/// Runs the operations for which the engine is needed.
#[derive(Debug)]
pub(super) struct Handler(Arc<Upstream>);

impl Handler {
    /// Starts to ask about running executions.
    pub fn start_polling(&self) -> Result<Poller, CliError> {
        Poller::start(Arc::clone(&self.0)).map_err(CliError::system)
    }
}

impl CallHandler for Handler {
    fn handles(&self, operation: &str) -> bool {
        Upstream::handles(operation)
    }

    fn handle_at_once(
        &self,
        service: &StepFunctions,
        operation: &str,
        body: &[u8],
    ) -> Option<Result<Vec<u8>, HttpError>> {
        Some(self.0.handle_at_once(service, operation, body)?.map_err(convert_error))
    }

    fn handle(&self, service: &StepFunctions, operation: &str, body: &[u8]) -> Result<Vec<u8>, HttpError> {
        self.0.handle(service, operation, body).map_err(convert_error)
    }
}

fn convert_error(error: UpstreamError) -> HttpError {
    match error {
        UpstreamError::Service(error) => error.into(),
        UpstreamError::Engine(UpstreamResponse { status, body }) => HttpError::Upstream { status, body },
    }
}

/// Sends requests over HTTP, with a signature of this program.
#[derive(Debug)]
pub(super) struct HttpTransport {
    url: String,
    caller: Caller,
    agent: Agent,
    /// Whether the last request had no response, so that a failure is logged once.
    failing: AtomicBool,
}

impl HttpTransport {
    fn create_request(&self, region: &str, operation: &str, body: &[u8]) -> Result<Request<Vec<u8>>, CliError> {
        let target = format!("{}.{operation}", STEP_FUNCTIONS.target_prefix);
        let request = Request::post(&self.url)
            .header(header::CONTENT_TYPE, "application/x-amz-json-1.0")
            .header("x-amz-target", target);
        let mut request = request.body(body.to_vec()).map_err(CliError::usage)?;
        self.caller.authorize(&mut request, region, STEP_FUNCTIONS.signing_name)?;
        // After the signature, because proxies append to this header.
        request.headers_mut().insert(header::VIA, HeaderValue::from_static(VIA));
        Ok(request)
    }
}

impl HttpTransport {
    /// Logs when responses stop, and when they begin again.
    fn log_failure(&self, operation: &str, error: Option<&TransportError>) {
        let url = &self.url;
        let reason = match error {
            Some(TransportError::NoResponse(reason)) => Some(reason),
            Some(TransportError::TooLarge(_)) | None => None,
        };
        match (reason, self.failing.swap(reason.is_some(), Ordering::Relaxed)) {
            (Some(error), false) => tracing::warn!(url, operation, error, "the upstream endpoint does not respond"),
            (None, true) => tracing::info!(url, "the upstream endpoint responds again"),
            _ => {}
        }
    }
}

/// Returns the maximum size of a response body. Hundreds of starts can wait for the engine at the same time.
fn max_bytes(operation: &str) -> u64 {
    match operation {
        "StartExecution" | "StopExecution" | "RedriveExecution" => 256 << 10,
        // Of all events, if the engine has no pages. One is read at a time.
        "GetExecutionHistory" => 64 << 20,
        // Escaped inputs and outputs, pages of them, or errors with a definition.
        _ => MAX_BYTES,
    }
}

impl Transport for HttpTransport {
    fn url(&self) -> &str {
        &self.url
    }

    fn send(
        &self,
        region: &str,
        operation: &str,
        body: &[u8],
        timeout: Duration,
    ) -> Result<UpstreamResponse, TransportError> {
        let request = self.create_request(region, operation, body);
        let request = request.map_err(|error| TransportError::NoResponse(error.to_string()))?;
        let request =
            self.agent.configure_request(request).timeout_global(Some(timeout)).max_idle_age(MAX_IDLE).build();
        let response = self.agent.run(request).and_then(|response| read_response(response, max_bytes(operation)));
        let response = response.map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(limit) => TransportError::TooLarge(limit),
            error => TransportError::NoResponse(describe_error(&error, timeout)),
        });
        self.log_failure(operation, response.as_ref().err());
        let response = response?;
        Ok(UpstreamResponse { status: response.status().as_u16(), body: response.into_body() })
    }
}
