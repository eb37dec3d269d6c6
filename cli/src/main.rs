//! The program `sfn-alias`.

fn main() -> std::process::ExitCode {
    sfn_alias_cli::main(std::env::args_os())
}
