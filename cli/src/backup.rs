//! `sfn-alias backup`, `restore` and `reset`

use crate::endpoint::{
    DEFAULT_ACCOUNT, Endpoint, EndpointArgs, SIGNING_HELP, STEP_FUNCTIONS, Service, create_file_parser,
    describe_own_url, is_store_url,
};
use crate::exit::{CliError, CommandResult, OK};
use crate::output;
use crate::serve::backup_path;
use clap::Args;
use serde::Deserialize;
use sfn_alias::StepFunctions;
use sfn_alias::store::{is_locked, restore as restore_file};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The options of `sfn-alias backup`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  sfn-alias backup aliases.db --to backup.db

If `sfn-alias serve` uses the file, its endpoint writes the copy, and this command moves it. Writes wait meanwhile. Run the command on the machine of the endpoint, as a user who can read the file. The copy is verified and has the permissions of the file.

Back up the store of `serve --store` with `etcdctl snapshot save FILE`.")]
#[command(mut_arg("endpoint_url", describe_own_url))]
pub(crate) struct BackupArgs {
    /// The data file
    pub file: PathBuf,
    /// The copy, which must not exist
    #[arg(long, value_name = "COPY")]
    pub to: PathBuf,
    #[command(flatten)]
    pub endpoint: EndpointArgs,
}

/// The options of `sfn-alias restore`.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  sfn-alias restore backup.db --to aliases.db

The copy is verified first. The previous file and its log are deleted. Stop `sfn-alias serve` first.")]
pub(crate) struct RestoreArgs {
    /// The copy
    pub copy: PathBuf,
    /// The data file
    #[arg(long, value_name = "FILE")]
    pub to: PathBuf,
}

/// The options of `sfn-alias reset`.
#[derive(Debug, Args)]
#[command(after_help = ["\
Examples:
  sfn-alias reset
  sfn-alias reset --data aliases.db

Deletes the state machines of all accounts and regions, with everything that belongs to them. If the endpoint requires signatures, only those of the key's account.", SIGNING_HELP].concat())]
#[command(mut_arg("endpoint_url", describe_own_url))]
pub(crate) struct ResetArgs {
    /// Reset this SQLite file instead of an endpoint
    #[arg(long, value_name = "FILE", value_parser = create_file_parser())]
    pub data: Option<PathBuf>,
    #[command(flatten)]
    pub endpoint: EndpointArgs,
}

/// Runs `sfn-alias backup`.
pub(crate) fn back_up(args: &BackupArgs) -> CommandResult {
    let BackupArgs { file, to, endpoint } = args;
    let cannot_read = |error| CliError::System(format!("cannot read `{}`: {error}", file.display()));
    check_file("FILE", file)?;
    fs::metadata(file).map_err(cannot_read)?;
    if is_locked(file) {
        check_missing(to)?;
        back_up_served_file(file, to, endpoint)?;
    } else {
        StepFunctions::open(file)?.back_up(to)?;
    }
    output::print_line(to.display())?;
    Ok(OK)
}

/// Runs `sfn-alias restore`.
pub(crate) fn restore(args: &RestoreArgs) -> CommandResult {
    check_file("COPY", &args.copy)?;
    check_file("--to", &args.to)?;
    restore_file(&args.copy, &args.to)?;
    output::print_line(args.to.display())?;
    Ok(OK)
}

/// Runs `sfn-alias reset`.
pub(crate) fn reset(args: &ResetArgs) -> CommandResult {
    if let Some(path) = &args.data {
        let cannot_read = |error| CliError::System(format!("cannot read `{}`: {error}", path.display()));
        fs::metadata(path).map_err(cannot_read)?;
        StepFunctions::open(path)?.reset()?;
        return Ok(OK);
    }
    open_own_endpoint(&args.endpoint, STEP_FUNCTIONS)?.post_empty("/reset")?;
    Ok(OK)
}

/// Creates a client for a route that AWS does not have.
fn open_own_endpoint(endpoint: &EndpointArgs, service: Service) -> Result<Endpoint, CliError> {
    endpoint.check_own()?;
    Endpoint::new(endpoint.url(), service, "us-east-1", endpoint.caller(DEFAULT_ACCOUNT)?)
}

/// Checks that an argument is not the URL of a store, which has its own backups.
fn check_file(argument: &str, file: &Path) -> Result<(), CliError> {
    if !is_store_url(file) {
        return Ok(());
    }
    Err(CliError::Usage(format!(
        "{argument}: expected a file, found the URL of a store; back up with `etcdctl snapshot save FILE`, or copy it to a file with `sfn-alias copy`"
    )))
}

/// The response to `POST /backup`.
#[derive(Debug, Deserialize)]
struct BackupResponse {
    path: PathBuf,
}

/// Lets the endpoint write the copy, because it has locked the file.
fn back_up_served_file(file: &Path, to: &Path, endpoint: &EndpointArgs) -> Result<(), CliError> {
    let url = endpoint.url();
    let in_use = |error| {
        let file = file.display();
        CliError::System(format!(
            "`{file}` is in use, and its endpoint cannot be reached: {error}; set --endpoint-url to the URL that `sfn-alias serve` prints"
        ))
    };
    let service = Service { help: "", ..STEP_FUNCTIONS };
    let response = open_own_endpoint(endpoint, service)?.post_empty("/backup").map_err(in_use)?;
    let unexpected = |error| CliError::System(format!("{url} is not an endpoint of `sfn-alias serve`: {error}"));
    let BackupResponse { path } = serde_json::from_slice(&response).map_err(unexpected)?;
    if path != backup_path(file)? {
        let (file, path) = (file.display(), path.display());
        return Err(CliError::Usage(format!(
            "{url} does not use `{file}`: its backup is `{path}`; set --endpoint-url to the URL of the process that uses the file"
        )));
    }
    move_file(&path, to)
        .map_err(|error| CliError::System(format!("cannot move `{}` to `{}`: {error}", path.display(), to.display())))
}

fn check_missing(to: &Path) -> Result<(), CliError> {
    match fs::symlink_metadata(to) {
        Ok(_) => Err(CliError::System(format!("`{}` exists; delete it first, or choose another path", to.display()))),
        Err(_) => Ok(()),
    }
}

/// Moves a file, also to another file system.
fn move_file(from: &Path, to: &Path) -> std::io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {
            fs::copy(from, to)?;
            File::open(to)?.sync_all()?;
            fs::remove_file(from)
        }
        result => result,
    }
}
