//! What the program takes.

use super::deploy::DeployArgs;
use super::plan::PlanArgs;
use super::simulate::SimulateArgs;
use super::verify::VerifyArgs;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// AWS Step Functions state machine aliases, offline, answering as AWS does.
#[derive(Debug, Parser)]
#[command(name = "sfn-alias", version, propagate_version = true, max_term_width = 100, after_help = EXAMPLES)]
pub struct Program {
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  sfn-alias serve
  sfn-alias call CreateStateMachineAlias @alias.json
  sfn-alias check CreateStateMachineAlias @alias.json
  sfn-alias route arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD --count 1000
  sfn-alias plan 'linear 10/1m' --current @routing.json --new VERSION_ARN
  sfn-alias verify --endpoint-url http://127.0.0.1:8083

Exit codes: 0 done, 1 refused or with problems, 2 the command line or its input cannot be used,
3 a file, an endpoint or the system failed.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run an endpoint that AWS SDKs and the AWS CLI talk to
    Serve(ServeArgs),
    /// Call an operation, on a file or on a running endpoint
    Call(CallArgs),
    /// Tell everything that is wrong with a request, without sending it
    Check(CheckArgs),
    /// Tell what is wrong with templates (CloudFormation, SAM, Terraform plans), before a deploy does
    CheckTemplate(CheckTemplateArgs),
    /// Print the fingerprint of a CreateStateMachineAlias request: equal for what AWS takes for the same
    Fingerprint(FingerprintArgs),
    /// Take ARNs of Step Functions apart
    Arn(ArnArgs),
    /// Show where starts would go
    Route(RouteArgs),
    /// Show what a gradual deployment will do, before it is made
    Plan(PlanArgs),
    /// Try a gradual deployment on a virtual clock, with what may happen to it
    Simulate(SimulateArgs),
    /// Shift an alias to a version step by step, as CloudFormation's DeploymentPreference does
    Deploy(DeployArgs),
    /// Run the vectors against an endpoint, and tell what agrees and what differs
    Verify(VerifyArgs),
    /// Print completions for a shell
    #[command(
        after_help = "Example:\n  sfn-alias completions bash > ~/.local/share/bash-completion/completions/sfn-alias"
    )]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    #[command(after_help = "Example:\n  sfn-alias man | man -l -")]
    Man,
}

/// How the service behaves.
#[derive(Debug, Args)]
#[command(next_help_heading = "Service")]
pub(super) struct ServiceArgs {
    /// Account of requests whose access key is not an account's 12 digits
    #[arg(long, default_value = "000000000000", value_name = "12 DIGITS")]
    pub account: String,
    /// Region of requests that are not signed
    #[arg(long, default_value = "us-east-1", env = "AWS_REGION")]
    pub region: String,
    /// Make draws and generated ids repeatable
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// For how long after an update the routing before it still holds, for example 2s or 500ms
    #[arg(long, default_value = "0s", value_name = "TIME", value_parser = duration)]
    pub update_delay: Duration,
    /// For how long a deleted state machine stays in status DELETING
    #[arg(long, default_value = "0s", value_name = "TIME", value_parser = duration)]
    pub deletion_delay: Duration,
    /// Quota of aliases of one state machine
    #[arg(long, default_value_t = 100, value_name = "NUMBER")]
    pub aliases_per_machine: usize,
    /// Quota of versions of one state machine
    #[arg(long, default_value_t = 1000, value_name = "NUMBER")]
    pub versions_per_machine: usize,
    /// Executions of one state machine that are kept, newest first
    #[arg(long, default_value_t = 10_000, value_name = "NUMBER")]
    pub executions_per_machine: usize,
}

/// Serves until it gets SIGINT or SIGTERM, then finishes what it accepted.
#[derive(Debug, Args)]
#[command(after_help = SERVE_EXAMPLES)]
pub(super) struct ServeArgs {
    /// Address to listen on
    #[arg(long, default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Port to listen on; 0 for any that is free
    #[arg(long, default_value_t = 8083)]
    pub port: u16,
    /// Keep everything in this SQLite file, made where there is none; without it, in memory
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    pub service: ServiceArgs,
    /// Ask for AWS Signature Version 4, made with one of these credentials (see below)
    #[arg(long, value_name = "FILE", help_heading = "Access")]
    pub credentials: Option<PathBuf>,
    /// Let everybody in who reaches an address that is not this machine's own
    #[arg(long, help_heading = "Access", conflicts_with = "credentials")]
    pub insecure_allow_anonymous: bool,
    /// Connections at once
    #[arg(long, default_value_t = 16_384, value_name = "NUMBER", help_heading = "Access")]
    pub max_connections: usize,
    /// What to log to standard error, as tracing's filters: off, error, warn, info, debug (each request)
    #[arg(long, default_value = "info", value_name = "FILTER", env = "SFN_ALIAS_LOG", help_heading = "Logs")]
    pub log: String,
    /// How to log
    #[arg(long, default_value = "text", value_name = "FORMAT", help_heading = "Logs")]
    pub log_format: LogFormat,
}

const SERVE_EXAMPLES: &str = "\
Examples:
  sfn-alias serve                          in memory, on http://127.0.0.1:8083
  sfn-alias serve --port 0                 on a free port, which is printed
  sfn-alias serve --data aliases.db        durable: what was answered is on the disk
  sfn-alias serve --host 0.0.0.0 --credentials FILE

