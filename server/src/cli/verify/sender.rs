//! The way to the endpoint. Every request passes the guard here.

use super::guard::Guard;
use super::identity::Identity;
use super::stop::Stop;
use super::targets::NAMES;
use crate::cli::agent::{connection_error, read_body};
use crate::cli::exit::CliError;
use http::{HeaderValue, Request, Response, header};
use serde_json::{Map, Value};
use std::io::ErrorKind;
use std::time::Duration;
use ureq::{Agent, Body};

/// How often a throttled request is sent again.
const RETRIES: u32 = 10;
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(20);

/// Bodies over this are sent once the endpoint wants them.
const LARGE: usize = 64 * 1024;

/// Headers that say something about a behaviour.
const HEADERS: [&str; 4] = ["content-type", "x-amzn-errortype", "x-amzn-requestid", "content-encoding"];

/// An answer as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: Map<String, Value>,
    /// JSON, or a string where it is none.
    pub body: Value,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Halt {
    /// The vector cannot be asked, and why.
    Skip(String),
    /// Ctrl-C.
    Stopped,
    /// Nothing can be asked any more.
    Failed(CliError),
}

/// Sends requests, and sends them again where AWS says that they are too many.
#[derive(Debug)]
pub(super) struct Sender {
    url: String,
    agent: Agent,
    identity: Identity,
    guard: Guard,
    stop: Stop,
    /// Whether a state machine may be there that no answer told of.
    lost: bool,
}

impl Sender {
    pub fn new(url: &str, agent: Agent, identity: Identity, guard: Guard, stop: Stop) -> Self {
        Self { url: url.to_owned(), agent, identity, guard, stop, lost: false }
    }

    pub const fn guard(&self) -> &Guard {
        &self.guard
    }

    /// What it stops at from here on; answers what it was before.
    pub const fn stop_at(&mut self, stop: Stop) -> Stop {
        std::mem::replace(&mut self.stop, stop)
    }

    /// Whether a state machine may be there that no answer told of.
    pub const fn may_have_made_more(&self) -> bool {
        self.lost
    }

    /// Asks.
    ///
    /// # Errors
    /// [`Halt::Skip`] for a request that would change what is not this run's, [`Halt::Stopped`],
    /// [`Halt::Failed`] where the endpoint cannot be reached.
    pub fn call(&mut self, operation: &str, body: &[u8]) -> Result<Answer, Halt> {
        let foreign = |name: String| {
            let name: String = name.chars().take(80).collect();
            Halt::Skip(format!("would change what this run did not make: `{name}`"))
        };
        self.guard.check(operation, body).map_err(foreign)?;
        let mut pause = FIRST_PAUSE;
        for _ in 0..RETRIES {
            if self.stop.is_set() {
                return Err(Halt::Stopped);
            }
            let answer = self.send(operation, body).map_err(Halt::Failed)?;
            if !answer.is_throttled() {
                return Ok(answer);
            }
            if self.stop.wait(pause) {
                return Err(Halt::Stopped);
            }
            pause = LONGEST_PAUSE.min(pause.saturating_mul(2));
        }
        self.send(operation, body).map_err(Halt::Failed)
    }

    fn send(&mut self, operation: &str, body: &[u8]) -> Result<Answer, CliError> {
        let request = Request::post(&self.url)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", format!("AWSStepFunctions.{operation}"))
            .body(body.to_vec());
        let mut request = request.map_err(|error| CliError::Usage(format!("--endpoint-url: {error}")))?;
        self.identity.sign(&mut request)?;
        if body.len() > LARGE {
            // An endpoint that refuses the length closes its end, and its answer would be lost.
            request.headers_mut().insert(header::EXPECT, HeaderValue::from_static("100-continue"));
        }
        let response = self.agent.run(request).and_then(read).or_else(closed);
        self.lost |= operation == NAMES && response.as_ref().map_or_else(was_sent, Answer::is_unclear);
        response.map_err(|error| connection_error(&self.url, &error, "; start it, or give --endpoint-url"))
    }
}

fn read(mut response: Response<Body>) -> Result<Answer, ureq::Error> {
    let body = read_body(response.body_mut())?;
    let text = || Value::String(String::from_utf8_lossy(&body).into_owned());
    let header = |name: &&str| Some(((*name).to_owned(), response.headers().get(*name)?.to_str().ok()?.into()));
    let headers = HEADERS.iter().filter_map(header).collect();
    let status = response.status().as_u16();
    Ok(Answer { status, headers, body: serde_json::from_slice(&body).unwrap_or_else(|_| text()) })
}

/// A connection that is closed in place of an answer is a behaviour too. Whether the endpoint is gone shows
/// at the next request.
fn closed(error: ureq::Error) -> Result<Answer, ureq::Error> {
    let kinds = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset, ErrorKind::UnexpectedEof];
    match &error {
        ureq::Error::Io(fault) if kinds.contains(&fault.kind()) => {
            let body = Value::String(format!("no answer, the connection was closed: {fault}"));
            Ok(Answer { status: 0, headers: Map::new(), body })
        }
        _ => Err(error),
    }
}

/// Whether the endpoint may have got a request that failed so.
fn was_sent(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::Io(fault) => fault.kind() != ErrorKind::ConnectionRefused,
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => false,
        _ => true,
    }
}

impl Answer {
    pub const fn is_done(&self) -> bool {
        self.status == 200
    }

    /// No answer, or one of a fault: what was asked for may have been done.
    const fn is_unclear(&self) -> bool {
        self.status == 0 || self.status >= 500
    }

    /// The error's name without its namespace.
    pub fn code(&self) -> &str {
        let kind = self.body.get("__type").and_then(Value::as_str).unwrap_or_default();
        kind.rsplit('#').next().unwrap_or_default()
    }

    /// A text member of the body.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.body.get(member)?.as_str()
    }

    fn is_throttled(&self) -> bool {
        let codes = ["ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded"];
        self.status == 429 || codes.contains(&self.code())
    }
}
