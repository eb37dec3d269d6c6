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
    let picture = read(PICTURE)?;
    let named = find_code_spans(head).chain(find_code_spans(tail)).chain(find_texts(&picture));
    let missing: Vec<_> = named.filter(|text| is_path(text) && !root.join(text).exists()).collect();
    if !missing.is_empty() {
        return Err(format!("{PAGE} or {PICTURE} names files that do not exist: {}", missing.join(", ")).into());
    }
    let (program, output) = (read("examples/rust/layers.rs")?, read("examples/layers.txt")?);
    Ok(format!("{head}{BEGIN}```rust\n{program}```\n\n```text\n{output}```\n{END}{tail}"))
}

fn find_code_spans(page: &str) -> impl Iterator<Item = &str> {
    page.split('`').skip(1).step_by(2)
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
