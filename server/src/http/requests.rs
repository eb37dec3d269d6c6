//! One request: its body, its signature, its answer.

use super::backend::Backend;
use super::body::{Received, forget, receive};
use super::budget::MemoryBudget;
use super::head::check_head;
use super::limits::Limits;
use super::metrics::Metrics;
use super::page::Page;
use super::panics::catch_panic;
use super::pool::Pools;
use super::server::Access;
use crate::auth::PendingAuth;
use crate::protocol::{Answered, App, HttpError, Reply, Target};
use bytes::Bytes;
use http::header::CONTENT_ENCODING;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use sfn_alias::Operation;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Instant, SystemTime};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Answers of more bytes take room until the client has them; each connection has one at most, so that
/// smaller ones are bounded by the number of connections.
const LARGE: usize = 16 * 1024;

/// What all connections share.
#[derive(Debug)]
pub(super) struct ServerState {
    app: App,
    access: Access,
    pub backend: Backend,
    pub limits: Limits,
    metrics: Metrics,
    page: Page,
    /// Memory for bodies.
    bodies: Pools,
    /// MemoryBudget for large answers.
    answers: MemoryBudget,
}

impl ServerState {
    pub fn new(app: App, access: Access, backend: Backend, limits: Limits) -> Self {
        let bodies = Pools::new(limits.body_bytes, limits.crowded_body_timeout);
        let answers = MemoryBudget::new(limits.answer_bytes);
        Self { app, access, backend, limits, metrics: Metrics::new(), page: Page::default(), bodies, answers }
    }

    pub async fn handle(self: &Arc<Self>, request: Request<Incoming>, peer: IpAddr) -> Response<Full<Bytes>> {
        let began = Instant::now();
        let (head, mut body) = request.into_parts();
        let answered = match catch_panic(self.answer(&head, &mut body, peer)).await {
            Ok(answered) => answered,
            Err(panic) => {
                tracing::error!(panic, %peer, target = ?head.headers.get("x-amz-target"), "a request panicked");
                self.app.refused(HttpError::Failed)
            }
        };
        let answered = self.within_room(answered);
        self.record(&answered, began);
        if !body.is_end_stream() && answered.code != TIMED_OUT.code() {
            timeout(self.limits.body_timeout, forget(&mut body, self.limit())).await.ok();
        }
        answered.response.map(Full::new)
    }

    async fn answer(self: &Arc<Self>, head: &Parts, body: &mut Incoming, peer: IpAddr) -> Answered {
        match check_head(head).and_then(|()| Target::of(head)) {
            Ok(Target::Operation(operation)) => {
                let result = self.operation(head, operation, body).await;
                self.app.answered(operation.as_str(), result)
            }
            Ok(Target::Health) => unrecorded(App::health(self.check_health(peer).await)),
            Ok(Target::Metrics) => match self.page(peer).await {
                Ok(page) => unrecorded(page.respond()),
                Err(refusal) => self.app.refused(refusal),
            },
            Err(refusal) => self.app.refused(refusal),
        }
    }

    async fn operation(&self, head: &Parts, operation: Operation, body: &mut Incoming) -> Result<Vec<u8>, HttpError> {
        let claim = match &self.access {
            Access::Anonymous => None,
            // Before the body is received: nobody takes room who does not even say who they are.
            Access::Signed(credentials) => Some(PendingAuth::of(credentials, head, SystemTime::now())?),
        };
        let received = timeout(self.limits.body_timeout, receive(body, self.limit(), &self.bodies)).await;
        let Received { bytes, room } = received.map_err(|_| TIMED_OUT)??;
        let proven = claim.map(|claim| claim.prove(&bytes)).transpose()?;
        let unpacked = match head.headers.contains_key(CONTENT_ENCODING) {
            true => self.bodies.pool(self.limit()).take(self.limit()).await?,
            false => None,
        };
        let mut call = self.app.admit(head, operation, bytes, proven)?;
        // The room goes where the body goes: a client that hangs up does not give back what waits to be written.
        call.body = [room, unpacked].into_iter().flatten().fold(call.body, |body, taken| taken.with(body));
        self.backend.run(call).await
    }

    fn limit(&self) -> usize {
        self.app.aliases().options().limits.request_bytes
    }

    /// The same answer, whatever it is, counted while a client takes it if it is large.
    fn within_room(&self, answered: Answered) -> Answered {
        let size = answered.response.body().len();
        if size <= LARGE {
            return answered;
        }
        let Answered { response, operation, code, request_id } = answered;
        match self.answers.take(size) {
            Some(room) => Answered { response: response.map(|body| room.with(body)), operation, code, request_id },
            None => self.app.answered(operation, Err(SLOW_READERS)),
        }
    }

    /// Whether writes can succeed. The reason names the file: where signatures are asked for, it is for this machine
    /// alone.
    async fn check_health(self: &Arc<Self>, peer: IpAddr) -> Result<(), HttpError> {
        let state = Arc::clone(self);
        let checked = spawn_blocking(move || state.backend.check_health(state.app.aliases())).await;
        let result = checked.map_err(|_| UNHEALTHY)?;
        let stranger = matches!(self.access, Access::Signed(_)) && !peer.to_canonical().is_loopback();
        if stranger { result.map_err(|_| UNHEALTHY) } else { result }
    }

    /// Where signatures are asked for, metrics are for this machine alone: they tell of all accounts. What
    /// is stored is counted in a thread of its own, once per second: it takes long where there is much.
    async fn page(self: &Arc<Self>, peer: IpAddr) -> Result<Reply, HttpError> {
        if matches!(self.access, Access::Signed(_)) && !peer.to_canonical().is_loopback() {
            return Err(HttpError::Unknown);
        }
        let state = Arc::clone(self);
        // A task of its own: a client that hangs up does not end it, so that the next one does not build another page.
        let built = tokio::spawn(async move { state.page.get(state.build_page()).await }).await;
        let body = built.unwrap_or(Err(HttpError::Failed))?;
        Ok(Reply { body, content_type: "application/openmetrics-text; version=1.0.0; charset=utf-8" })
    }

    async fn build_page(self: &Arc<Self>) -> Result<Bytes, HttpError> {
        let state = Arc::clone(self);
        let count = move || state.backend.apart(|| state.metrics.page(state.app.aliases()));
        let counted = spawn_blocking(count).await.map_err(|panic| {
            tracing::error!(%panic, "the page of metrics could not be built");
            HttpError::Failed
        })?;
        Ok(Bytes::from(counted?))
    }

    fn record(&self, answered: &Answered, began: Instant) {
        let Answered { operation, code, request_id, .. } = answered;
        if request_id.is_empty() {
            return;
        }
        let took = began.elapsed();
        self.metrics.observe(operation, code, took);
        tracing::debug!(operation, code, request_id, micros = took.as_micros(), "answered");
    }
}

/// The answer to a request that is for no operation: it has no id, and is not counted.
fn unrecorded(response: Response<Bytes>) -> Answered {
    Answered { response, operation: "unknown", code: "OK", request_id: String::new() }
}

const TIMED_OUT: HttpError = HttpError::Incomplete("the request's body took too long to arrive");
const UNHEALTHY: HttpError = HttpError::Busy("writes fail; the machine of the endpoint knows why");
const SLOW_READERS: HttpError =
    HttpError::Busy("too many large answers are being read at once; send the request again");
