//! From the vectors to the table.

use super::args::VerifyArgs;
use super::guard::Guard;
use super::identity::Identity;
use super::ledger::Ledger;
use super::names::Names;
use super::progress::Progress;
use super::record::Record;
use super::report::{Outcome, Report, Row};
use super::scope::{ROLE, Scope};
use super::sender::{Halt, Sender};
use super::session::Session;
use super::skip::{Rules, reason};
use super::stop::Stop;
use super::sweep::sweep;
use crate::cli::agent::build_agent;
use crate::cli::exit::{CliError, CommandResult, OK, REJECTED};
use crate::cli::output;
use crate::cli::signing::is_aws_url;
use serde_json::json;
use sfn_alias_vectors::{File, Vector};

/// `sfn-alias verify`
pub(in crate::cli) fn run(args: &VerifyArgs) -> CommandResult {
    let files = files(args)?;
    let rules = Rules { aws: is_aws_url("--endpoint-url", &args.endpoint_url)?, all: args.all };
    if args.list {
        return list(&files, rules, args.json);
    }
    if rules.aws && args.state_machine_role_arn.is_none() {
        return Err(CliError::Usage(
            "AWS asks for a role of state machines: give --state-machine-role-arn, one that states.amazonaws.com may assume".to_owned(),
        ));
    }
    let record = Record::to(args.record.as_deref())?;
    let agent = build_agent()?;
    let identity = Identity::of(args, rules.aws, &agent)?;
    let prefix = prefix();
    let guard = Guard::new(prefix.clone());
    let sender = Sender::new(&args.endpoint_url, agent, identity, guard, Stop::at_signals()?);
    let report = Report { endpoint: args.endpoint_url.clone(), aws: rules.aws, rows: Vec::new() };
    Verify { sender, ledger: Ledger::default(), record, report, prefix, rules }.run(&files, args)
}

fn files(args: &VerifyArgs) -> Result<Vec<File>, CliError> {
    let files = args.vectors.as_deref().map_or_else(sfn_alias_vectors::embedded, sfn_alias_vectors::read);
    let mut files = files.map_err(|error| CliError::Usage(error.to_string()))?;
    if let Some(pattern) = &args.only {
        for File { name, vectors } in &mut files {
            vectors.retain(|vector| fits(pattern, name) || fits(pattern, &vector.name));
        }
    }
    match files.iter().all(|file| file.vectors.is_empty()) {
        true => Err(CliError::Usage("--only: no vector is named so; --list shows their names".to_owned())),
        false => Ok(files),
    }
}

/// Whether the parts between `*` stand in a name, one behind the other.
fn fits(pattern: &str, name: &str) -> bool {
    let mut rest = Some(name);
    for part in pattern.split('*') {
        rest = rest.and_then(|rest| Some(rest.split_once(part)?.1));
    }
    rest.is_some()
}

fn list(files: &[File], rules: Rules, as_json: bool) -> CommandResult {
    for (file, vector) in vectors(files) {
        let (name, kind, reason) = (&vector.name, vector.source.kind, reason(vector, rules));
        if as_json {
            output::print_line(json!({"file": file, "name": name, "source": vector.source, "skipped": reason}))?;
        } else {
            let skipped = reason.map_or_else(String::new, |reason| format!("  (skipped: {reason})"));
            output::print_line(format_args!("{kind:<10}{name}{skipped}"))?;
        }
    }
    Ok(OK)
}

fn vectors(files: &[File]) -> impl Iterator<Item = (&str, &Vector)> {
    files.iter().flat_map(|file| file.vectors.iter().map(|vector| (file.name.as_str(), vector)))
}

/// What every name of this run starts with.
fn prefix() -> String {
    let letters: String = (0..6).map(|_| fastrand::lowercase()).collect();
    format!("sfn-alias-verify-{letters}-")
}

struct Verify {
    sender: Sender,
    ledger: Ledger,
    record: Record,
    report: Report,
    prefix: String,
    rules: Rules,
}

