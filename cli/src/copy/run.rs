//! Opens both stores, copies, and prints the result.

use super::progress::Progress;
use crate::exit::{CliError, CommandResult, OK, REJECTED};
use crate::output::print_line;
use crate::store::StoreAccessArgs;
use clap::Args;
use sfn_alias::Error;
use sfn_alias::store::{CopyReport, CopyStore, SqliteStore, copy, is_locked};
use sfn_alias_cluster::etcd::EtcdUrl;
use sfn_alias_cluster::{ClusterStore, StoreOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long the copy waits for a shared store, for example while it has no leader.
const STORE_TIMEOUT: Duration = Duration::from_secs(30);

/// The options of `sfn-alias copy`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sfn-alias copy aliases.db etcd://a:2379,b:2379,c:2379/sfn-alias
  sfn-alias copy etcd://a:2379,b:2379,c:2379/sfn-alias aliases.db
  sfn-alias copy aliases.db other.db

Stop the servers of both first. A data file must not be in use by `sfn-alias serve`.

The target must be empty. If the copy was interrupted, the same command continues: what the target already has is compared and not copied again. At the end, everything is read from both and compared. The exit code is 1 if there are differences, which are printed. The command changes nothing in the source and replaces nothing in the target.

Until a copy is complete, `sfn-alias serve` does not start on it. The options of a shared store apply to both arguments.")]
pub(crate) struct CopyArgs {
    /// A data file, or the URL of a shared store: etcd://HOST:2379,HOST:2379/PREFIX, or etcds:// with TLS
    pub from: PathBuf,
    /// The same; a file is created if it does not exist
    pub to: PathBuf,
    /// Print no progress
    #[arg(long)]
    pub quiet: bool,
    #[command(flatten)]
    pub access: StoreAccessArgs,
}

/// Runs `sfn-alias copy`.
pub(crate) fn run(args: &CopyArgs) -> CommandResult {
    let (from, to) = (Place::parse(&args.from), Place::parse(&args.to));
    if from.is_same(&to) {
        return Err(CliError::Usage("FROM and TO are the same".to_owned()));
    }
    let mut progress = Progress::new(args.quiet);
    let source = from.open_source(&args.access, &progress)?;
    let target = to.open(&args.access, &progress)?;
    let mut was_copied = false;
    let result = copy(&*source, &*target, &mut |update| {
        was_copied = true;
        progress.update(update);
    });
    progress.finish();
    print_report(&result.map_err(|error| explain(&error, was_copied))?)
}

/// Adds what to do after an interruption.
fn explain(error: &Error, was_copied: bool) -> CliError {
    match was_copied {
        true => CliError::System(format!("{error}; to continue, run the same command again")),
        false => CliError::system(error),
    }
}

fn print_report(report: &CopyReport) -> CommandResult {
    for difference in &report.differences {
        print_line(difference)?;
    }
    let listed = u64::try_from(report.differences.len()).unwrap_or(u64::MAX);
    let further = report.difference_count.saturating_sub(listed);
    if further > 0 {
        print_line(format_args!("and {further} further differences"))?;
    }
    let CopyReport { copied, compared, executions, difference_count, .. } = report;
    print_line(format_args!(
        "state machines copied: {copied}, compared: {compared}, executions: {executions}, differences: {difference_count}"
    ))?;
    if *difference_count == 0 {
        return Ok(OK);
    }
    let help =
        "sfn-alias: the copy differs from the source; stop the servers of both, delete the target and copy again";
    writeln!(std::io::stderr(), "{help}")?;
    Ok(REJECTED)
}

/// What an argument names.
enum Place<'a> {
    File(&'a Path),
    Url(&'a str),
}

impl<'a> Place<'a> {
    fn parse(argument: &'a Path) -> Self {
        match argument.to_str() {
            Some(text) if text.contains("://") => Self::Url(text),
            _ => Self::File(argument),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            // An invalid URL is an error later.
            (Self::Url(first), Self::Url(second)) => EtcdUrl::parse(first)
                .is_ok_and(|first| EtcdUrl::parse(second).is_ok_and(|second| first.is_same_store(&second))),
            (Self::File(first), Self::File(second)) => {
                first == second
                    || first.canonicalize().is_ok_and(|first| second.canonicalize().is_ok_and(|it| it == first))
            }
            _ => false,
        }
    }

    fn open_source(&self, access: &StoreAccessArgs, progress: &Progress) -> Result<Box<dyn CopyStore>, CliError> {
        if let Self::File(path) = self {
            let cannot_read = |error| CliError::System(format!("cannot read `{}`: {error}", path.display()));
            std::fs::metadata(path).map_err(cannot_read)?;
        }
        self.open(access, progress)
    }

    fn open(&self, access: &StoreAccessArgs, progress: &Progress) -> Result<Box<dyn CopyStore>, CliError> {
        match self {
            Self::File(path) if path.exists() && is_locked(path) => Err(CliError::System(format!(
                "`{}` is in use; stop the process that uses it, for example `sfn-alias serve`",
                path.display()
            ))),
            Self::File(path) => Ok(Box::new(SqliteStore::open_copy(path)?)),
            Self::Url(url) => {
                let (_, engine) = access.prepare("the argument", url)?;
                let options = StoreOptions { timeout: STORE_TIMEOUT, ..StoreOptions::default() };
                let store = progress.wait(url, || ClusterStore::open_copy(Arc::new(engine), options))?;
                Ok(Box::new(store))
            }
        }
    }
}
