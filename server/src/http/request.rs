//! Handles one request.

use super::body::{ReceivedBody, drain, receive};
use super::call_mode::CallMode;
use super::console_files::{accepts_html, add_security_headers, is_console_path, redirect_to_page};
use super::console_state::CONSOLE;
use super::panics::catch_panic;
use super::response_body::ResponseBody;
use super::state::ServerState;
use super::statistics::Collected;
use super::store_metrics::StoreMetric;
use crate::auth::{Access, PendingAuth};
use crate::protocol::{App, BACKUP, Call, Credential, HttpError, RESET, RequestTarget, Response, content_response};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, HOST, TRANSFER_ENCODING, VARY};
use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Version};
use hyper::body::{Body, Incoming};
use sfn_alias::{Error, Scope, StepFunctions};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Responses over this size are counted in the memory budget until the client has received them. A connection has
/// only one response at a time, so the limit on connections bounds the smaller ones.
const MIN_COUNTED_RESPONSE_BYTES: usize = 16 * 1024;

/// Maximum length of an access key id in the log, as of AWS's.
const MAX_KEY_ID: usize = 128;

/// Maximum time to collect the metrics of a store on other machines.
const STORE_METRICS_TIMEOUT: Duration = Duration::from_secs(3);

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

impl ServerState {
    pub async fn handle(self: &Arc<Self>, request: Request<Incoming>, peer: IpAddr) -> http::Response<ResponseBody> {
        let start = Instant::now();
        let (head, mut body) = request.into_parts();
        let response = match catch_panic(self.respond(&head, &mut body, peer)).await {
            Ok(response) => response,
            Err(panic) => {
                tracing::error!(panic, %peer, target = ?head.headers.get("x-amz-target"), "request panicked");
                self.app.respond_error(HttpError::Internal).map_body(ResponseBody::Complete)
            }
        };
        let mut response = self.reserve_response_memory(response);
        if self.console.is_some() && is_console_path(head.uri.path()) {
            add_security_headers(response.http.headers_mut());
        }
        self.record(&response, &head.headers, peer, start);
        if !body.is_end_stream() && response.code != TIMED_OUT.code() {
            self.drain_later(body);
        }
        response.http
    }

    /// Discards the rest of a body while the client receives the response, which does not wait for a slow or large body.
    fn drain_later(&self, mut body: Incoming) {
        let (limit, body_timeout) = (self.body_limit(), self.limits.body_timeout);
        tokio::spawn(async move { timeout(body_timeout, drain(&mut body, limit)).await.ok() });
    }

    async fn respond(self: &Arc<Self>, head: &Parts, body: &mut Incoming, peer: IpAddr) -> Response<ResponseBody> {
        let checked = check_head(head).and_then(|()| self.check_origin(head));
        let checked = checked.and_then(|()| self.backend.blocking_calls.check_source(&head.headers));
        match checked.and_then(|()| RequestTarget::from_head(head)) {
            Ok(RequestTarget::Console(target)) => Box::pin(self.respond_console(target, head, body)).await,
            target => self.respond_target(target, head, body, peer).await.map_body(ResponseBody::Complete),
        }
    }

    /// Responds to a request that is not one of the console.
    async fn respond_target(
        self: &Arc<Self>,
        target: Result<RequestTarget, HttpError>,
        head: &Parts,
        body: &mut Incoming,
        peer: IpAddr,
    ) -> Response {
        match target {
            Ok(RequestTarget::Operation(operation)) => {
                let run =
                    async |service, body| self.run_recorded(Call { service, operation, body }, &head.headers).await;
                self.run_operation(operation.as_str(), head, body, run).await
            }
            Err(HttpError::Service(Error::UnsupportedOperation(operation)))
                if self.backend.blocking_calls.has_handler(operation) =>
            {
                let run = async |service, body| self.backend.blocking_calls.handle(service, operation, body).await;
                self.run_operation(operation, head, body, run).await
            }
            Ok(RequestTarget::Own(operation)) => {
                let (scope, result) = self.run_own(operation, head, body).await;
                Response { scope, ..self.app.respond(operation.as_str(), result) }
            }
            Ok(RequestTarget::Reset) => {
                let (result, scope) = self
                    .reset(head, body)
                    .await
                    .map_or_else(|error| (Err(error), None), |(body, scope)| (Ok(body), scope));
                Response { scope, ..self.app.respond(RESET, result) }
            }
            Ok(RequestTarget::Backup) => self.app.respond(BACKUP, self.back_up(head, peer).await),
            Ok(RequestTarget::Index) => Response::wrap_unrecorded(self.index_response(&head.headers)),
            Ok(RequestTarget::Live) => Response::wrap_unrecorded(App::health_response(Ok(()))),
            Ok(RequestTarget::Health) => {
                Response::wrap_unrecorded(App::health_response(self.check_health(head, peer).await))
            }
            Ok(RequestTarget::Metrics) => match self.metrics_page(head, peer).await {
                Ok(page) => Response::wrap_unrecorded(content_response(OPENMETRICS, page)),
                Err(error) => self.app.respond_error(error),
            },
            Ok(RequestTarget::Console(_)) => self.app.respond_error(HttpError::UnknownOperation),
            Err(error) => self.app.respond_error(error),
        }
    }

