//! The manual: a page of the program and one of each command.

use super::args::Program;
use clap::{Command, CommandFactory};
use clap_mangen::Man;

/// The pages by their file names, for example `sfn-alias-serve.1`.
///
/// # Errors
/// None that comes from writing to memory.
pub fn manual() -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut program = Program::command().disable_help_subcommand(true);
    program.build();
    let commands: Vec<_> = program.get_subcommands().cloned().collect();
    std::iter::once(program).chain(commands).map(page).collect()
}

fn page(command: Command) -> std::io::Result<(String, Vec<u8>)> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let man = Man::new(command).title(name.clone());
    let mut page = Vec::new();
    man.render(&mut page)?;
    Ok((format!("{name}.1"), page))
}
