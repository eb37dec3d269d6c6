//! `sfn-alias fingerprint`

use crate::args::FingerprintArgs;
use crate::exit::{CliError, CommandResult, OK, REJECTED};
use crate::{input, output};
use serde_json::json;
use std::io::Write;

pub(crate) fn run(args: &FingerprintArgs) -> CommandResult {
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
