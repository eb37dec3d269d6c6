//! Writes FIDELITY.md from the vectors and RULES.md from the rules, or verifies with `--check` that they
//! are current.
#![expect(clippy::print_stdout, reason = "a command-line tool prints")]

mod fidelity;
mod rules;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let check = std::env::args().any(|argument| argument == "--check");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    write_or_verify(&root, "FIDELITY.md", &fidelity::page(&root.join("vectors"))?, check)?;
    write_or_verify(&root, "RULES.md", &rules::page()?, check)
}

fn write_or_verify(root: &Path, name: &str, page: &str, check: bool) -> Result<(), Box<dyn Error>> {
    let path = root.join(name);
    if !check {
        std::fs::write(&path, page)?;
        println!("wrote {name}");
    } else if std::fs::read_to_string(&path).unwrap_or_default() == page {
        println!("{name} is current");
    } else {
        return Err(format!("{name} is not what its sources say: run `make generate` and commit").into());
    }
    Ok(())
}
