//! The endpoint as a value: no socket, no threads of its own.

use super::{Credential, HttpError, Reply, Target, decoded, respond};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Response, StatusCode};
use serde_json::json;
use sfn_alias::{Operation, Scope, StepFunctions, generate_request_id};

/// The endpoint.
///
/// ```
/// use sfn_alias::StepFunctions;
/// use sfn_alias_server::protocol::App;
/// let app = App::new(StepFunctions::in_memory()?);
/// let request = http::Request::post("/").header("x-amz-target", "AWSStepFunctions.ListStateMachines");
/// let response = app.answer(request.body("{}".into()).unwrap());
/// assert_eq!((response.status().as_u16(), &response.body()[..]), (200, &br#"{"stateMachines":[]}"#[..]));
/// # Ok::<(), sfn_alias::Error>(())
/// ```
#[derive(Debug)]
pub struct App {
    aliases: StepFunctions,
}

/// A request that the core is to answer.
#[derive(Debug)]
pub struct Call {
    /// The service, as seen from the caller's account and region.
    pub aliases: StepFunctions,
    /// What is asked.
    pub operation: Operation,
    /// JSON bytes.
    pub body: Bytes,
}

impl Call {
    /// The core's answer.
    ///
    /// # Errors
    /// The core's refusal.
    pub fn run(&self) -> Result<Vec<u8>, HttpError> {
        Ok(self.aliases.try_call(self.operation.as_str(), &self.body)?)
    }
}

/// A reply, and what to call it in logs and metrics.
#[derive(Debug)]
pub struct Answered {
    /// The reply.
    pub response: Response<Bytes>,
    /// The operation's name; `unknown` where there is none.
    pub operation: &'static str,
    /// `OK`, or the error's code.
    pub code: &'static str,
    /// The id in the reply's header `x-amzn-RequestId`.
    pub request_id: String,
}

impl App {
    /// An endpoint for a service. The account and region of `aliases` are those of requests that name none.
    pub const fn new(aliases: StepFunctions) -> Self {
        Self { aliases }
    }

    /// The service in the account and region of requests that name none.
    pub fn aliases(&self) -> &StepFunctions {
        &self.aliases
    }

    /// Answers a request whose signature nobody checks.
    pub fn answer(&self, request: http::Request<Bytes>) -> Response<Bytes> {
        let (head, body) = request.into_parts();
        match Target::of(&head) {
            Ok(Target::Operation(operation)) => {
                let result = self.admit(&head, operation, body, None).and_then(|call| call.run());
                self.answered(operation.as_str(), result).response
            }
            Ok(Target::Health) => Self::health(self.aliases.check_health().map_err(HttpError::from)),
            // The socket counts requests; here nobody does.
            Ok(Target::Metrics) => self.refused(HttpError::Unknown).response,
            Err(refusal) => self.refused(refusal).response,
        }
    }

    /// Reads a request: whose it is, and its JSON. `proven` is the account and region that its signature
    /// proves, where signatures are checked: then nothing else in the request tells them.
    ///
    /// # Errors
    /// As [`decoded`].
    pub fn admit(
        &self,
        head: &Parts,
        operation: Operation,
        body: Bytes,
        proven: Option<Scope>,
    ) -> Result<Call, HttpError> {
        let body = decoded(&head.headers, body, self.aliases.options().limits.request_bytes)?;
        let aliases = match proven {
            Some(scope) => self.aliases.in_scope(scope),
            None => self.claimed(&head.headers),
        };
        Ok(Call { aliases, operation, body })
    }

    /// The reply to an operation.
    pub fn answered(&self, operation: &'static str, result: Result<Vec<u8>, HttpError>) -> Answered {
        let code = result.as_ref().map_or_else(HttpError::code, |_| "OK");
        let request_id = generate_request_id();
        Answered { response: respond(result, &request_id), operation, code, request_id }
    }

    /// The reply to a request that is for no operation of this tool.
    pub fn refused(&self, refusal: HttpError) -> Answered {
        let operation = if let HttpError::Unsupported(name) = &refusal { name } else { "unknown" };
        self.answered(operation, Err(refusal))
    }

    /// What `GET /health` answers: 200, or 503 with the reason where writes cannot succeed.
    pub fn health(checked: Result<(), HttpError>) -> Response<Bytes> {
        const VERSION: &str = env!("CARGO_PKG_VERSION");
        let body = match &checked {
            Ok(()) => concat!(r#"{"status":"ok","version":""#, env!("CARGO_PKG_VERSION"), r#""}"#).to_owned(),
            Err(reason) => json!({"status": "failing", "reason": reason.to_string(), "version": VERSION}).to_string(),
        };
        let mut response = Reply { body: body.into(), content_type: "application/json" }.respond();
        if checked.is_err() {
            *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        }
        response
    }

    /// The service in the account and region that the request claims, as far as it does, without proof.
    fn claimed(&self, headers: &HeaderMap) -> StepFunctions {
        let own = self.aliases.scope();
        let Some(credential) = Credential::of(headers) else { return self.aliases.clone() };
        let account = credential.account().unwrap_or(own.account());
        if account == own.account() && credential.region == own.region() {
            return self.aliases.clone();
        }
        let elsewhere = |scope: Scope| self.aliases.in_scope(scope);
        credential.scope(account).map_or_else(|| self.aliases.clone(), elsewhere)
    }
}
