//! vectors/tests/names.txt: the names of all vectors that exist or existed, so that a test finds a lost vector.

use crate::fidelity::read_operations;
use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

pub(crate) const PAGE: &str = "vectors/tests/names.txt";

/// Returns the listed names and those of new vectors, sorted. A name stays until someone deletes its line.
///
/// # Errors
/// The list or a vector cannot be read.
pub(crate) fn page(root: &Path) -> Result<String, Box<dyn Error>> {
    let listed = std::fs::read_to_string(root.join(PAGE))?;
    let groups = read_operations(&root.join("vectors"))?;
    let names = groups.into_iter().flat_map(|group| group.vectors).map(|vector| vector.name);
    Ok(merge(&listed, names))
}

fn merge(listed: &str, names: impl Iterator<Item = String>) -> String {
    let merged: BTreeSet<String> = listed.lines().map(str::to_owned).chain(names).collect();
    merged.into_iter().map(|name| name + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::merge;

    #[test]
    fn new_name_is_added_and_removed_name_stays() {
        let names = ["a/new", "b/listed"].map(str::to_owned);
        assert_eq!(merge("b/listed\nb/removed\n", names.into_iter()), "a/new\nb/listed\nb/removed\n");
    }
}
