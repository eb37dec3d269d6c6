//! `sfn-alias fingerprint`

use super::args::FingerprintArgs;
use super::exit::{Failure, OK, Outcome, REFUSED};
use super::{input, output};
use serde_json::json;
use std::io::Write;

pub(super) fn run(args: &FingerprintArgs) -> Outcome {
    match sfn_alias::fingerprint_from(&input::read(&args.input)?[..]) {
        Ok(fingerprint) if args.json => output::line(json!({ "fingerprint": fingerprint.to_hex() }))?,
        Ok(fingerprint) => output::line(fingerprint.to_hex())?,
        Err(refusal) => {
            writeln!(std::io::stderr(), "sfn-alias: {}: {refusal}", refusal.code()).map_err(Failure::Output)?;
            return Ok(REFUSED);
        }
    }
    Ok(OK)
}
