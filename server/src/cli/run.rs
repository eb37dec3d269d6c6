//! From a command line to an exit code.

use super::args::{Command, Program};
use super::exit::{Failure, OK, Outcome};
use super::manual;
use super::{arn, call, check, check_template, deploy, fingerprint, plan, route, serve, simulate, verify};
use clap::{CommandFactory, Parser};
use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// Runs the program with its arguments, the first being its name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    ExitCode::from(run(args))
}

/// As [`main()`], with the exit code as a number: 0 done, 1 refused or with problems, 2 for a command line
/// or input that cannot be used, 3 where a file, an endpoint or the system failed.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let program = match Program::try_parse_from(args) {
        Ok(program) => program,
        Err(error) => {
            // Help and version are no failures, and go where the output goes.
            error.print().ok();
            return u8::try_from(error.exit_code()).unwrap_or(super::exit::USAGE);
        }
    };
    match run_command(program.command) {
        Ok(code) => code,
        Err(failure) => {
            writeln!(std::io::stderr(), "sfn-alias: {failure}").ok();
            failure.code()
        }
    }
}

fn run_command(command: Command) -> Outcome {
    let outcome = match command {
        Command::Serve(args) => serve::run(args),
        Command::Call(args) => call::run(&args),
        Command::Check(args) => check::run(&args),
        Command::CheckTemplate(args) => check_template::run(&args),
        Command::Fingerprint(args) => fingerprint::run(&args),
        Command::Arn(args) => arn::run(&args),
        Command::Route(args) => route::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Deploy(args) => deploy::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Program::command(), "sfn-alias", &mut std::io::stdout());
            Ok(OK)
        }
        Command::Man => {
            let pages = manual()?;
            pages.into_iter().try_for_each(|(_, page)| std::io::stdout().write_all(&page))?;
            Ok(OK)
        }
    };
    // Who pipes into `head` has read enough.
    match outcome {
        Err(Failure::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(OK),
        other => other,
    }
}
