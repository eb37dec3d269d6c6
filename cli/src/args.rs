//! The command line.

use crate::alarms::AlarmsArgs;
use crate::backup::{BackupArgs, ResetArgs, RestoreArgs};
#[cfg(feature = "store")]
use crate::copy::CopyArgs;
use crate::deploy::{AbortArgs, DeployArgs, PruneArgs, RollbackArgs};
use crate::end::EndArgs;
use crate::endpoint::{BackendArgs, SIGNING_HELP};
use crate::plan::PlanArgs;
use crate::schema::SchemaArgs;
use crate::serve::ServeArgs;
use crate::simulate::SimulateArgs;
use crate::verify::VerifyArgs;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Offline emulator of AWS Step Functions state machine aliases
#[derive(Debug, Parser)]
#[command(name = "sfn-alias", version, propagate_version = true, max_term_width = 80, after_help = EXAMPLES)]
pub(crate) struct Program {
    #[command(subcommand)]
    pub command: Command,
}

// Clap wraps the help to the terminal. Paragraphs are therefore one line each, and examples fit into 80 columns.
const EXAMPLES: &str = "\
Examples:
  sfn-alias serve
  sfn-alias call CreateStateMachineAlias @alias.json
  sfn-alias check CreateStateMachineAlias @alias.json
  sfn-alias route @routing.json --count 1000
  sfn-alias plan 'linear 10/1m' --current @routing.json --new VERSION_ARN
  sfn-alias verify --endpoint-url http://127.0.0.1:8083

Exit codes: 0 success, 1 rejected or problems found, 2 usage error, 3 I/O or network error.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run an endpoint for AWS SDKs and the AWS CLI
    ///
    /// It stops on SIGINT (Ctrl-C) or SIGTERM, after the requests in flight are finished. On SIGHUP it reads the credentials, the certificate and the outcomes again; without these files, it stops.
    Serve(Box<ServeArgs>),
    /// Write a copy of a data file, also while `serve` uses it
    Backup(BackupArgs),
    /// Replace a data file by a backup
    Restore(RestoreArgs),
    /// Copy everything between data files and shared stores
    #[cfg(feature = "store")]
    Copy(CopyArgs),
    /// Delete all state machines, for example between tests
    Reset(ResetArgs),
    /// Call an operation on a file or a running endpoint
    Call(CallArgs),
    /// End an execution: it succeeds, fails or times out
    End(EndArgs),
    /// Evaluate alarms on executions, for `deploy --alarm-command`
    Alarms(AlarmsArgs),
    /// Validate a request without sending it, and report all problems
    Check(CheckArgs),
    /// Check CloudFormation, SAM and Terraform files
    CheckTemplate(CheckTemplateArgs),
    /// Print the idempotency fingerprint of a CreateStateMachineAlias request
    Fingerprint(FingerprintArgs),
    /// Parse Step Functions ARNs
    Arn(ArnArgs),
    /// Simulate how executions would be routed
    Route(RouteArgs),
    /// Show the plan of a gradual deployment
    Plan(PlanArgs),
    /// Simulate a gradual deployment with alarms, drift and crashes
    Simulate(SimulateArgs),
    /// Deploy a version gradually, with the semantics of CloudFormation's DeploymentPreference
    Deploy(DeployArgs),
    /// Route an alias to the version before the last deployment, or to another version
    Rollback(RollbackArgs),
    /// Abort a deployment: route all traffic to the version before it
    Abort(AbortArgs),
    /// Delete the versions of a state machine that are neither new nor in use
    Prune(PruneArgs),
    /// Run the test vectors against an endpoint
    ///
    /// A vector contains requests, the expected responses of AWS, and their source.
    Verify(VerifyArgs),
    /// Print the JSON Schema of a file or an output
    Schema(SchemaArgs),
    /// Print shell completions
    #[command(after_help = "\
Example:
  sfn-alias completions bash \\
    > ~/.local/share/bash-completion/completions/sfn-alias")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual pages
    #[command(after_help = "Example:\n  sfn-alias man | man -l -")]
    Man,
}

#[derive(Debug, Args)]
#[command(after_help = ["\
Examples:
  sfn-alias call ListStateMachines
  sfn-alias call --data aliases.db CreateStateMachineAlias @alias.json
  echo '{\"stateMachineArn\": \"...\"}' |
    sfn-alias call DescribeStateMachine -

