//! Runs the vectors and prints the report.

use super::args::VerifyArgs;
use super::cleanup::{Cleanup, NotDeleted};
use super::name_mapping::{ACCOUNT, EndpointIdentity, NameMapping, ROLE};
use super::report::{Report, Row, Transcript, Verdict};
use super::safety_guard::{CREATE_STATE_MACHINE, SafetyGuard};
use super::selection::{SkipRules, iter_vectors, load_vectors, print_list, skip_reason};
use super::sender::{Sender, VerifyError};
use super::vector_run::VectorRun;
use crate::endpoint::{Endpoint, STEP_FUNCTIONS, Service};
use crate::exit::{CliError, CommandResult, OK, REJECTED};
use crate::output;
use crate::signals::Interrupt;
use crate::signing::{AssumedRole, Caller, load_credentials};
use serde_json::json;
use sfn_alias_vectors::{Vector, VectorFile};
use std::io::{IsTerminal, Write};

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
    let endpoint = Endpoint::new(args.endpoint.url(), service, &args.region, select_caller(args)?)?;
    let prefix = generate_prefix();
    let guard = SafetyGuard::new(prefix.clone());
    let sender = Sender::new(endpoint, guard, Interrupt::on_signals("stopping: deleting created resources")?);
    let report = Report { endpoint: args.endpoint.url().to_owned(), aws: rules.aws, rows: Vec::new() };
    Verify { sender, cleanup: Cleanup::default(), transcript, report, prefix, rules }.run(&files, args)
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

struct Verify {
    sender: Sender,
    cleanup: Cleanup,
    transcript: Transcript,
    report: Report,
    prefix: String,
    rules: SkipRules,
}

impl Verify {
    fn run(mut self, files: &[VectorFile], args: &VerifyArgs) -> CommandResult {
        let result = self.run_vectors(files, args);
        show_progress("");
        self.cleanup.delete_all(&mut self.sender);
        if self.sender.may_have_orphans() {
            self.cleanup.delete_orphans(&mut self.sender, &self.prefix);
        }
        let not_deleted = self.cleanup.not_deleted();
        if args.json {
            output::print_line(self.report.to_json(not_deleted))?;
        } else if !self.report.rows.is_empty() {
            self.report.print()?;
        }
        self.transcript.write(args.endpoint.url())?;
        let not_deleted = format_not_deleted(not_deleted);
        match result {
            Err(error) => Err(CliError::System(format!("{error}{not_deleted}"))),
            Ok(()) if !not_deleted.is_empty() => Err(CliError::System(not_deleted.trim_start().to_owned())),
            Ok(()) => Ok(if self.report.has_differences() { REJECTED } else { OK }),
        }
    }

    fn run_vectors(&mut self, files: &[VectorFile], args: &VerifyArgs) -> Result<(), VerifyError> {
        let endpoint = self.find_endpoint_identity(args.state_machine_role_arn.as_deref())?;
        let total = iter_vectors(files).count();
        for (index, (file, vector)) in iter_vectors(files).enumerate() {
            show_progress(&format!("{}/{total} {}", index.saturating_add(1), vector.name));
            let verdict = match skip_reason(vector, self.rules) {
                Some(reason) => Verdict::Skipped(reason),
                None => {
                    let names = NameMapping::new(format!("{}{index}-", self.prefix), endpoint.clone());
                    self.run_vector(file, vector, names)?
                }
            };
            let Vector { name, source, .. } = vector.clone();
            self.report.rows.push(Row { file: file.to_owned(), name, source, verdict });
        }
        Ok(())
    }

    fn run_vector(&mut self, file: &str, vector: &Vector, names: NameMapping) -> Result<Verdict, VerifyError> {
        let Self { sender, cleanup, transcript, .. } = self;
        let mut run = VectorRun { sender, cleanup, transcript, names, file, vector: &vector.name };
        let result = sfn_alias_vectors::run_vector(vector, &mut run);
        if !matches!(result, Err(VerifyError::Interrupted | VerifyError::Fatal(_))) {
            self.cleanup.delete_all(&mut self.sender);
        }
        match result {
            Ok(None) => Ok(Verdict::Agrees),
            Ok(Some(difference)) => Ok(Verdict::Differs(difference)),
            Err(VerifyError::Skip(reason)) => Ok(Verdict::Skipped(reason)),
            Err(error) => Err(error),
        }
    }

    /// Finds the account and region of the endpoint: creates a state machine, parses its ARN, and deletes it.
    fn find_endpoint_identity(&mut self, role: Option<&str>) -> Result<EndpointIdentity, VerifyError> {
        let definition = r#"{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}"#;
        let name = format!("{}0", self.prefix);
        let request = json!({"name": name, "definition": definition, "roleArn": role.unwrap_or(ROLE)}).to_string();
        let response = self.sender.call(CREATE_STATE_MACHINE, request.as_bytes())?;
        self.cleanup.record(CREATE_STATE_MACHINE, &response);
        let arn = response.string_member("stateMachineArn");
        let identity = arn.and_then(|arn| EndpointIdentity::from_state_machine_arn(arn, role)).ok_or_else(|| {
            let (status, body) = (response.status, &response.body);
            let error = format!("expected the ARN of a new state machine from the endpoint, found status {status} {body}; check --endpoint-url and the credentials");
            VerifyError::Fatal(CliError::System(error))
        })?;
        self.cleanup.delete_all(&mut self.sender);
        Ok(identity)
    }
}

fn format_not_deleted(resources: &[NotDeleted]) -> String {
    let lines: String = resources.iter().map(|NotDeleted { arn, reason }| format!("\n  {arn}: {reason}")).collect();
    if lines.is_empty() { lines } else { format!("\ncould not be deleted; delete them yourself:{lines}") }
}

/// Replaces the progress line on standard error, if that is a terminal.
fn show_progress(text: &str) {
    if std::io::stderr().is_terminal() {
        write!(std::io::stderr(), "\r\x1b[K{text}").ok();
    }
}
