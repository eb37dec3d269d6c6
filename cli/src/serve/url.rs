//! Checks the URLs of other services, to which the endpoint sends requests.

use crate::agent::is_loopback;
use crate::exit::CliError;
use crate::signing::is_aws_url;
use http::Uri;

/// Checks the URL of an option. `refuse_aws` is the reason if AWS itself is not allowed.
///
/// # Errors
/// [`CliError::Usage`] for an invalid URL, a password or a query in it, for another machine without TLS, and for AWS if
/// it is not allowed.
pub(super) fn check_url(option: &str, url: &str, refuse_aws: Option<&str>) -> Result<(), CliError> {
    let usage = |detail: &str| Err(CliError::Usage(format!("{option}: {detail}")));
    // The URL is logged, so the error omits it too.
    if url.contains('@') {
        return usage("expected a URL without a user and a password; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }
    if url.contains(['?', '#']) {
        return usage("expected a URL without a query and a fragment");
    }
    if let (true, Some(reason)) = (is_aws_url(option, url)?, refuse_aws) {
        return usage(&format!("{reason}, found `{url}`"));
    }
    let uri: Uri = url.parse().map_err(CliError::usage)?;
    if uri.scheme_str() == Some("http") && !uri.host().is_some_and(is_loopback) {
        return usage(&format!("expected https://, or an address of this machine, found `{url}`"));
    }
    Ok(())
}
