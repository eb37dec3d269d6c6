//! Runs the work of a durable service on libuv's thread pool, so that disk access does not block JavaScript.

use crate::js::{Js, OwnedValue};
use crate::{clock, error, http_request, metadata};
use bytes::Bytes;
use napi::bindgen_prelude::{AsyncTask, Env, Unknown};
use napi::{ScopedTask, Status};
use sfn_alias::{Reply, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Creates an object on the JavaScript thread.
pub type CreateObject = Box<dyn for<'e> FnOnce(Js<'e>) -> napi::Result<Js<'e>> + Send>;

/// The result of a call to the service.
pub enum TaskOutput {
    /// The output of an operation.
    Operation(OwnedValue),
    /// Another value.
    Value(OwnedValue),
    /// Status and body of `callJson`.
    JsonReply(Reply),
    /// A response for the AWS SDK.
    SdkResponse(Reply),
    /// A response to an HTTP request.
    HttpResponse(http::Response<Bytes>),
    /// An object that is created on the JavaScript thread.
    Object(CreateObject),
}

impl TaskOutput {
    /// Converts to a JavaScript value.
    pub fn into_js(self, js: Js<'_>) -> napi::Result<Js<'_>> {
        Ok(match self {
            Self::Operation(value) => {
                value.into_object(js, js.create_object().with_member("$metadata", metadata::create_metadata(js, 200)))
            }
            Self::Value(value) => value.into_js(js),
            Self::JsonReply(reply) => js
                .create_object()
                .with_member("status", js.create_number(f64::from(reply.status)))
                .with_member("body", js.create_string(&String::from_utf8_lossy(&reply.body))),
            Self::SdkResponse(reply) => create_sdk_response(js, &reply),
            Self::HttpResponse(response) => http_request::create_response(js, &response),
            Self::Object(create) => create(js)?,
        })
    }
}

fn create_sdk_response<'e>(js: Js<'e>, reply: &Reply) -> Js<'e> {
    let headers = js
        .create_object()
        .with_member("content-type", js.create_string("application/x-amz-json-1.0"))
        .with_member("x-amzn-requestid", js.create_string(&sfn_alias::generate_request_id()));
    let response = js
        .create_object()
        .with_member("statusCode", js.create_number(f64::from(reply.status)))
        .with_member("headers", headers)
        .with_member("body", js.create_buffer(&reply.body));
    js.create_object().with_member("response", response)
}

type TaskFn = Box<dyn FnOnce() -> Result<TaskOutput> + Send>;

/// Work for libuv's thread pool, at the time of the call.
pub struct Task {
    now: Option<i64>,
    run: Option<TaskFn>,
}

impl Task {
    /// Starts the work and returns its promise.
    pub fn spawn<'e>(
        js: Js<'e>,
        now: Option<i64>,
        run: impl FnOnce() -> Result<TaskOutput> + Send + 'static,
    ) -> napi::Result<Js<'e>> {
        js.convert(AsyncTask::new(Self { now, run: Some(Box::new(run)) }))
    }
}

impl<'task> ScopedTask<'task> for Task {
    type Output = Result<TaskOutput>;
    type JsValue = Unknown<'task>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let Some(run) = self.run.take() else { return Err(napi::Error::from_status(Status::Cancelled)) };
        let now = self.now;
        let result = catch_unwind(AssertUnwindSafe(|| clock::with_time(now, run)));
        Ok(result.unwrap_or_else(|_| Err(error::internal_error())))
    }

    fn resolve(&mut self, env: &'task Env, output: Self::Output) -> napi::Result<Unknown<'task>> {
        let js = Js::undefined(env);
        match output.map(|output| catch_unwind(AssertUnwindSafe(|| output.into_js(js)))) {
            Ok(Ok(value)) => value.map(Js::into_unknown),
            Ok(Err(_)) => Err(error::create_panic_error(js).into_unknown().into()),
            Err(error) => Err(error::create_error(js, &error, None).into_unknown().into()),
        }
    }
}
