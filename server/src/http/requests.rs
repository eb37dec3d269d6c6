//! One request: its body, its signature, its answer.

use super::backend::Backend;
use super::body::{FULL, Received, forget, receive};
use super::limits::Limits;
use super::metrics::Metrics;
use super::room::Room;
use super::server::Access;
use crate::auth::Claim;
use crate::protocol::{Answered, App, Refusal, Reply, Target};
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
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Answers of more bytes take room until the client has them; each connection has one at most, so that
/// smaller ones are bounded by the number of connections.
const LARGE: usize = 16 * 1024;

/// What all connections share.
#[derive(Debug)]
pub(super) struct State {
    app: App,
    access: Access,
    pub backend: Backend,
    pub limits: Limits,
    metrics: Metrics,
    /// Held by the one who counts what is stored.
    counting: Mutex<()>,
    /// Room for bodies.
    bodies: Room,
    /// Room for large answers.
    answers: Room,
}

impl State {
    pub fn new(app: App, access: Access, backend: Backend, limits: Limits) -> Self {
        let (bodies, answers) = (Room::new(limits.body_bytes), Room::new(limits.answer_bytes));
        Self { app, access, backend, limits, metrics: Metrics::new(), counting: Mutex::default(), bodies, answers }
    }

    pub async fn handle(self: &Arc<Self>, request: Request<Incoming>, peer: IpAddr) -> Response<Full<Bytes>> {
        let began = Instant::now();
        let (head, mut body) = request.into_parts();
        let answered = match Target::of(&head) {
            Ok(Target::Operation(operation)) => {
                let result = self.operation(&head, operation, &mut body).await;
                self.within_room(self.app.answered(operation.as_str(), result))
            }
            Ok(Target::Health) => return App::health(self.check_health(peer).await).map(Full::new),
            Ok(Target::Metrics) => match self.page(peer).await {
                Ok(page) => return page.respond().map(Full::new),
                Err(refusal) => self.app.refused(refusal),
            },
            Err(refusal) => self.app.refused(refusal),
        };
        self.record(&answered, began);
        if !body.is_end_stream() && answered.code != TIMED_OUT.code() {
            timeout(self.limits.body_timeout, forget(&mut body, self.limit())).await.ok();
        }
        answered.response.map(Full::new)
    }

    async fn operation(&self, head: &Parts, operation: Operation, body: &mut Incoming) -> Result<Vec<u8>, Refusal> {
        let claim = match &self.access {
            Access::Anonymous => None,
            // Before the body is received: nobody takes room who does not even say who they are.
            Access::Signed(credentials) => Some(Claim::of(credentials, head, SystemTime::now())?),
        };
        let received = timeout(self.limits.body_timeout, receive(body, self.limit(), &self.bodies)).await;
        let Received { bytes, mut room } = received.map_err(|_| TIMED_OUT)??;
        let proven = claim.map(|claim| claim.prove(&bytes)).transpose()?;
        if head.headers.contains_key(CONTENT_ENCODING) {
            self.bodies.grow(&mut room, bytes.len().saturating_add(self.limit())).ok_or(FULL)?;
        }
        let mut call = self.app.admit(head, operation, bytes, proven)?;
        // The room goes where the body goes: a client that hangs up does not give back what waits to be written.
        call.body = room.with(call.body);
        self.backend.run(call).await
    }

    fn limit(&self) -> usize {
        self.app.aliases().options().limits.request_bytes
    }

    /// The same answer, counted while a client takes it if it is large.
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
    async fn check_health(self: &Arc<Self>, peer: IpAddr) -> Result<(), Refusal> {
        let state = Arc::clone(self);
        let checked = spawn_blocking(move || state.backend.check_health(state.app.aliases())).await;
        let result = checked.map_err(|_| UNHEALTHY)?;
        let stranger = matches!(self.access, Access::Signed(_)) && !peer.to_canonical().is_loopback();
        if stranger { result.map_err(|_| UNHEALTHY) } else { result }
    }

    /// Where signatures are asked for, metrics are for this machine alone: they tell of all accounts. What
    /// is stored is counted in a thread of its own, by one at a time: it takes long where there is much.
    async fn page(self: &Arc<Self>, peer: IpAddr) -> Result<Reply, Refusal> {
        if matches!(self.access, Access::Signed(_)) && !peer.to_canonical().is_loopback() {
            return Err(Refusal::Unknown);
        }
        let _turn = self.counting.lock().await;
        let state = Arc::clone(self);
        let counted = spawn_blocking(move || state.backend.apart(|| state.metrics.page(state.app.aliases()))).await;
        let page = counted.map_err(|_| Refusal::Busy("what is stored could not be counted; try again"))??;
        Ok(Reply {
            body: page.into_bytes(),
            content_type: "application/openmetrics-text; version=1.0.0; charset=utf-8",
        })
    }

    fn record(&self, answered: &Answered, began: Instant) {
        let Answered { operation, code, request_id, .. } = answered;
        let took = began.elapsed();
        self.metrics.observe(operation, code, took);
        tracing::debug!(operation, code, request_id, micros = took.as_micros(), "answered");
    }
}

const TIMED_OUT: Refusal = Refusal::Incomplete("the request's body took too long to arrive");
const UNHEALTHY: Refusal = Refusal::Busy("writes fail; the machine of the endpoint knows why");
const SLOW_READERS: Refusal = Refusal::Busy("too many large answers are being read at once; send the request again");
