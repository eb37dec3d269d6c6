//! FIDELITY.md: the counts by operation and source, and the most important assumptions.

use super::kinds::{KINDS, count, format_counts};
use super::vectors::{Group, Vector};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

const HEAD: &str = "# Fidelity

Every behaviour of sfn-alias is a vector in `vectors/`, and every vector states its source. This page is
generated from the vectors (`make generate`); `make test` checks that it is up to date.

The recordings come from LocalStack's public test suite (Apache-2.0), which was run against AWS. They contain
error codes and messages, and some contain status codes.

";

/// Returns the page.
///
/// # Errors
/// The assumptions cannot be read, or name a vector that is not assumed.
pub(super) fn page(_directory: &Path, groups: &[Group]) -> Result<String, Box<dyn Error>> {
    let mut page = String::from(HEAD);
    page.push_str("| source | meaning |\n| --- | --- |\n");
    for (kind, meaning) in KINDS {
        writeln!(page, "| {kind} | {meaning} |")?;
    }
    let mut rows: Vec<_> = groups
        .iter()
        .map(|group| (format!("[{}]({})", group.title, group.page()), count_kinds(&group.vectors)))
        .collect();
    rows.push(("all".to_owned(), count_kinds(groups.iter().flat_map(|group| &group.vectors))));
    write!(page, "\n{}", format_counts("behaviours of", &rows))?;
    Ok(page)
}

fn count_kinds<'a>(vectors: impl IntoIterator<Item = &'a Vector>) -> [usize; KINDS.len()] {
    count(vectors.into_iter().map(|vector| vector.kind.as_str()))
}
