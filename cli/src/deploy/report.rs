//! Reports a deployment to the console of its endpoint, if that has one.
//!
//! Reports are sent on a thread of their own, so that a deployment neither waits for the console nor fails because of it.

use super::args::DeployArgs;
use super::log::Log;
use crate::agent::describe_error;
use crate::endpoint::{Endpoint, STEP_FUNCTIONS};
use crate::exit::CliError;
use http::Method;
use serde_json::Value;
use sfn_alias::model::Arn;
use sfn_alias_deployment::{Alarm, Deployment, DeploymentReport};
use std::ffi::OsString;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;
use std::time::Duration;

/// Time limit of a request, and of the wait for the last one.
const TIMEOUT: Duration = Duration::from_secs(1);
/// After this many failed reports in a row, the log has a line.
const LOGGED_FAILURES: u32 = 3;
/// The name and version in reports.
const DRIVER: &str = concat!("sfn-alias deploy ", env!("CARGO_PKG_VERSION"));

/// Sends the newest report of a deployment. Older ones that were not sent yet are replaced.
#[derive(Debug, Default)]
pub(super) struct Reporter {
    command: String,
    queue: Arc<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct QueueState {
    newest: Option<DeploymentReport>,
    /// The driver adds no more reports.
    has_ended: bool,
    /// The thread sends reports.
    is_running: bool,
}

impl Reporter {
    /// Starts a thread that finds out whether the endpoint has a console, and then sends reports. There is none for AWS, for a
    /// file and with `--no-report`.
    ///
    /// # Errors
    /// [`CliError`] for an endpoint that is not valid.
    pub fn start(args: &DeployArgs, alias: &Arn<'_>) -> Result<Self, CliError> {
        let reporter = Self { command: quote_command(std::env::args_os()), queue: Arc::default() };
        let service = &args.service;
        if args.no_report || service.data.is_some() || service.endpoint.is_aws()? {
            return Ok(reporter);
        }
        let caller = service.endpoint.caller(alias.account)?;
        let endpoint = Endpoint::new(service.endpoint.url(), STEP_FUNCTIONS, alias.region, caller)?;
        let (endpoint, queue, log) = (endpoint.with_timeout(TIMEOUT)?, Arc::clone(&reporter.queue), args.log());
        reporter.queue.lock().is_running = true;
        let run = move || {
            if has_console(&endpoint) {
                queue.send_reports(&endpoint, log);
            }
            queue.lock().is_running = false;
            queue.changed.notify_all();
        };
        // Without a thread there are no reports.
        if Builder::new().name("reports".to_owned()).spawn(run).is_err() {
            reporter.queue.lock().is_running = false;
        }
        Ok(reporter)
    }

    /// Adds a report. Does not wait.
    pub fn report(&self, deployment: &Deployment, alarms: &[Alarm]) {
        let mut state = self.queue.lock();
        if state.is_running {
            state.newest = DeploymentReport::new(deployment, DRIVER, alarms, Some(&self.command));
            self.queue.changed.notify_all();
        }
    }

    /// Waits until the last report was sent, up to a second.
    pub fn finish(self) {
        let mut state = self.queue.lock();
        state.has_ended = true;
        self.queue.changed.notify_all();
        let waited = self.queue.changed.wait_timeout_while(state, TIMEOUT, |state| state.is_running);
        drop(waited);
    }
}

/// Returns whether the endpoint has a console. Other emulators receive this request and no other one.
fn has_console(endpoint: &Endpoint) -> bool {
    let reply = endpoint.request(&Method::GET, "/console/api", b"");
    let Ok(Ok(response)) = reply else { return false };
    let body: Value = serde_json::from_slice(response.body()).unwrap_or_default();
    response.status() == 200 && body.get("version").is_some_and(Value::is_string)
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends reports until the driver has ended.
    fn send_reports(&self, endpoint: &Endpoint, log: Log) {
        let mut failures = 0_u32;
        while let Some(report) = self.take() {
            // A report that failed is not repeated: the next one contains everything.
            match send_report(endpoint, &report) {
                Ok(()) => failures = 0,
                Err(error) => {
                    failures = failures.saturating_add(1);
                    if failures == LOGGED_FAILURES {
                        log.line(&format_args!(
                            "the console does not receive reports: {error}; the deployment continues"
                        ));
                    }
                }
            }
        }
    }

    /// Waits for the next report. Returns `None` if the driver has ended and there is none.
    fn take(&self) -> Option<DeploymentReport> {
        let is_waiting = |state: &mut QueueState| state.newest.is_none() && !state.has_ended;
        let waited = self.changed.wait_while(self.lock(), is_waiting);
        waited.unwrap_or_else(PoisonError::into_inner).newest.take()
    }
}

/// Sends a report. The error says why the console did not accept it.
fn send_report(endpoint: &Endpoint, report: &DeploymentReport) -> Result<(), String> {
    match endpoint.request(&Method::PUT, &report.path(), report.to_json().as_bytes()) {
        Ok(Ok(response)) if response.status() == 200 => Ok(()),
        Ok(Ok(response)) => Err(format!("status {}", response.status().as_u16())),
        Ok(Err(error)) => Err(describe_error(&error, TIMEOUT)),
        Err(error) => Err(error.to_string()),
    }
}

/// Returns a command line for a shell.
fn quote_command(arguments: impl Iterator<Item = OsString>) -> String {
    let program = std::iter::once("sfn-alias".to_owned());
    let arguments = arguments.skip(1).map(|argument| quote(&argument.to_string_lossy()));
    program.chain(arguments).collect::<Vec<_>>().join(" ")
}

fn quote(argument: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./:=,@%+".contains(char);
    match !argument.is_empty() && argument.chars().all(is_plain) {
        true => argument.to_owned(),
        false => format!("'{}'", argument.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::quote_command;

    #[test]
    fn commands_are_quoted_for_a_shell() {
        let arguments = ["/usr/bin/sfn-alias", "deploy", "a:b", "--description", "it's 7", "", "--canary", "10/5m"];
        let command = quote_command(arguments.into_iter().map(Into::into));
        assert_eq!(command, r"sfn-alias deploy a:b --description 'it'\''s 7' '' --canary 10/5m");
    }
}
