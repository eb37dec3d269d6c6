//! The command line of `sfn-alias verify`.

use crate::endpoint::{EndpointArgs, SIGNING_HELP};
use clap::Args;
use std::path::PathBuf;

/// The options of `sfn-alias verify`.
#[derive(Debug, Args)]
#[command(after_help = [EXAMPLES, SIGNING_HELP, DETAILS].concat())]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub endpoint: EndpointArgs,
    /// Region of the endpoint
    #[arg(long, default_value = "us-east-1", env = "AWS_REGION")]
    pub region: String,
    /// Run only vectors whose name or file contains this pattern (`*` matches any text)
    #[arg(long, value_name = "PATTERN")]
    pub only: Option<String>,
    /// Run the vectors of this directory instead of the built-in ones
    #[arg(long, value_name = "DIRECTORY")]
    pub vectors: Option<PathBuf>,
    /// List vectors, the pages of their sources and skip reasons, without sending requests
    #[arg(long)]
    pub list: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Write all responses to this file, in JSON
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// Compare error codes without their namespace, as SDKs do
    #[arg(long)]
    pub ignore_error_namespace: bool,
    /// Time limit of a request
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// On AWS, also run vectors that create dozens of resources
    #[arg(long)]
    pub all: bool,
    /// Role of the state machines; on AWS it must trust states.amazonaws.com
    #[arg(long, value_name = "ARN", help_heading = "Access")]
    pub state_machine_role_arn: Option<String>,
    /// Assume this role to send the requests
    #[arg(long, value_name = "ARN", help_heading = "Access")]
    pub role_arn: Option<String>,
    /// STS endpoint to assume the role [default: AWS STS in the region]
    #[arg(long, value_name = "URL", help_heading = "Access", env = "AWS_ENDPOINT_URL_STS")]
    pub sts_endpoint_url: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  sfn-alias verify          # against `sfn-alias serve` on this machine
  sfn-alias verify --endpoint-url http://127.0.0.1:5000 --only 'create-alias/*'
  sfn-alias verify --list --only alias
  sfn-alias verify --region eu-west-1 \\
    --endpoint-url https://states.eu-west-1.amazonaws.com \\
    --role-arn arn:aws:iam::123456789012:role/verify \\
    --state-machine-role-arn arn:aws:iam::123456789012:role/machines \\
    --record responses.json";

const DETAILS: &str = "

All resources are named sfn-alias-verify-... with six random letters. Requests that would change anything else are not sent. The state machines are deleted, with everything that belongs to them, after each vector, after an error and on Ctrl-C; a second Ctrl-C exits immediately.

On AWS, a run takes about an hour, because AWS allows one change per second. The cost is very low.

A vector differs if a request has no response within the time limit, or if the connection is closed. After three requests in a row without a response, the run ends.

Exit codes: 0 all vectors agree, 1 a vector differs, 2 usage error, 3 I/O or network error, the endpoint does not respond, or a resource could not be deleted. Resources that could not be deleted are listed.";