    /// Returns the response to `GET /`, which redirects browsers to the console.
    fn index_response(&self, headers: &HeaderMap) -> http::Response<Bytes> {
        if self.console.is_none() {
            return App::index_response(false);
        }
        let mut response = match accepts_html(headers) {
            true => redirect_to_page(StatusCode::SEE_OTHER),
            false => App::index_response(true),
        };
        if response.status().is_redirection() {
            add_security_headers(response.headers_mut());
        }
        response.headers_mut().insert(VARY, HeaderValue::from_static("Accept"));
        response
    }

    /// Receives the request of an operation of AWS and runs it.
    async fn run_operation(
        &self,
        operation: &'static str,
        head: &Parts,
        body: &mut Incoming,
        run: impl AsyncFnOnce(StepFunctions, Bytes) -> Result<Vec<u8>, HttpError>,
    ) -> Response {
        let (scope, result) = match self.receive_request(head, body).await {
            Ok((service, body)) => (Some(service.scope().clone()), run(service, body).await),
            Err(error) => (None, Err(error)),
        };
        Response { scope, ..self.app.respond(operation, result) }
    }

    /// Receives the body and verifies the signature. Returns the account and region of the signature, if it is required.
    pub async fn receive_body(
        &self,
        head: &Parts,
        body: &mut Incoming,
    ) -> Result<(ReceivedBody, Option<Scope>), HttpError> {
        let settings = self.settings.get();
        let pending_auth = match &settings.access {
            Access::Anonymous => None,
            // Before the body is received, so that unauthenticated clients cannot use memory.
            Access::Signed(credentials) => Some(PendingAuth::check_head(credentials, head, SystemTime::now())?),
        };
        let received = timeout(self.limits.body_timeout, receive(body, self.body_limit(), &self.bodies)).await;
        let received = received.map_err(|_| TIMED_OUT)??;
        let verified = pending_auth.map(|pending| pending.verify_body(&received.bytes)).transpose()?;
        Ok((received, verified))
    }

    /// Receives a request and verifies its signature. Returns the service in its account and region, and its body.
    pub async fn receive_request(
        &self,
        head: &Parts,
        body: &mut Incoming,
    ) -> Result<(StepFunctions, Bytes), HttpError> {
        let (ReceivedBody { bytes, reservation }, verified) = self.receive_body(head, body).await?;
        let decoded = match head.headers.contains_key(CONTENT_ENCODING) {
            true => self.bodies.for_size(self.body_limit()).reserve(self.body_limit()).await?,
            false => None,
        };
        let (service, body) = self.app.decode(head, bytes, verified)?;
        // The body owns its reservations: a queued write keeps its memory even if the client disconnects.
        let reservations = [reservation, decoded].into_iter().flatten();
        Ok((service, reservations.fold(body, |body, reservation| reservation.attach_to(body))))
    }

    /// Reserves memory for a large response until the client has received it.
    fn reserve_response_memory(&self, response: Response<ResponseBody>) -> Response<ResponseBody> {
        let size = response.http.body().len();
        if size <= MIN_COUNTED_RESPONSE_BYTES {
            return response;
        }
        match self.responses.reserve(size) {
            Some(reservation) => response.map_body(|body| body.map_bytes(|bytes| reservation.attach_to(bytes))),
            None => {
                let error = self.app.respond(response.operation, Err(TOO_MANY_LARGE_RESPONSES));
                Response { scope: response.scope, ..error }.map_body(ResponseBody::Complete)
            }
        }
    }

    /// Checks whether writes can succeed. The reason contains the file's path, so it is only for clients that may see
    /// all accounts.
    async fn check_health(&self, head: &Parts, peer: IpAddr) -> Result<(), HttpError> {
        let health = self.backend.check_health(self.app.service()).await;
        if self.check_all_accounts(head, peer).is_ok() { health } else { health.map_err(|_| UNHEALTHY) }
    }

    /// Returns the metrics page, which contains the ARNs of all accounts.
    async fn metrics_page(self: &Arc<Self>, head: &Parts, peer: IpAddr) -> Result<Bytes, HttpError> {
        self.check_all_accounts(head, peer)?;
        let state = Arc::clone(self);
        // Spawned, so that rendering continues if the client disconnects: the next client then gets the cached page.
        let page = tokio::spawn(async move { state.metrics_cache.get(state.render_metrics()).await }).await;
        page.unwrap_or(Err(HttpError::Internal))
    }

