//! Generates FIDELITY.md and `docs/fidelity/`: every behaviour and its source.

mod assumptions;
mod basis;
mod kinds;
mod links;
mod operation_page;
mod overview;
mod response;
mod vectors;

pub(crate) use response::Response;
pub(crate) use vectors::{Group, read_operations};

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

/// A generated page: its path in the repository and its text.
type Page = (PathBuf, String);

/// Generates FIDELITY.md, and a page per operation in `docs/fidelity/`.
///
/// # Errors
/// A file cannot be read, or an assumption names a vector that is not assumed.
pub(crate) fn pages(directory: &Path) -> Result<Vec<Page>, Box<dyn Error>> {
    let mut groups = read_operations(directory)?;
    groups.extend(vectors::read_others(directory)?);
    let mut pages = vec![("FIDELITY.md".into(), overview::page(directory, &groups)?)];
    for group in &groups {
        pages.push((group.page().into(), operation_page::page(group)?));
    }
    Ok(pages)
}

/// Returns how many behaviours of Step Functions have each kind of source.
///
/// # Errors
/// A vector file cannot be read.
pub(crate) fn count_by_source(directory: &Path) -> Result<BTreeMap<String, usize>, Box<dyn Error>> {
    let mut counts = BTreeMap::new();
    for vector in read_operations(directory)?.into_iter().flat_map(|group| group.vectors) {
        *counts.entry(vector.kind).or_default() += 1;
    }
    Ok(counts)
}
