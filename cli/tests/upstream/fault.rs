//! The ways in which the engine fails to respond.

use std::io::{Result, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

/// A fault of the engine. The engine reads the whole request first: otherwise closing the connection would reset it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Never responds.
    NoResponse,
    /// Executes the request, but never responds.
    NoResponseAfter,
    /// Closes the connection instead of a response.
    Close,
    /// Executes the request, and closes the connection in the middle of the response.
    CloseInTheMiddle,
    /// Executes the request, and sends the response so slowly that it never ends.
    Slow,
    /// Sends the head so slowly that it never ends.
    SlowHead,
    /// Sends bytes that are not HTTP.
    Garbage,
    /// Sends a page.
    Html(u16),
    /// Announces 10 GB and sends them.
    HugeLength,
    /// Sends chunks without an end.
    EndlessBody,
    /// Sends headers without an end.
    EndlessHeaders,
    /// An internal error.
    InternalError,
    /// A throttling error.
    Throttling,
    /// Status 200 and JSON members of other types.
    WrongTypes,
    /// Status 200 and an empty object.
    NoMembers,
    /// Status 200 and ARNs that are not ARNs.
    NotAnArn,
    /// Status 200 and JSON with many levels.
    DeepJson,
    /// Redirects to another URL.
    Redirect(String),
}

impl Fault {
    /// Returns whether the engine executes the request.
    pub fn executes(&self) -> bool {
        matches!(self, Self::NoResponseAfter | Self::CloseInTheMiddle | Self::Slow)
    }

    /// Returns whether a response does not end within minutes.
    pub fn hangs(&self) -> bool {
        matches!(self, Self::NoResponse | Self::NoResponseAfter | Self::Slow | Self::SlowHead)
    }

    /// Responds, or not. `response` is the right response; `is_active` is whether the fault lasts. The connection is closed afterwards.
    pub fn respond(&self, stream: &mut TcpStream, response: &[u8], is_active: &dyn Fn() -> bool) -> Result<()> {
        let half = response.len() / 2;
        match self {
            Self::NoResponse | Self::NoResponseAfter => wait_for_end(stream, is_active),
            Self::Close => Ok(()),
            Self::CloseInTheMiddle => stream.write_all(&response[..half]),
            Self::Slow => send_slowly(stream, response, is_active),
            Self::SlowHead => {
                send_slowly(stream, &[b"HTTP/1.1 200 OK\r\nx-slow: ", &[b'a'; 10_000][..]].concat(), is_active)
            }
            Self::Garbage => stream.write_all(&[0xff, 0, b'\n', 0x80].repeat(100)),
            Self::Html(status) => {
                write_response(stream, *status, "text/html", b"<html><body><h1>It works!</h1></body></html>")
            }
            Self::HugeLength => {
                write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n")?;
                send_forever(stream, &[b' '; 65_536])
            }
            Self::EndlessBody => {
                write!(stream, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
                send_forever(stream, &[b"10000\r\n", &[b' '; 65_536][..], b"\r\n"].concat())
            }
            Self::EndlessHeaders => {
                write!(stream, "HTTP/1.1 200 OK\r\n")?;
                send_forever(stream, "x-more: abcdefghijklmnopqrstuvwxyz\r\n".repeat(1000).as_bytes())
            }
            Self::InternalError => write_error(stream, 500, "InternalFailure", "the engine is broken"),
            Self::Throttling => write_error(stream, 400, "ThrottlingException", "Rate exceeded"),
            Self::WrongTypes => write_json(stream, WRONG_TYPES),
            Self::NoMembers => write_json(stream, "{}"),
            Self::NotAnArn => write_json(stream, NOT_AN_ARN),
            Self::DeepJson => write_json(stream, &format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))),
            Self::Redirect(url) => {
                write!(stream, "HTTP/1.1 307 X\r\nlocation: {url}\r\ncontent-length: 0\r\n\r\n")
            }
        }
    }
}

const WRONG_TYPES: &str = r#"{"stateMachineArn": 1, "executionArn": ["a"], "startDate": "yesterday", "stopDate": {}, "status": 7, "output": {"a": 1}, "events": {"a": 1}, "error": [], "cause": 5, "name": null, "redriveDate": "x"}"#;

const NOT_AN_ARN: &str = r#"{"stateMachineArn": "no-arn", "executionArn": "\"}{", "startDate": 1e300, "stopDate": -1e300, "status": "DONE", "output": "{", "events": [{"id": -1}], "redriveDate": 1e300}"#;

/// Waits until the client closes the connection or the fault ends.
fn wait_for_end(stream: &TcpStream, is_active: &dyn Fn() -> bool) -> Result<()> {
    stream.set_read_timeout(Some(Duration::from_millis(20)))?;
    while is_active() && stream.peek(&mut [0]).map_or(true, |count| count > 0) {
        sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// A byte every 100 ms.
fn send_slowly(stream: &mut TcpStream, bytes: &[u8], is_active: &dyn Fn() -> bool) -> Result<()> {
    for byte in bytes {
        stream.write_all(&[*byte])?;
        sleep(Duration::from_millis(100));
        if !is_active() {
            break;
        }
    }
    Ok(())
}

/// Sends up to 10 GB, until the client closes the connection.
fn send_forever(stream: &mut TcpStream, bytes: &[u8]) -> Result<()> {
    let rounds = 10_000_000_000 / bytes.len();
    (0..rounds).try_for_each(|_| stream.write_all(bytes))
}

pub fn write_json(stream: &mut TcpStream, body: &str) -> Result<()> {
    write_response(stream, 200, "application/x-amz-json-1.0", body.as_bytes())
}

fn write_error(stream: &mut TcpStream, status: u16, code: &str, message: &str) -> Result<()> {
    let body = format!(r#"{{"__type":"{code}","message":"{message}"}}"#);
    write_response(stream, status, "application/x-amz-json-1.0", body.as_bytes())
}

fn write_response(stream: &mut TcpStream, status: u16, content_type: &str, body: &[u8]) -> Result<()> {
    stream.write_all(&format_response(status, content_type, body))
}

pub fn format_response(status: u16, content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}
