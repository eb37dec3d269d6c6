//! Generates the manual pages.

use crate::args::Program;
use clap::{Command, CommandFactory};
use clap_mangen::Man;

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

fn render_page(command: Command) -> std::io::Result<(String, Vec<u8>)> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    let source = format!("sfn-alias {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command).title(name.clone()).source(source);
    let mut page = Vec::new();
    man.render(&mut page)?;
    Ok((format!("{name}.1"), page))
}
