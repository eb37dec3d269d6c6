//! Runs the vectors and prints the report.

use super::args::VerifyArgs;
use super::cleanup::{Cleanup, NotDeleted};
use super::name_mapping::{ACCOUNT, EndpointIdentity, NameMapping, ROLE};
use super::report::{Report, Row, Transcript, Verdict};
use super::safety_guard::{CREATE_STATE_MACHINE, SafetyGuard};
use super::selection::{SkipRules, iter_vectors, load_vectors, print_list, skip_reason};
use super::sender::{Response, Sender, VerifyError};
use super::vector_run::VectorRun;
use crate::endpoint::{Endpoint, STEP_FUNCTIONS, Service};
use crate::exit::{CliError, CommandResult, OK, REJECTED};
use crate::output;
use crate::signals::Interrupt;
use crate::signing::{AssumedRole, Caller, load_credentials};
use serde_json::json;
use sfn_alias_vectors::{Vector, VectorFile};
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// `sfn-alias verify`
pub(crate) fn run(args: &VerifyArgs) -> CommandResult {
    let files = load_vectors(args)?;
    let rules = SkipRules { aws: args.endpoint.is_aws()?, all: args.all };
    if args.list {
        return print_list(&files, rules, args);
    }
    if rules.aws && args.state_machine_role_arn.is_none() {
        return Err(CliError::Usage(
            "--state-machine-role-arn is required on AWS: specify a role that trusts states.amazonaws.com".to_owned(),
        ));
    }
    let transcript = Transcript::open(args.record.as_deref())?;
    let service = Service { help: "; start the endpoint, or use --endpoint-url", ..STEP_FUNCTIONS };
    let endpoint = Endpoint::new(args.endpoint.url(), service, &args.region, select_caller(args)?)?
        .with_timeout(Duration::from_secs(args.timeout))?;
    let prefix = generate_prefix();
    let guard = SafetyGuard::new(prefix.clone());
    let sender = Sender::new(endpoint, guard, Interrupt::on_signals("stopping: deleting created resources")?);
    let report = Report { endpoint: args.endpoint.url().to_owned(), aws: rules.aws, rows: Vec::new() };
    Verify { args, sender, cleanup: Cleanup::default(), transcript, report, prefix }.run(&files, rules)
}

/// Returns the identity of the requests.
fn select_caller(args: &VerifyArgs) -> Result<Caller, CliError> {
    let profile = args.endpoint.profile.as_deref();
    let caller = match &args.role_arn {
        Some(arn) => {
            let role = AssumedRole::new(arn, args.sts_endpoint_url.as_deref(), &args.region, profile)?;
            Caller::Role(Box::new(role))
        }
        None => args.endpoint.caller(ACCOUNT)?,
    };
    if !matches!(caller, Caller::Account(_)) {
        load_credentials(profile)?;
    }
    Ok(caller)
}

/// Returns the prefix of the names of this run.
fn generate_prefix() -> String {
    let letters: String = (0..6).map(|_| fastrand::lowercase()).collect();
    format!("sfn-alias-verify-{letters}-")
}

struct Verify<'r> {
    args: &'r VerifyArgs,
    sender: Sender,
    cleanup: Cleanup,
    transcript: Transcript,
    report: Report,
    prefix: String,
}

