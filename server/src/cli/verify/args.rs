//! What `sfn-alias verify` takes.

use clap::Args;
use std::path::PathBuf;

/// Runs the vectors, each a behaviour with its source, against an endpoint, and tells what agrees.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct VerifyArgs {
    /// The endpoint
    #[arg(
        long,
        visible_alias = "endpoint",
        value_name = "URL",
        env = "AWS_ENDPOINT_URL_SFN",
        default_value = "http://127.0.0.1:8083"
    )]
    pub endpoint_url: String,
    /// Region that requests are signed for
    #[arg(long, default_value = "us-east-1", env = "AWS_REGION")]
    pub region: String,
    /// Only vectors whose name or file has this in it; `*` stands for anything
    #[arg(long, value_name = "PATTERN")]
    pub only: Option<String>,
    /// Run the vectors of this folder, instead of those that the program carries
    #[arg(long, value_name = "FOLDER")]
    pub vectors: Option<PathBuf>,
    /// List the vectors and which would be skipped, and ask nobody
    #[arg(long)]
    pub list: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    /// Keep what the endpoint answered, step by step, in this JSON file; a link is followed, and a pipe is written to
    #[arg(long, value_name = "FILE")]
    pub record: Option<PathBuf>,
    /// On AWS, also run vectors that make dozens of resources
    #[arg(long)]
    pub all: bool,
    /// Role that the state machines get; AWS needs one that states.amazonaws.com may assume
    #[arg(long, value_name = "ARN", help_heading = "Access")]
    pub state_machine_role_arn: Option<String>,
    /// Assume this role first, and ask as that
    #[arg(long, value_name = "ARN", help_heading = "Access")]
    pub role_arn: Option<String>,
    /// Where to assume the role; without it, the region's endpoint of AWS STS
    #[arg(long, value_name = "URL", help_heading = "Access", env = "AWS_ENDPOINT_URL_STS")]
    pub sts_endpoint_url: Option<String>,
    /// Profile of the shared credentials file; goes before the credentials of the environment
    #[arg(long, value_name = "NAME", help_heading = "Access")]
    pub profile: Option<String>,
}

const EXAMPLES: &str = "\
Examples:
  sfn-alias verify                                  against `sfn-alias serve` on this machine
  sfn-alias verify --endpoint-url http://127.0.0.1:5000 --only 'create-alias/*'
  sfn-alias verify --list --only alias
  sfn-alias verify --endpoint-url https://states.eu-west-1.amazonaws.com --region eu-west-1 \\
    --role-arn arn:aws:iam::123456789012:role/verify \\
    --state-machine-role-arn arn:aws:iam::123456789012:role/machines --record answers.json

Requests are signed with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or with a profile
of ~/.aws/credentials (AWS_SHARED_CREDENTIALS_FILE, AWS_PROFILE); users of IAM Identity Center (SSO) first run
  eval \"$(aws configure export-credentials --format env)\"
Where there are none, only AWS is not asked.

Everything made is named sfn-alias-verify-..., with six letters of this run; no request that would change
anything else is sent. It is deleted again at the end, on an error and on Ctrl-C; a second Ctrl-C ends at
once. On AWS a run takes about an hour, for AWS allows one change a second, and costs nothing worth naming.

Exits with 0 where everything asked agrees, 1 where something differs, 2 and 3 as the other commands; 3 also
where something could not be deleted, which is named.";
