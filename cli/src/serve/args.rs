//! The options of `sfn-alias serve`. Each has an environment variable, for services and containers.

use crate::endpoint::create_file_parser;
#[cfg(feature = "store")]
use clap::Arg;
use clap::builder::{BoolishValueParser, RangedU64ValueParser};
use clap::{Args, ValueEnum};
use sfn_alias_server::protocol::HostName;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

/// The behaviour of the service.
#[derive(Debug, Args)]
#[command(next_help_heading = "Service")]
pub(crate) struct ServiceArgs {
    /// Account of requests whose access key id is not an account id
    #[arg(long, default_value = "000000000000", value_name = "12 DIGITS", env = "SFN_ALIAS_ACCOUNT")]
    pub account: String,
    /// Region of unsigned requests
    #[arg(long, default_value = "us-east-1", env = "AWS_REGION")]
    pub region: String,
    /// Seed for reproducible routing and generated ids
    #[arg(long, value_name = "NUMBER", env = "SFN_ALIAS_SEED")]
    pub seed: Option<u64>,
    /// Time for which the previous routing is used after an update, for example 2s or 500ms
    #[arg(long, default_value = "0s", value_name = "TIME", value_parser = parse_duration, env = "SFN_ALIAS_UPDATE_DELAY")]
    pub update_delay: Duration,
    /// Time for which a deleted state machine has the status DELETING
    #[arg(long, default_value = "0s", value_name = "TIME", value_parser = parse_duration, env = "SFN_ALIAS_DELETION_DELAY")]
    pub deletion_delay: Duration,
    /// Rules that decide how executions end and which requests fail, in JSON or YAML; read again when the file changes
    #[arg(long, value_name = "FILE", env = "SFN_ALIAS_OUTCOMES")]
    pub outcomes: Option<PathBuf>,
    /// Maximum number of aliases per state machine
    #[arg(long, default_value_t = 100, value_name = "NUMBER", env = "SFN_ALIAS_ALIASES_PER_STATE_MACHINE")]
    pub aliases_per_state_machine: usize,
    /// Maximum number of versions per state machine
    #[arg(long, default_value_t = 1000, value_name = "NUMBER", env = "SFN_ALIAS_VERSIONS_PER_STATE_MACHINE")]
    pub versions_per_state_machine: usize,
    /// Number of executions stored per state machine; older ones are deleted
    #[arg(long, default_value_t = 10_000, value_name = "NUMBER", env = "SFN_ALIAS_EXECUTIONS_PER_STATE_MACHINE")]
    pub executions_per_state_machine: usize,
}

/// The endpoint that runs executions.
#[derive(Debug, Args)]
#[command(next_help_heading = "Upstream")]
pub(crate) struct UpstreamArgs {
    /// Run executions in this endpoint, for example LocalStack, MiniStack or moto's server
    #[arg(long, value_name = "URL", env = "SFN_ALIAS_UPSTREAM")]
    pub upstream: Option<String>,
    /// Sign with this profile of the shared credentials file [default: the keys test and test; for AWS, those of the environment]
    #[arg(long, value_name = "NAME", requires = "upstream", env = "SFN_ALIAS_UPSTREAM_PROFILE")]
    pub upstream_profile: Option<String>,
    /// Allow AWS itself, which charges for executions
    #[arg(long, requires = "upstream", env = "SFN_ALIAS_UPSTREAM_ALLOW_AWS", value_parser = BoolishValueParser::new())]
    pub upstream_allow_aws: bool,
    /// Time after which an execution fails because the endpoint does not respond, from 100ms to 5m
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = parse_upstream_timeout, requires = "upstream", env = "SFN_ALIAS_UPSTREAM_TIMEOUT")]
    pub upstream_timeout: Duration,
}

