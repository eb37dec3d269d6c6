//! Parses the command line and runs the command.

use crate::args::{Command, Program};
use crate::exit::{CliError, CommandResult, OK, USAGE_ERROR};
use crate::{alarms, arn, backup, check_template, deploy, end, plan, request, route, schema, serve, simulate, verify};
use clap::{CommandFactory, Parser};
use clap_complete::Shell;
use clap_mangen::Man;
use std::ffi::OsString;
use std::io::{ErrorKind, Write};
use std::process::ExitCode;

/// Runs the program. The first argument is the name of the program. Exit codes: 0 success, 1 rejected or problems found,
/// 2 usage error, 3 I/O or network error.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let result = match Program::try_parse_from(args) {
        Ok(program) => run_command(program.command),
        Err(error) => print_clap_error(&error),
    };
    let code = match result.and_then(|code| Ok(std::io::stdout().flush().map(|()| code)?)) {
        Ok(code) => code,
        // The reader of the pipe, for example `head`, has closed it.
        Err(CliError::Output(error)) if error.kind() == ErrorKind::BrokenPipe => OK,
        Err(error) => {
            writeln!(std::io::stderr(), "sfn-alias: {error}").ok();
            error.exit_code()
        }
    };
    code.into()
}

/// Prints the help or version to standard output, or a usage error to standard error.
fn print_clap_error(error: &clap::Error) -> CommandResult {
    let printed = error.print();
    if !error.use_stderr() {
        printed?;
    }
    Ok(u8::try_from(error.exit_code()).unwrap_or(USAGE_ERROR))
}

fn run_command(command: Command) -> CommandResult {
    match command {
        Command::Serve(args) => serve::run(*args),
        Command::Backup(args) => backup::back_up(&args),
        Command::Restore(args) => backup::restore(&args),
        #[cfg(feature = "store")]
        Command::Copy(args) => crate::copy::run(&args),
        Command::Reset(args) => backup::reset(&args),
        Command::Call(args) => request::call(&args),
        Command::End(args) => end::run(&args),
        Command::Alarms(args) => alarms::run(&args),
        Command::Check(args) => request::check(&args),
        Command::CheckTemplate(args) => check_template::run(&args),
        Command::Fingerprint(args) => request::fingerprint(&args),
        Command::Arn(args) => arn::run(&args),
        Command::Route(args) => route::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Deploy(args) => deploy::run(&args),
        Command::Rollback(args) => deploy::roll_back(&args),
        Command::Abort(args) => deploy::abort(&args),
        Command::Prune(args) => deploy::prune(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions { shell } => print_completions(shell),
        Command::Man => print_man_pages(),
    }
}

fn print_completions(shell: Shell) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Program::command(), "sfn-alias", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(OK)
}

fn print_man_pages() -> CommandResult {
    man_pages()?.into_iter().try_for_each(|(_, page)| std::io::stdout().write_all(&page))?;
    Ok(OK)
}

/// Generates a page for the program and for each command. Returns them with their file names, for example
/// `sfn-alias-serve.1`.
///
/// # Errors
/// None in practice: the pages are written to memory.
pub fn man_pages() -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut program = Program::command().disable_help_subcommand(true);
    program.build();
    let commands: Vec<_> = program.get_subcommands().cloned().collect();
    std::iter::once(program).chain(commands).map(render_page).collect()
}

fn render_page(command: clap::Command) -> std::io::Result<(String, Vec<u8>)> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let source = format!("sfn-alias {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command).title(name.clone()).source(source);
    let mut page = Vec::new();
    man.render(&mut page)?;
    Ok((format!("{name}.1"), page))
}