impl Verify {
    fn run(mut self, files: &[File], args: &VerifyArgs) -> CommandResult {
        let ended = self.ask_all(files, args);
        self.ledger.clean(&mut self.sender);
        if self.sender.may_have_made_more() {
            sweep(&mut self.ledger, &mut self.sender, &self.prefix);
        }
        let left = self.ledger.left();
        if args.json {
            output::print_line(self.report.json(left))?;
        } else if !self.report.rows.is_empty() {
            self.report.print()?;
        }
        self.record.write(&args.endpoint_url)?;
        let lines: Vec<String> = left.iter().map(|left| format!("\n  {}: {}", left.arn, left.why)).collect();
        match ended {
            Err(halt) => Err(CliError::System(format!("{}{}", halted(halt), remains(&lines)))),
            Ok(()) if !lines.is_empty() => Err(CliError::System(remains(&lines).trim_start().to_owned())),
            Ok(()) => Ok(if self.report.differs() { REJECTED } else { OK }),
        }
    }

    fn ask_all(&mut self, files: &[File], args: &VerifyArgs) -> Result<(), Halt> {
        let scope = self.scope(args.state_machine_role_arn.as_deref())?;
        let progress = Progress::new(vectors(files).count());
        for (index, (file, vector)) in vectors(files).enumerate() {
            progress.at(index, &vector.name);
            let outcome = match reason(vector, self.rules) {
                Some(reason) => Outcome::Skipped(reason),
                None => self.ask(file, vector, Names::new(format!("{}{index}-", self.prefix), &scope))?,
            };
            let Vector { name, source, .. } = vector.clone();
            self.report.rows.push(Row { file: file.to_owned(), name, source, outcome });
        }
        Ok(())
    }

    fn ask(&mut self, file: &str, vector: &Vector, names: Names) -> Result<Outcome, Halt> {
        let Self { sender, ledger, record, .. } = self;
        let mut session = Session { sender, ledger, record, names, file, vector: &vector.name };
        let asked = sfn_alias_vectors::run(vector, &mut session);
        if !matches!(asked, Err(Halt::Stopped | Halt::Failed(_))) {
            self.ledger.clean(&mut self.sender);
        }
        match asked {
            Ok(None) => Ok(Outcome::Agrees),
            Ok(Some(difference)) => Ok(Outcome::Differs(difference)),
            Err(Halt::Skip(reason)) => Ok(Outcome::Skipped(reason)),
            Err(halt) => Err(halt),
        }
    }

    /// Makes one state machine, whose ARN tells the account and the region, and deletes it.
    fn scope(&mut self, role: Option<&str>) -> Result<Scope, Halt> {
        let definition = r#"{"StartAt":"Done","States":{"Done":{"Type":"Succeed"}}}"#;
        let name = format!("{}0", self.prefix);
        let request = json!({"name": name, "definition": definition, "roleArn": role.unwrap_or(ROLE)}).to_string();
        let answer = self.sender.call("CreateStateMachine", request.as_bytes())?;
        self.ledger.note("CreateStateMachine", request.as_bytes(), &answer);
        let scope = answer.text("stateMachineArn").and_then(|arn| Scope::of(arn, role));
        let refused = || {
            let (status, body) = (answer.status, &answer.body);
            Halt::Failed(CliError::System(format!("the endpoint makes no state machine: status {status} {body}")))
        };
        let scope = scope.ok_or_else(refused)?;
        self.ledger.clean(&mut self.sender);
        Ok(scope)
    }
}

fn halted(halt: Halt) -> String {
    match halt {
        Halt::Stopped => "stopped before the end".to_owned(),
        Halt::Skip(why) => why,
        Halt::Failed(failure) => failure.to_string(),
    }
}

fn remains(lines: &[String]) -> String {
    if lines.is_empty() { String::new() } else { format!("\ncould not be deleted:{}", lines.concat()) }
}
