//! Handles the requests of the console: files, API, and the stream of changes.

use super::console::ConsoleRequest;
use super::console_files::{file_response, redirect_to_page};
use super::console_state::{CONSOLE, ConsoleState, changes_alias};
use super::event_stream::{EventStream, Events};
use super::response_body::ResponseBody;
use super::settings::Settings;
use super::state::ServerState;
use crate::auth::Access;
use crate::protocol::{Call, ConsoleTarget, HttpError, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use hyper::body::Incoming;
use serde_json::{Value, json};
use sfn_alias::{Scope, StepFunctions};
use std::sync::Arc;

/// The path of the API.
const API: &str = "/console/api";

/// Maximum length of a `User-Agent` that the console stores, in characters.
const MAX_USER_AGENT: usize = 256;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const JSON_LINES: HeaderValue = HeaderValue::from_static("application/x-ndjson");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// Makes a proxy send each line at once.
const NO_BUFFERING: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

impl ServerState {
    /// Responds to a request below `/console`.
    pub async fn respond_console(
        self: &Arc<Self>,
        target: ConsoleTarget,
        head: &Parts,
        body: &mut Incoming,
    ) -> Response<ResponseBody> {
        let Some(state) = &self.console else {
            return self.app.respond_error(HttpError::UnknownOperation).map_body(ResponseBody::Complete);
        };
        match target {
            ConsoleTarget::Root => Response::wrap_unrecorded(redirect_to_page(StatusCode::PERMANENT_REDIRECT))
                .map_body(ResponseBody::Complete),
            ConsoleTarget::File => match state.console.find_file(head.uri.path()) {
                Some(file) => {
                    Response::wrap_unrecorded(file_response(file, &head.headers)).map_body(ResponseBody::Complete)
                }
                None => self.respond_json(None, Err(not_found("unknown file of the console"))),
            },
            ConsoleTarget::Api => {
                let (scope, result) = self.call_console(state, head, body).await;
                self.respond_json(scope, result)
            }
            ConsoleTarget::Stream => self
                .open_stream(state, head, body)
                .await
                .unwrap_or_else(|(scope, error)| self.respond_json(scope, Err(error))),
        }
    }

    fn respond_json(&self, scope: Option<Scope>, result: Result<Vec<u8>, HttpError>) -> Response<ResponseBody> {
        let mut response = Response { scope, ..self.app.respond(CONSOLE, result) };
        let headers = response.http.headers_mut();
        headers.insert(CONTENT_TYPE, JSON);
        headers.insert(CACHE_CONTROL, NO_STORE);
        response.map_body(ResponseBody::Complete)
    }

    /// Receives a request of the API and runs it. Returns the account and region of an accepted request, and the result.
    async fn call_console(
        self: &Arc<Self>,
        state: &ConsoleState,
        head: &Parts,
        body: &mut Incoming,
    ) -> (Option<Scope>, Result<Vec<u8>, HttpError>) {
        let may_see_all_accounts = matches!(self.settings.get().access, Access::Anonymous);
        let (service, body) = match self.receive_request(head, body).await {
            Ok(received) => received,
            Err(error) => return (None, Err(error)),
        };
        let scope = service.scope().clone();
        let (console, method, uri) = (Arc::clone(&state.console), head.method.clone(), head.uri.clone());
        let call = move || {
            let (path, query) = (uri.path().strip_prefix(API).unwrap_or_default(), uri.query().unwrap_or_default());
            let request = ConsoleRequest { method: &method, path, query, body: &body, may_see_all_accounts };
            console.handle(&service, &request)
        };
        let result = self.run_for_console(state, call).await.and_then(|result| result);
        let result = result.map_err(|error| match error {
            HttpError::UnknownOperation => not_found("unknown path or method of the console"),
            error => error,
        });
        (Some(scope), result)
    }

    /// Opens a stream of changes in the account and region of the request.
    async fn open_stream(
        self: &Arc<Self>,
        state: &ConsoleState,
        head: &Parts,
        body: &mut Incoming,
    ) -> Result<Response<ResponseBody>, (Option<Scope>, HttpError)> {
        let accepted_with = self.settings.get();
        let (service, _) = self.receive_request(head, body).await.map_err(|error| (None, error))?;
        let scope = Some(service.scope().clone());
        let events = self.subscribe(state, service, accepted_with).await.map_err(|error| (scope.clone(), error))?;
        let mut response = Response { scope, ..self.app.respond(CONSOLE, Ok(Vec::new())) }.map_body(|_| events);
        let headers = response.http.headers_mut();
        headers.insert(CONTENT_TYPE, JSON_LINES);
        headers.insert(CACHE_CONTROL, NO_STORE);
        headers.insert(NO_BUFFERING.0, NO_BUFFERING.1);
        Ok(response)
    }

    async fn subscribe(
        self: &Arc<Self>,
        state: &ConsoleState,
        service: StepFunctions,
        accepted_with: Arc<Settings>,
    ) -> Result<ResponseBody, HttpError> {
        let (place, ended) = state.begin_stream()?;
        let time = service.options().clock.now().as_millis();
        let first = json!({"type": "ready", "version": env!("CARGO_PKG_VERSION"), "timeMillis": time});
        let console = Arc::clone(&state.console);
        let changes = self.run_for_console(state, move || console.subscribe(&service)).await?;
        let settings = (self.settings.clone(), accepted_with);
        let events = Events::new(changes, settings, ended, state.start, place);
        Ok(ResponseBody::Events(EventStream::new(format!("{first}\n").into(), events)))
    }

    /// Runs work of the console on a thread that may block.
    async fn run_for_console<R: Send + 'static>(
        self: &Arc<Self>,
        state: &ConsoleState,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, HttpError> {
        let permit = state.begin_call().await?;
        let server = Arc::clone(self);
        let run = move || {
            // Held until the end also if the client disconnects.
            let _permit = permit;
            server.backend.with_fork_lock(work)
        };
        self.backend.run_blocking(run).await
    }

    /// Runs an operation of AWS. The console records it if it may have changed an alias.
    pub async fn run_recorded(&self, call: Call, headers: &HeaderMap) -> Result<Vec<u8>, HttpError> {
        let console = self.console.as_ref().filter(|_| changes_alias(call.operation));
        let Some(ConsoleState { console, .. }) = console else { return self.backend.run(call).await };
        let Call { service, operation, body } = &call;
        let (service, operation, body) = (service.clone(), *operation, body.clone());
        let result = self.backend.run(call).await;
        if result.is_ok() {
            console.record_operation(&service, operation, &body, &read_user_agent(headers));
        }
        result
    }
}

fn read_user_agent(headers: &HeaderMap) -> String {
    let value = headers.get(USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
    String::from_utf8_lossy(value).chars().take(MAX_USER_AGENT).collect()
}

fn not_found(message: &str) -> HttpError {
    HttpError::Rejected {
        status: 404,
        code: "UnknownOperationException",
        message: message.to_owned(),
        details: Value::Null,
    }
}