impl Verify<'_> {
    fn run(mut self, files: &[VectorFile], rules: SkipRules) -> CommandResult {
        let result = self.run_vectors(files, rules);
        show_progress("");
        self.cleanup.delete_all(&mut self.sender);
        if self.sender.may_have_orphans() {
            self.cleanup.delete_orphans(&mut self.sender, &self.prefix);
        }
        let not_deleted = self.cleanup.not_deleted();
        if self.args.json {
            output::print_line(self.report.to_json(not_deleted))?;
        } else if !self.report.rows.is_empty() {
            self.report.print()?;
        }
        self.transcript.write(&self.report.endpoint)?;
        let not_deleted = format_not_deleted(not_deleted);
        match result {
            Err(error) => Err(CliError::System(format!("{error}{not_deleted}"))),
            Ok(()) if !not_deleted.is_empty() => Err(CliError::System(not_deleted.trim_start().to_owned())),
            Ok(()) => Ok(if self.report.has_differences() { REJECTED } else { OK }),
        }
    }

    fn run_vectors(&mut self, files: &[VectorFile], rules: SkipRules) -> Result<(), VerifyError> {
        let endpoint = self.find_endpoint_identity()?;
        let total = iter_vectors(files).count();
        for (index, (file, vector)) in iter_vectors(files).enumerate() {
            show_progress(&format!("{}/{total} {}", index.saturating_add(1), vector.name));
            let verdict = match skip_reason(vector, rules) {
                Some(reason) => Verdict::Skipped(reason),
                None => {
                    let names = NameMapping::new(format!("{}{index}-", self.prefix), endpoint.clone());
                    self.run_vector(file, vector, names)?
                }
            };
            let Vector { name, source, .. } = vector.clone();
            self.report.rows.push(Row { file: file.to_owned(), name, source, verdict });
            // Ends the run if the endpoint does not respond at all.
            while !self.sender.is_answered() {
                self.create_and_delete()?;
            }
        }
        Ok(())
    }

    fn run_vector(&mut self, file: &str, vector: &Vector, names: NameMapping) -> Result<Verdict, VerifyError> {
        let Self { sender, cleanup, transcript, args, .. } = self;
        let ignore_error_namespace = args.ignore_error_namespace;
        let mut run =
            VectorRun { sender, cleanup, transcript, names, file, vector: &vector.name, ignore_error_namespace };
        let verdict = match sfn_alias_vectors::run_vector(vector, &mut run) {
            Ok(None) => Verdict::Agrees,
            Ok(Some(difference)) => Verdict::Differs(difference),
            Err(VerifyError::Skip(reason)) => Verdict::Skipped(reason),
            Err(error) => return Err(error),
        };
        self.cleanup.delete_all(&mut self.sender);
        Ok(verdict)
    }

    /// Finds the account and region of the endpoint in the ARN of a new state machine.
    fn find_endpoint_identity(&mut self) -> Result<EndpointIdentity, VerifyError> {
        let role = self.args.state_machine_role_arn.as_deref();
        let response = self.create_and_delete()?;
        let arn = response.string_member("stateMachineArn");
        arn.and_then(|arn| EndpointIdentity::from_state_machine_arn(arn, role)).ok_or_else(|| {
            let (status, body) = (response.status, &response.body);
            let error = format!("expected the ARN of a new state machine from the endpoint, found status {status} {body}; check --endpoint-url and the credentials");
            VerifyError::Fatal(CliError::System(error))
        })
    }

    /// Creates and deletes a state machine. Returns the response to the first request.
    fn create_and_delete(&mut self) -> Result<Response, VerifyError> {
        let definition = r#"{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}"#;
        let name = format!("{}0", self.prefix);
        let role = self.args.state_machine_role_arn.as_deref().unwrap_or(ROLE);
        let request = json!({"name": name, "definition": definition, "roleArn": role}).to_string();
        let response = self.sender.call(CREATE_STATE_MACHINE, request.as_bytes())?;
        self.cleanup.record(CREATE_STATE_MACHINE, &response);
        self.cleanup.delete_all(&mut self.sender);
        Ok(response)
    }
}

fn format_not_deleted(resources: &[NotDeleted]) -> String {
    let lines: String =
        resources.iter().map(|NotDeleted { arn, reason }| format!("\n  {}: {reason}", arn.escape_debug())).collect();
    if lines.is_empty() { lines } else { format!("\ncould not be deleted; delete them yourself:{lines}") }
}

/// Replaces the progress line on standard error, if that is a terminal.
fn show_progress(text: &str) {
    if std::io::stderr().is_terminal() {
        write!(std::io::stderr(), "\r\x1b[K{text}").ok();
    }
}