/// The store that several servers share.
#[derive(Debug, Args)]
#[command(next_help_heading = "Shared store")]
#[cfg_attr(feature = "store", command(mut_args(require_store)))]
pub(crate) struct StoreArgs {
    /// Store data in this etcd cluster, which several servers share: etcd://HOST:2379,HOST:2379,HOST:2379/PREFIX; etcds:// uses TLS
    #[arg(long, value_name = "URL", env = "SFN_ALIAS_STORE", conflicts_with = "data", hide = cfg!(not(feature = "store")))]
    pub store: Option<String>,
    /// Time after which a request fails because the store does not respond, from 1s to 1m
    #[cfg(feature = "store")]
    #[arg(long, default_value = "6s", value_name = "TIME", value_parser = parse_store_timeout, env = "SFN_ALIAS_STORE_TIMEOUT")]
    pub store_timeout: Duration,
    #[cfg(feature = "store")]
    #[command(flatten)]
    pub access: crate::store::StoreAccessArgs,
}

impl StoreArgs {
    /// Returns the timeout of requests, if there is a store.
    pub fn timeout(&self) -> Option<Duration> {
        #[cfg(feature = "store")]
        return self.store.as_ref().map(|_| self.store_timeout);
        #[cfg(not(feature = "store"))]
        None
    }
}

/// Otherwise, an option without a store would be ignored.
#[cfg(feature = "store")]
fn require_store(argument: Arg) -> Arg {
    if argument.get_id().as_str().starts_with("store_") { argument.requires("store") } else { argument }
}

/// The options of `sfn-alias serve`.
#[derive(Debug, Args)]
#[command(after_help = SERVE_EXAMPLES)]
pub(crate) struct ServeArgs {
    /// Address or host name to listen on; 0.0.0.0 and :: are all addresses
    #[arg(long, default_value = "127.0.0.1", env = "SFN_ALIAS_HOST")]
    pub host: String,
    /// Port to listen on; 0 selects a free port
    #[arg(long, default_value_t = 8083, env = "SFN_ALIAS_PORT")]
    pub port: u16,
    /// Store data in this SQLite file, created if missing [default: in memory]
    #[arg(long, value_name = "FILE", env = "SFN_ALIAS_DATA", value_parser = create_file_parser())]
    pub data: Option<PathBuf>,
    /// Start with example data: a deployment that rolls back, with executions; open the console to watch it
    #[arg(long, env = "SFN_ALIAS_DEMO", value_parser = BoolishValueParser::new(), conflicts_with_all = ["data", "store", "outcomes", "upstream", "no_console"])]
    pub demo: bool,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub service: ServiceArgs,
    /// Require AWS Signature Version 4 with credentials from this file
    #[arg(long, value_name = "FILE", help_heading = "Access", env = "SFN_ALIAS_CREDENTIALS")]
    pub credentials: Option<PathBuf>,
    /// Allow unauthenticated access from other machines
    #[arg(long, help_heading = "Access", conflicts_with = "credentials", env = "SFN_ALIAS_INSECURE_ALLOW_ANONYMOUS", value_parser = BoolishValueParser::new())]
    pub insecure_allow_anonymous: bool,
    /// Host name of the endpoint, besides IP addresses, localhost and --host; several are separated by commas
    #[arg(long, value_name = "NAME", help_heading = "Access", env = "SFN_ALIAS_ALLOW_HOST", value_delimiter = ',')]
    pub allow_host: Vec<HostName>,
    /// Use https with this certificate, followed by those that signed it, in PEM format
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "FILE", help_heading = "Access", env = "SFN_ALIAS_TLS_CERT", requires = "tls_key")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the certificate, in PEM format
    #[cfg(feature = "tls")]
    #[arg(long, value_name = "FILE", help_heading = "Access", env = "SFN_ALIAS_TLS_KEY", requires = "tls_cert")]
    pub tls_key: Option<PathBuf>,
    /// Maximum number of connections
    #[arg(long, default_value_t = 16_384, env = "SFN_ALIAS_MAX_CONNECTIONS", value_name = "NUMBER", help_heading = "Access", value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    pub max_connections: usize,
    /// Disable the web console at /console
    #[arg(long, help_heading = "Access", env = "SFN_ALIAS_NO_CONSOLE", value_parser = BoolishValueParser::new())]
    pub no_console: bool,
    /// Send metrics of executions to this emulator of CloudWatch, in the namespace AWS/States
    #[arg(long, value_name = "URL", help_heading = "Metrics", env = "SFN_ALIAS_METRICS_TO")]
    pub metrics_to: Option<String>,
    /// Time between two requests with metrics, from 1s to 1h
    #[arg(long, default_value = "10s", value_name = "TIME", value_parser = parse_interval, requires = "metrics_to", help_heading = "Metrics", env = "SFN_ALIAS_METRICS_INTERVAL")]
    pub metrics_interval: Duration,
    #[command(flatten)]
    pub upstream: UpstreamArgs,
    /// Log filter, in `tracing` syntax: off, error, warn, info (every request), debug
    #[arg(long, default_value = "info", value_name = "FILTER", env = "SFN_ALIAS_LOG", help_heading = "Logs")]
    pub log: String,
    /// Log format
    #[arg(long, default_value = "text", value_name = "FORMAT", help_heading = "Logs", env = "SFN_ALIAS_LOG_FORMAT")]
    pub log_format: LogFormat,
}