The command prints the response. The exit code is 1 if the response is an error of the service.", SIGNING_HELP].concat())]
pub(crate) struct CallArgs {
    /// Name of the operation, for example CreateStateMachineAlias
    pub operation: String,
    /// The request: JSON, @FILE, or - for standard input
    #[arg(default_value = "{}")]
    pub input: String,
    /// Print the response unchanged, on one line
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub backend: BackendArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sfn-alias check CreateStateMachineAlias @alias.json
  aws stepfunctions create-state-machine-alias --generate-cli-skeleton |
    sfn-alias check CreateStateMachineAlias -

The exit code is 1 if there are problems.")]
pub(crate) struct CheckArgs {
    /// Name of the operation, for example CreateStateMachineAlias
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
  sfn-alias check-template cdk.out/*.template.json --format sarif > out.sarif
  terraform show -json plan.out | sfn-alias check-template -
  sfn-alias check-template template.yaml --acknowledge 'SFA015:Version=tests'

The exit code is 1 if a finding has the severity of --fail-on or a higher one. --rules lists the rules; RULES.md describes them.

A resource can acknowledge a finding in its own Metadata:
  Metadata: {sfn-alias: {acknowledge: [{rule: SFA015, reason: tests}]}}")]
pub(crate) struct CheckTemplateArgs {
    /// Templates in YAML or JSON, or output of `terraform show -json`; - for standard input
    #[arg(required_unless_present = "rules", value_name = "FILE")]
    pub files: Vec<String>,
    /// Output format
    #[arg(long, default_value = "text", value_name = "FORMAT")]
    pub format: ReportFormat,
    /// Value of a template parameter, instead of its default
    #[arg(long, value_name = "NAME=VALUE", value_parser = |text: &str| parse_pair(text, "NAME=VALUE"))]
    pub parameter: Vec<(String, String)>,
    /// Disable a rule, by id or name
    #[arg(long, value_name = "RULE")]
    pub disable: Vec<String>,
    /// Acknowledge a rule's findings, in one resource or in all, with a reason
    #[arg(long, value_name = "RULE[:RESOURCE]=REASON", value_parser = |text: &str| parse_pair(text, "RULE=REASON or RULE:RESOURCE=REASON"))]
    pub acknowledge: Vec<(String, String)>,
    /// The last deployed template, to check changes
    #[arg(long, value_name = "FILE")]
    pub previous: Option<String>,
    /// Skip files that are neither a template nor a plan, instead of exit code 2
    #[arg(long)]
    pub skip_other_files: bool,
    /// Minimum severity of findings for exit code 1
    #[arg(long, default_value = "error", value_name = "SEVERITY")]
    pub fail_on: FailOn,
    /// List the rules, as text or with --format json
    #[arg(long)]
    pub rules: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// Human-readable text
    Text,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands of GitHub Actions, which become annotations
    Github,
    /// The XML format of JUnit, for test reports of CI systems
    Junit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors
    Error,
    /// Errors and warnings
    Warning,
    /// Any finding
    Info,
    /// None
    Never,
}

/// Splits text at `=`. `expected` is the form of the text.
fn parse_pair(text: &str, expected: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| format!("expected {expected}"))?;
    Ok((name.to_owned(), value.to_owned()))
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  sfn-alias fingerprint @alias.json")]
pub(crate) struct FingerprintArgs {
    /// The request: JSON, @FILE, or - for standard input
    pub input: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  sfn-alias arn \\
    arn:aws:states:us-east-1:123456789012:stateMachine:orders:PROD")]
pub(crate) struct ArnArgs {
    /// ARNs
    #[arg(required = true)]
    pub arns: Vec<String>,
    /// Print one JSON object per line
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = ["\
Examples:
  sfn-alias route @routing.json --seed 7
  sfn-alias route --count 1000 \\
    arn:aws:states:us-east-1:000000000000:stateMachine:orders:PROD

The JSON has the format of routingConfiguration in a request. No execution is started.", SIGNING_HELP].concat())]
pub(crate) struct RouteArgs {
    /// An alias ARN, or a routing configuration: JSON, @FILE, or - for standard input
    pub routing: String,
    /// Number of executions
    #[arg(long, default_value_t = 1000, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub count: u64,
    /// Seed for reproducible results
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub backend: BackendArgs,
}
