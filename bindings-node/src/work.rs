//! A service's work: at once where it is in memory, off JavaScript's thread where it touches a disk.

use crate::aliases::StepFunctions;
use crate::js::{Js, Tree};
use crate::{clock, endpoint, error, metadata};
use bytes::Bytes;
use napi::bindgen_prelude::{AsyncTask, Env, Unknown};
use napi::{ScopedTask, Status};
use sfn_alias::{Reply, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What comes of a service's work.
pub enum Done {
    /// An operation's answer.
    Answer(Tree),
    /// Another value.
    Value(Tree),
    /// An answer as JSON.
    Reply(Reply),
    /// An answer to the AWS SDK.
    Response(Reply),
    /// An answer to an HTTP request.
    Http(http::Response<Bytes>),
    /// An opened file.
    Opened(Box<StepFunctions>),
}

impl Done {
    /// The value in JavaScript.
    pub fn into_js(self, any: Js<'_>) -> napi::Result<Js<'_>> {
        Ok(match self {
            Self::Answer(tree) => tree.into_object(any, any.make_object().with("$metadata", metadata::of(any, 200))),
            Self::Value(tree) => tree.into_js(any),
            Self::Reply(reply) => any
                .make_object()
                .with("status", any.make_number(f64::from(reply.status)))
                .with("body", any.make_text(&String::from_utf8_lossy(&reply.body))),
            Self::Response(reply) => response(any, &reply),
            Self::Http(answer) => endpoint::into_js(any, &answer),
            Self::Opened(aliases) => any.make(*aliases)?,
        })
    }
}

fn response<'e>(any: Js<'e>, reply: &Reply) -> Js<'e> {
    let headers = any
        .make_object()
        .with("content-type", any.make_text("application/x-amz-json-1.0"))
        .with("x-amzn-requestid", any.make_text(&sfn_alias::generate_request_id()));
    let response = any
        .make_object()
        .with("statusCode", any.make_number(f64::from(reply.status)))
        .with("headers", headers)
        .with("body", any.make_buffer(&reply.body));
    any.make_object().with("response", response)
}

type Run = Box<dyn FnOnce() -> Result<Done> + Send>;

/// Work for libuv's threads.
pub struct Task {
    now: Option<i64>,
    run: Option<Run>,
}

impl Task {
    /// Begins the work and gives its promise.
    pub fn begin<'e>(
        any: Js<'e>,
        now: Option<i64>,
        run: impl FnOnce() -> Result<Done> + Send + 'static,
    ) -> napi::Result<Js<'e>> {
        any.make(AsyncTask::new(Self { now, run: Some(Box::new(run)) }))
    }
}

impl<'task> ScopedTask<'task> for Task {
    type Output = Result<Done>;
    type JsValue = Unknown<'task>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let Some(run) = self.run.take() else { return Err(napi::Error::from_status(Status::Cancelled)) };
        let now = self.now;
        let panicked = |_| Err(error::defect());
        Ok(catch_unwind(AssertUnwindSafe(|| clock::at(now, run))).unwrap_or_else(panicked))
    }

    fn resolve(&mut self, env: &'task Env, output: Self::Output) -> napi::Result<Unknown<'task>> {
        let any = Js::any(env);
        match output.map(|done| catch_unwind(AssertUnwindSafe(|| done.into_js(any)))) {
            Ok(Ok(made)) => made.map(Js::unknown),
            Ok(Err(_)) => Err(error::of_panic(any).unknown().into()),
            Err(refused) => Err(error::of(any, &refused, None).unknown().into()),
        }
    }
}
