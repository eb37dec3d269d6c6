//! Writes FIDELITY.md from the vectors, or verifies with `--check` that it is current.
#![expect(clippy::print_stdout, reason = "a command-line tool prints")]

mod fidelity;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let check = std::env::args().any(|argument| argument == "--check");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fidelity::page(&root.join("vectors"))?;
    let path = root.join("FIDELITY.md");
    if !check {
        std::fs::write(&path, page)?;
        println!("wrote FIDELITY.md");
    } else if std::fs::read_to_string(&path).unwrap_or_default() == page {
        println!("FIDELITY.md is current");
    } else {
        return Err("FIDELITY.md is not what the vectors say: run `make generate` and commit".into());
    }
    Ok(())
}
