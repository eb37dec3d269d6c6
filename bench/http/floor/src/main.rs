//! `http-floor hyper PORT BYTES`, `http-floor axum PORT BYTES`: reads the body and responds with `BYTES` bytes.
//!
//! `http-floor log PORT BYTES FILE`: as `hyper`, but responds after the body is appended to the file and synced.
//!
//! `http-floor engine PORT`: accepts state machines and executions, and responds at once.
//!
//! `http-floor fill FILE MACHINES ALIASES`: creates a file with `MACHINES` state machines of `ALIASES` aliases each.

mod bare;
mod engine;
mod fill;
mod log;

use bytes::Bytes;
use std::error::Error;
use std::path::Path;

const USAGE: &str =
    "usage: http-floor (hyper | axum) PORT BYTES | log PORT BYTES FILE | engine PORT | fill FILE MACHINES ALIASES";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    if let ["fill", file, machines, aliases] = *arguments {
        return fill::fill(Path::new(file), machines.parse()?, aliases.parse()?);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match *arguments {
            ["hyper", port, size] => bare::hyper(port.parse()?, response_body(size)?).await,
            ["axum", port, size] => bare::axum(port.parse()?, response_body(size)?).await,
            ["engine", port] => engine::serve(port.parse()?).await,
            ["log", port, size, file] => log::serve(port.parse()?, response_body(size)?, Path::new(file)).await,
            _ => Err(USAGE.into()),
        }
    })
}

fn response_body(size: &str) -> Result<Bytes, std::num::ParseIntError> {
    Ok(vec![b'x'; size.parse()?].into())
}
