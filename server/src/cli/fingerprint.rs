//! `sfn-alias fingerprint`

use super::args::FingerprintArgs;
use super::exit::{CliError, CommandResult, OK, REJECTED};
use super::{input, output};
use serde_json::json;
use std::io::Write;

pub(super) fn run(args: &FingerprintArgs) -> CommandResult {
    match sfn_alias::fingerprint_from(&input::read_argument(&args.input)?[..]) {
        Ok(fingerprint) if args.json => output::print_line(json!({ "fingerprint": fingerprint.to_hex() }))?,
        Ok(fingerprint) => output::print_line(fingerprint.to_hex())?,
        Err(error) => {
            writeln!(std::io::stderr(), "sfn-alias: {}: {error}", error.code()).map_err(CliError::Output)?;
            return Ok(REJECTED);
        }
    }
    Ok(OK)
}