Then, in another shell:
  export AWS_ENDPOINT_URL_SFN=http://127.0.0.1:8083
  aws stepfunctions list-state-machines

The account is the access key's id where that is 12 digits, else --account; the region is the one the
client signs for. A file of credentials has, for each that may use the endpoint:
  [name]
  aws_access_key_id = ...
  aws_secret_access_key = ...
  aws_account_id = 123456789012
(and aws_session_token, for the key of a session)

GET /health reports whether writes can succeed, GET /metrics is for Prometheus.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// Where a command finds the service.
#[derive(Debug, Args)]
pub(super) struct TargetArgs {
    /// Use this SQLite file, whatever the endpoint
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// Use the endpoint at this URL, for example of `sfn-alias serve`; requests are not signed
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_SFN", default_value = "http://127.0.0.1:8083")]
    pub endpoint_url: String,
    /// Account, with --data; on an endpoint, that of the request
    #[arg(long, default_value = "000000000000", value_name = "12 DIGITS")]
    pub account: String,
    /// Region, with --data; on an endpoint, that of the request
    #[arg(long, default_value = "us-east-1", env = "AWS_REGION")]
    pub region: String,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sfn-alias call ListStateMachines
  sfn-alias call --data aliases.db CreateStateMachineAlias @alias.json
  echo '{\"stateMachineArn\": \"...\"}' | sfn-alias call DescribeStateMachine -

Prints the answer, and exits with 1 where it is an error of the service.")]
pub(super) struct CallArgs {
    /// The operation, as AWS names it, for example CreateStateMachineAlias
    pub operation: String,
    /// The request: JSON, @FILE, or - for standard input
    #[arg(default_value = "{}")]
    pub input: String,
    /// Print the answer on one line, as it arrived
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub target: TargetArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sfn-alias check CreateStateMachineAlias @alias.json
  aws stepfunctions create-state-machine-alias --generate-cli-skeleton | sfn-alias check CreateStateMachineAlias -

Exits with 1 where there are problems.")]
pub(super) struct CheckArgs {
    /// The operation, as AWS names it, for example CreateStateMachineAlias
    pub operation: String,
    /// The request: JSON, @FILE, or - for standard input
    pub input: String,
    /// Print the problems as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sfn-alias check-template template.yaml
  sfn-alias check-template cdk.out/*.template.json --format sarif > aliases.sarif
  terraform show -json plan.out | sfn-alias check-template -
  sfn-alias check-template template.yaml --acknowledge 'SFA015:Version=the stack is for tests'

Exits with 1 where a finding is as bad as --fail-on says. The rules are listed by --rules, and in RULES.md.
A resource accepts a finding by its own Metadata:
  Metadata: {sfn-alias: {acknowledge: [{rule: SFA015, reason: the stack is for tests}]}}")]
pub(super) struct CheckTemplateArgs {
    /// Templates in YAML or JSON, or plans of `terraform show -json`; - for standard input
    #[arg(required_unless_present = "rules", value_name = "FILE")]
    pub files: Vec<String>,
    /// How to print findings
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub format: ReportFormat,
    /// Value of a parameter, in place of its default
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub parameter: Vec<(String, String)>,
    /// Do not look at this rule, by id or name
    #[arg(long, value_name = "RULE")]
    pub disable: Vec<String>,
    /// Accept a rule's findings, of one resource or of all, and say why
    #[arg(long, value_name = "RULE[:RESOURCE]=REASON", value_parser = pair)]
    pub acknowledge: Vec<(String, String)>,
    /// The template as it was deployed last, for what changed
    #[arg(long, value_name = "FILE")]
    pub previous: Option<String>,
    /// Findings that end with exit code 1
    #[arg(long, default_value = "error", value_name = "SEVERITY")]
    pub fail_on: FailOn,
    /// List the rules
    #[arg(long)]
    pub rules: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    /// For people
    Text,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Errors
    Error,
    /// Errors and warnings
    Warning,
    /// Any finding
    Info,
    /// None
    Never,
}

/// `NAME=VALUE`
fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected a name, = and a value")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sfn-alias fingerprint @alias.json")]
pub(super) struct FingerprintArgs {
    /// The request: JSON, @FILE, or - for standard input
    pub input: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sfn-alias arn arn:aws:states:us-east-1:123456789012:stateMachine:orders:PROD")]
pub(super) struct ArnArgs {
    /// ARNs
    #[arg(required = true)]
    pub arns: Vec<String>,
    /// Print one JSON object a line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sfn-alias route arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD --count 1000
  sfn-alias route @routing.json --seed 7

A routing in JSON is the routingConfiguration of a request. Nothing is started.")]
pub(super) struct RouteArgs {
    /// An alias's ARN, or a routing: JSON, @FILE, or - for standard input
    pub routing: String,
    /// How many starts to route
    #[arg(long, default_value_t = 1000, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub count: u64,
    /// Make the draws repeatable
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub target: TargetArgs,
}

/// `500ms`, `2s`, `5m`, `1h`.
fn duration(text: &str) -> Result<Duration, String> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end).unwrap_or((text, ""));
    let millis = match unit {
        "ms" => 1,
        "s" | "" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err("expected a number and ms, s, m or h, for example 2s".to_owned()),
    };
    let number: u64 = digits.parse().map_err(|_| "expected a number and ms, s, m or h, for example 2s".to_owned())?;
    number.checked_mul(millis).map(Duration::from_millis).ok_or_else(|| "too long".to_owned())
}
