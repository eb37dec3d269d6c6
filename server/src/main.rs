//! The program `sfn-alias`.

fn main() -> std::process::ExitCode {
    sfn_alias_server::cli::main(std::env::args_os())
}
