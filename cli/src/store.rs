//! The options of a store that several servers share, and its client.

use crate::exit::CliError;
use clap::Args;
use sfn_alias_cluster::etcd::{EtcdEngine, EtcdOptions, EtcdUrl};
use std::path::{Path, PathBuf};

/// How to connect to a shared store.
#[derive(Debug, Args)]
#[command(next_help_heading = "Shared store")]
pub(crate) struct StoreAccessArgs {
    /// Certificates that signed those of the nodes, in PEM format [default: those that the system trusts]
    #[arg(long, value_name = "FILE", env = "SFN_ALIAS_STORE_CA")]
    pub store_ca: Option<PathBuf>,
    /// Client certificate, in PEM format
    #[arg(long, value_name = "FILE", env = "SFN_ALIAS_STORE_CERT", requires = "store_key")]
    pub store_cert: Option<PathBuf>,
    /// Private key of the client certificate, in PEM format
    #[arg(long, value_name = "FILE", env = "SFN_ALIAS_STORE_KEY", requires = "store_cert")]
    pub store_key: Option<PathBuf>,
    /// User of etcd
    #[arg(long, value_name = "NAME", env = "SFN_ALIAS_STORE_USER", requires = "store_password_file")]
    pub store_user: Option<String>,
    /// File with the password of the user
    #[arg(long, value_name = "FILE", env = "SFN_ALIAS_STORE_PASSWORD_FILE", requires = "store_user")]
    pub store_password_file: Option<PathBuf>,
}

impl StoreAccessArgs {
    /// Parses the URL of an option or argument, and reads the files. Does not connect: the first call does.
    ///
    /// # Errors
    /// [`CliError::Usage`] for an invalid URL or file.
    pub fn prepare(&self, option: &str, url: &str) -> Result<(EtcdUrl, EtcdEngine), CliError> {
        // The URL is logged, so the error omits it too.
        if url.contains('@') {
            return Err(CliError::Usage(format!(
                "{option}: expected a URL without a user and a password; use --store-user and --store-password-file"
            )));
        }
        let usage = |error: String| CliError::Usage(format!("{option}: {error}"));
        let url = EtcdUrl::parse(url).map_err(usage)?;
        let options = EtcdOptions {
            ca: read_option("--store-ca", self.store_ca.as_deref())?,
            certificate: read_option("--store-cert", self.store_cert.as_deref())?,
            key: read_option("--store-key", self.store_key.as_deref())?,
            user: self.store_user.clone(),
            password: self.store_password_file.as_deref().map(read_password).transpose()?,
            ..EtcdOptions::new(url.clone())
        };
        Ok((url, EtcdEngine::connect(options).map_err(usage)?))
    }
}

fn read_option(option: &str, path: Option<&Path>) -> Result<Option<Vec<u8>>, CliError> {
    path.map(|path| read_file(option, path)).transpose()
}

fn read_file(option: &str, path: &Path) -> Result<Vec<u8>, CliError> {
    std::fs::read(path).map_err(|error| CliError::Usage(format!("{option}: cannot read `{}`: {error}", path.display())))
}

/// Reads a password, which is the first line of its file.
fn read_password(path: &Path) -> Result<String, CliError> {
    const OPTION: &str = "--store-password-file";
    let invalid =
        || CliError::Usage(format!("{OPTION}: expected a password, found an empty line in `{}`", path.display()));
    let text = String::from_utf8(read_file(OPTION, path)?).map_err(|_| invalid())?;
    text.lines().next().filter(|line| !line.is_empty()).map(str::to_owned).ok_or_else(invalid)
}