    async fn render_metrics(self: &Arc<Self>) -> Result<Bytes, HttpError> {
        let state = Arc::clone(self);
        let remote = match self.backend.mode() {
            CallMode::Threads => Some(self.read_store_metrics().await),
            CallMode::InPlace | CallMode::CommitQueue => None,
        };
        // Blocking: counting a large store takes long.
        let render = move || match remote {
            Some((collected, store)) => state.metrics.render_collected(collected.as_ref(), store),
            None => state.backend.with_fork_lock(|| state.metrics.render(state.app.service())),
        };
        let page = spawn_blocking(render).await.map_err(|panic| {
            tracing::error!(%panic, "rendering the metrics page panicked");
            HttpError::Internal
        })?;
        Ok(Bytes::from(page?))
    }

    /// Returns the numbers of the last collection and the metrics of a store on other machines, without waiting for it for
    /// longer than some seconds.
    async fn read_store_metrics(&self) -> (Option<Collected>, Vec<StoreMetric>) {
        let monitor = self.store_monitor.clone();
        let collect = move || monitor.map(|monitor| monitor.collect_metrics()).unwrap_or_default();
        let metrics = timeout(STORE_METRICS_TIMEOUT, self.backend.blocking_calls.run_reserved(collect));
        let (collected, metrics) = tokio::join!(self.statistics.get(self.app.service()), metrics);
        (collected, metrics.ok().and_then(Result::ok).unwrap_or_default())
    }

    /// Counts a request and writes it to the log. Pages are neither counted nor written.
    fn record<B>(&self, response: &Response<B>, headers: &HeaderMap, peer: IpAddr, start: Instant) {
        let Response { operation, code, request_id, scope, .. } = response;
        if request_id.is_empty() {
            return;
        }
        let elapsed = start.elapsed();
        self.metrics.observe(operation, code, elapsed);
        let (account, region) = (scope.as_ref().map(Scope::account), scope.as_ref().map(Scope::region));
        if let Some(account) = account {
            self.metrics.observe_account(account);
        }
        // Also of rejected requests, so it may be any text of the client.
        let key_id = Credential::from_headers(headers)
            .map(|credential| credential.access_key_id.get(..MAX_KEY_ID).unwrap_or(credential.access_key_id));
        let (duration_ms, peer) = ((elapsed.as_secs_f64() * 1e6).round() / 1e3, peer.to_canonical());
        macro_rules! log {
            ($level:ident) => {
                tracing::$level!(operation, code, duration_ms, account, region, key_id, %peer, request_id, "request")
            };
        }
        // Pages read what they show again and again.
        if *operation == CONSOLE { log!(debug) } else { log!(info) }
    }
}

const TIMED_OUT: HttpError =
    HttpError::RequestTimeout("the request body was not received in time; send the request again");
const UNHEALTHY: HttpError =
    HttpError::Unavailable("writes fail; request /health on the machine of the endpoint for the reason");
const TOO_MANY_LARGE_RESPONSES: HttpError =
    HttpError::Unavailable("too many large responses in flight; send the request again");

/// Rejects heads that RFC 9112 forbids and hyper accepts: checks the headers `Host` and `Transfer-Encoding`.
fn check_head(head: &Parts) -> Result<(), HttpError> {
    check_host(head)?;
    check_transfer_codings(&head.headers)
}

/// RFC 9112, section 3.2: 400 for a missing, repeated or invalid `Host`.
fn check_host(head: &Parts) -> Result<(), HttpError> {
    let mut hosts = head.headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) if head.version < Version::HTTP_11 => Ok(()),
        (Some(host), None) if is_host(host) => Ok(()),
        (None, _) => Err(bad_request("missing Host header; send it once")),
        (Some(_), Some(_)) => Err(bad_request("repeated Host header; send it once")),
        (Some(_), None) => Err(bad_request("invalid Host header; send a host name or address with an optional port")),
    }
}

/// An empty host is valid if the target has none.
fn is_host(value: &HeaderValue) -> bool {
    let bytes = value.as_bytes();
    bytes.is_empty() || (!bytes.contains(&b'@') && Authority::try_from(bytes).is_ok())
}

/// RFC 9112, sections 6.1 and 7: 501 for an unknown transfer coding, 400 for a repeated `chunked`.
fn check_transfer_codings(headers: &HeaderMap) -> Result<(), HttpError> {
    let mut chunked = 0_usize;
    for value in headers.get_all(TRANSFER_ENCODING) {
        for coding in value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|it| !it.is_empty()) {
            if !coding.eq_ignore_ascii_case(b"chunked") {
                return Err(HttpError::Malformed {
                    status: 501,
                    message: "unknown transfer coding; use chunked or none",
                });
            }
            chunked = chunked.saturating_add(1);
        }
    }
    if chunked > 1 { Err(bad_request("repeated transfer coding chunked; apply it once")) } else { Ok(()) }
}

const fn bad_request(message: &'static str) -> HttpError {
    HttpError::Malformed { status: 400, message }
}
