//! Runs the vectors and prints the report.

use super::args::VerifyArgs;
use super::cleanup::Cleanup;
use super::endpoint_identity::{EndpointIdentity, ROLE};
use super::interrupt::Interrupt;
use super::list::{iter_vectors, print_list};
use super::name_mapping::NameMapping;
use super::orphans::delete_orphans;
use super::progress::Progress;
use super::report::{Report, Row, Verdict};
use super::safety_guard::SafetyGuard;
use super::sender::{Sender, VerifyError};
use super::signer::Signer;
use super::skip::{SkipRules, skip_reason};
use super::transcript::Transcript;
use super::vector_run::VectorRun;
use crate::agent::build_agent;
use crate::exit::{CliError, CommandResult, OK, REJECTED};
use crate::output;
use crate::signing::is_aws_url;
use serde_json::json;
use sfn_alias_vectors::{Vector, VectorFile};

/// `sfn-alias verify`
pub(crate) fn run(args: &VerifyArgs) -> CommandResult {
    let files = load_vectors(args)?;
    let rules = SkipRules { aws: is_aws_url("--endpoint-url", &args.endpoint_url)?, all: args.all };
    if args.list {
        return print_list(&files, rules, args);
    }
    if rules.aws && args.state_machine_role_arn.is_none() {
        return Err(CliError::Usage(
            "--state-machine-role-arn is required on AWS: specify a role that trusts states.amazonaws.com".to_owned(),
        ));
    }
    let transcript = Transcript::open(args.record.as_deref())?;
    let agent = build_agent()?;
    let signer = Signer::new(args, rules.aws, &agent)?;
    let prefix = generate_prefix();
    let guard = SafetyGuard::new(prefix.clone());
    let sender = Sender::new(&args.endpoint_url, agent, signer, guard, Interrupt::on_signals()?);
    let report = Report { endpoint: args.endpoint_url.clone(), aws: rules.aws, rows: Vec::new() };
    Verify { sender, cleanup: Cleanup::default(), transcript, report, prefix, rules }.run(&files, args)
}

fn load_vectors(args: &VerifyArgs) -> Result<Vec<VectorFile>, CliError> {
    let files =
        args.vectors.as_deref().map_or_else(sfn_alias_vectors::embedded_files, sfn_alias_vectors::read_directory);
    let mut files = files.map_err(|error| CliError::Usage(error.to_string()))?;
    if let Some(pattern) = &args.only {
        for VectorFile { name, vectors } in &mut files {
            vectors.retain(|vector| matches_pattern(pattern, name) || matches_pattern(pattern, &vector.name));
        }
    }
    match files.iter().all(|file| file.vectors.is_empty()) {
        true => Err(CliError::Usage("--only: no vector contains this pattern; --list prints the names".to_owned())),
        false => Ok(files),
    }
}

/// Returns whether a name contains the parts between `*` in their order.
fn matches_pattern(pattern: &str, name: &str) -> bool {
    let mut rest = Some(name);
    for part in pattern.split('*') {
        rest = rest.and_then(|rest| Some(rest.split_once(part)?.1));
    }
    rest.is_some()
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
        self.cleanup.delete_all(&mut self.sender);
        if self.sender.may_have_orphans() {
            delete_orphans(&mut self.cleanup, &mut self.sender, &self.prefix);
        }
        let not_deleted = self.cleanup.not_deleted();
        if args.json {
            output::print_line(self.report.to_json(not_deleted))?;
        } else if !self.report.rows.is_empty() {
            self.report.print()?;
        }
        self.transcript.write(&args.endpoint_url)?;
        let lines: Vec<String> =
            not_deleted.iter().map(|resource| format!("\n  {}: {}", resource.arn, resource.reason)).collect();
        match result {
            Err(error) => Err(CliError::System(format!("{error}{}", format_not_deleted(&lines)))),
            Ok(()) if !lines.is_empty() => Err(CliError::System(format_not_deleted(&lines).trim_start().to_owned())),
            Ok(()) => Ok(if self.report.has_differences() { REJECTED } else { OK }),
        }
    }

    fn run_vectors(&mut self, files: &[VectorFile], args: &VerifyArgs) -> Result<(), VerifyError> {
        let endpoint = self.find_endpoint_identity(args.state_machine_role_arn.as_deref())?;
        let progress = Progress::new(iter_vectors(files).count());
        for (index, (file, vector)) in iter_vectors(files).enumerate() {
            progress.show(index, &vector.name);
            let verdict = match skip_reason(vector, self.rules) {
                Some(reason) => Verdict::Skipped(reason),
                None => {
                    let names = NameMapping::new(format!("{}{index}-", self.prefix), &endpoint);
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
        let response = self.sender.call("CreateStateMachine", request.as_bytes())?;
        self.cleanup.record("CreateStateMachine", request.as_bytes(), &response);
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

fn format_not_deleted(lines: &[String]) -> String {
    if lines.is_empty() {
        String::new()
    } else {
        format!("\ncould not be deleted; delete them yourself:{}", lines.concat())
    }
}
