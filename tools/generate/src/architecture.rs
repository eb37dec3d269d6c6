//! The program in docs/architecture.md, and the check that all files exist which the page names.

use std::error::Error;
use std::path::Path;

/// The path of the page.
pub(crate) const PAGE: &str = "docs/architecture.md";
const PICTURE: &str = "docs/pictures/layers.svg";
const BEGIN: &str = "<!-- examples/rust/layers.rs: written by `make generate` -->\n";
const END: &str = "<!-- end of the program -->";

/// Returns the page with the current program and its output between the two markers.
///
/// # Errors
/// A file cannot be read, a marker is missing, or a path in the page or in its picture does not exist.
pub(crate) fn page(root: &Path) -> Result<String, Box<dyn Error>> {
    let read = |path: &str| std::fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"));
    let page = read(PAGE)?;
    let (head, rest) =
        page.split_once(BEGIN).ok_or("docs/architecture.md: the marker before the program is missing")?;
    let (_, tail) = rest.split_once(END).ok_or("docs/architecture.md: the marker after the program is missing")?;
    check_paths(root, &[head, tail], &read(PICTURE)?)?;
    let (program, output) = (read("examples/rust/layers.rs")?, read("examples/layers.txt")?);
    Ok(format!("{head}{BEGIN}```rust\n{program}```\n\n```text\n{output}```\n{END}{tail}"))
}

fn check_paths(root: &Path, texts: &[&str], picture: &str) -> Result<(), String> {
    let code_spans = texts.iter().flat_map(|text| find_code_spans(text));
    let paths = code_spans.chain(find_texts(picture)).filter(|text| is_path(text)).map(str::to_owned);
    let links = texts.iter().flat_map(|text| find_links(text)).map(|target| format!("docs/{target}"));
    let missing: Vec<_> = paths.chain(links).filter(|path| !root.join(path).exists()).collect();
    match missing.is_empty() {
        true => Ok(()),
        false => Err(format!("{PAGE} or {PICTURE} names files that do not exist: {}", missing.join(", "))),
    }
}

fn find_code_spans(page: &str) -> impl Iterator<Item = &str> {
    page.split('`').skip(1).step_by(2)
}

/// Returns the targets of links, without fragments.
fn find_links(page: &str) -> impl Iterator<Item = &str> {
    page.split("](").skip(1).filter_map(|link| link.split([')', '#']).next())
}

fn find_texts(svg: &str) -> impl Iterator<Item = &str> {
    svg.split("<text").skip(1).filter_map(|text| text.split(['>', '<']).nth(1))
}

/// Returns whether a text is the path of a file or folder: it contains `/` or ends with the extension of a source file.
fn is_path(text: &str) -> bool {
    let has_extension = Path::new(text)
        .extension()
        .is_some_and(|extension| ["rs", "md", "py", "sql"].iter().any(|known| extension == *known));
    !text.contains(' ') && (text.contains('/') || has_extension)
}
