//! Writes the generated pages, or checks with `--check` that they are up to date: FIDELITY.md, `docs/fidelity/`, docs/errors.md and
//! the counts in README.md from the vectors, new names in vectors/tests/names.txt, RULES.md from the rules, the program in docs/architecture.md from the examples, the list of
//! files of the console, and the man pages from the help of the program.
#![expect(clippy::print_stdout, reason = "a command-line tool prints")]

mod architecture;
mod console;
mod errors;
mod fidelity;
mod markdown;
mod names;
mod readme;
mod rules;

use std::error::Error;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let check = std::env::args().any(|argument| argument == "--check");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (path, page) in pages(&root)? {
        let name = path.display();
        let file = root.join(&path);
        if std::fs::read(&file).unwrap_or_default() == page {
            continue;
        }
        if !check {
            file.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            std::fs::write(&file, page)?;
            println!("wrote {name}");
        } else {
            return Err(format!("{name} is out of date; run `make vectors` and commit the result").into());
        }
    }
    println!("the generated files are up to date");
    Ok(())
}

/// A page and its path in the repository.
type Page = (PathBuf, Vec<u8>);

fn pages(root: &Path) -> Result<Vec<Page>, Box<dyn Error>> {
    let mut pages: Vec<Page> =
        vec![("RULES.md".into(), rules::page()?.into_bytes()), ("README.md".into(), readme::page(root)?.into_bytes())];
    let fidelity = fidelity::pages(&root.join("vectors"))?;
    pages.extend(fidelity.into_iter().map(|(path, page)| (path, page.into_bytes())));
    pages.push((architecture::PAGE.into(), architecture::page(root)?.into_bytes()));
    pages.push((console::PAGE.into(), console::page(root)?.into_bytes()));
    pages.push((names::PAGE.into(), names::page(root)?.into_bytes()));
    pages.push(("docs/errors.md".into(), errors::page(root)?.into_bytes()));
    for (name, page) in sfn_alias_cli::man_pages()? {
        pages.push((Path::new("cli/man").join(name), page));
    }
    Ok(pages)
}
