//! One request: its body, its signature, its answer.

use super::backend::Backend;
use super::limits::Limits;
use super::metrics::Metrics;
use super::server::Access;
use crate::auth;
use crate::protocol::{Answered, App, Refusal, Reply, Target};
use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use sfn_alias::{Error, Operation};
use std::net::IpAddr;
use std::time::{Instant, SystemTime};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Bodies are counted in units of this size.
const UNIT: usize = 1024;

/// What all connections share.
#[derive(Debug)]
pub(super) struct State {
    app: App,
    access: Access,
    pub backend: Backend,
    pub limits: Limits,
    metrics: Metrics,
    /// Room for bodies that are being received, in units.
    room: Semaphore,
}

impl State {
    pub fn new(app: App, access: Access, backend: Backend, limits: Limits) -> Self {
        let room = Semaphore::new(limits.body_bytes.div_ceil(UNIT).min(Semaphore::MAX_PERMITS));
        Self { app, access, backend, limits, metrics: Metrics::new(), room }
    }

    pub async fn handle(&self, request: Request<Incoming>, peer: IpAddr) -> Response<Full<Bytes>> {
        let began = Instant::now();
        let (head, body) = request.into_parts();
        let answered = match Target::of(&head) {
            Ok(Target::Operation(operation)) => {
                let result = self.operation(&head, operation, body).await;
                self.app.answered(operation.as_str(), result)
            }
            Ok(Target::Health) => return App::health().respond().map(Full::new),
            Ok(Target::Metrics) => match self.metrics(peer) {
                Ok(page) => return page.respond().map(Full::new),
                Err(refusal) => self.app.refused(refusal),
            },
            Err(refusal) => self.app.refused(refusal),
        };
        self.record(&answered, began);
        answered.response.map(Full::new)
    }

    async fn operation(&self, head: &Parts, operation: Operation, body: Incoming) -> Result<Vec<u8>, Refusal> {
        let body = self.receive(body).await?;
        let account = match &self.access {
            Access::Anonymous => None,
            Access::Signed(credentials) => Some(auth::verify(credentials, head, &body, SystemTime::now())?),
        };
        let call = self.app.admit(head, operation, body, account)?;
        self.backend.run(call).await
    }

    /// The whole body, within the limits of size, time and room.
    async fn receive(&self, body: Incoming) -> Result<Bytes, Refusal> {
        let limit = self.app.aliases().options().limits.request_bytes;
        let told = body.size_hint().exact().map(|told| usize::try_from(told).unwrap_or(usize::MAX));
        if let Some(size) = told.filter(|size| *size > limit) {
            return Err(Error::TooLarge { size, limit }.into());
        }
        // A chunked body does not tell its size: room is kept for the largest.
        let units = u32::try_from(told.unwrap_or(limit).div_ceil(UNIT)).unwrap_or(u32::MAX);
        let receive = async {
            let _room = self.room.acquire_many(units).await.map_err(|_| BUSY)?;
            Limited::new(body, limit).collect().await.map_err(|error| match error.downcast_ref() {
                Some(LengthLimitError { .. }) => Error::TooLarge { size: limit.saturating_add(1), limit }.into(),
                None => Refusal::Incomplete("the request's body ended before its end"),
            })
        };
        let received = timeout(self.limits.body_timeout, receive).await;
        Ok(received.map_err(|_| Refusal::Incomplete("the request's body took too long to arrive"))??.to_bytes())
    }

    /// Where signatures are asked for, metrics are for this machine alone: they tell of all accounts.
    fn metrics(&self, peer: IpAddr) -> Result<Reply, Refusal> {
        if matches!(self.access, Access::Signed(_)) && !peer.is_loopback() {
            return Err(Refusal::Unknown);
        }
        let page = self.backend.apart(|| self.metrics.page(self.app.aliases()))?;
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

const BUSY: Refusal = Refusal::Busy("the endpoint is stopping; send the request again");