const SERVE_EXAMPLES: &str = "\
Examples:
  sfn-alias serve                    # in memory, on http://127.0.0.1:8083
  sfn-alias serve --demo             # with example data for the console
  sfn-alias serve --port 0           # on a free port, which is printed
  sfn-alias serve --data aliases.db  # durable
  sfn-alias serve --store etcd://a:2379,b:2379,c:2379/orders
  sfn-alias serve --host 0.0.0.0 --credentials FILE
  sfn-alias serve --host localhost --tls-cert FILE --tls-key FILE
  sfn-alias serve --metrics-to http://127.0.0.1:4566
  sfn-alias serve --upstream http://127.0.0.1:4566

Then, in another shell:
  export AWS_ENDPOINT_URL_SFN=http://127.0.0.1:8083
  aws stepfunctions list-state-machines

The account is the access key id if that has 12 digits, otherwise --account. The region is the region of the client.

A credentials file has one or more profiles:
  [name]
  aws_access_key_id = ...
  aws_secret_access_key = ...
  aws_account_id = 123456789012
  aws_session_token = ...            # only for temporary credentials

/console/ is a web page that shows and changes the data. GET /health reports whether requests can succeed, and GET /health/live whether the endpoint responds. GET /metrics returns metrics for Prometheus. POST /executions/end sets how an execution ends (`sfn-alias end`), and POST /alarms evaluates alarms (`sfn-alias alarms`). POST /reset deletes all state machines, and POST /backup writes a copy of the file (`sfn-alias reset` and `sfn-alias backup`).

With --store, any number of servers use the same data, and need the same options. A server starts also while the store does not respond, and is not ready until it does. Back up with `etcdctl snapshot save FILE`. Use --metrics-to on one of the servers only: it sends the metrics of all executions.

Without --credentials, requests for other host names get a 403, because a page in a browser can use a name that resolves to this machine. Requests of pages of other origins always get one.

Options take precedence over environment variables.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Human-readable text
    Text,
    /// One JSON object per line
    Json,
}

/// Parses the interval of metrics.
fn parse_interval(text: &str) -> Result<Duration, String> {
    parse_duration_in(text, Duration::from_secs(1)..=Duration::from_secs(3600), "1s to 1h")
}

fn parse_upstream_timeout(text: &str) -> Result<Duration, String> {
    parse_duration_in(text, Duration::from_millis(100)..=Duration::from_secs(300), "100ms to 5m")
}

#[cfg(feature = "store")]
fn parse_store_timeout(text: &str) -> Result<Duration, String> {
    parse_duration_in(text, Duration::from_secs(1)..=Duration::from_secs(60), "1s to 1m")
}

fn parse_duration_in(text: &str, valid: RangeInclusive<Duration>, expected: &str) -> Result<Duration, String> {
    let time = parse_duration(text)?;
    if valid.contains(&time) { Ok(time) } else { Err(format!("expected a time from {expected}")) }
}

/// Parses `500ms`, `2s`, `5m` or `1h`.
fn parse_duration(text: &str) -> Result<Duration, String> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at_checked(end).unwrap_or((text, ""));
    let invalid = || "expected a number with ms, s, m or h, for example 2s".to_owned();
    let millis = match unit {
        "ms" => 1,
        "s" | "" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return Err(invalid()),
    };
    let number: u64 = digits.parse().map_err(|_| invalid())?;
    let time = number.checked_mul(millis).map(Duration::from_millis);
    time.ok_or_else(|| "the time is too long; use up to 1000000h".to_owned())
}
