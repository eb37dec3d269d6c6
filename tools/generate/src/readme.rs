//! The counts in README.md, by source.

use crate::fidelity::count_by_source;
use std::error::Error;
use std::path::Path;

const BEGIN: &str = "<!-- counts: written by `make generate` -->\n";
const END: &str = "<!-- end of counts -->";

/// Returns README.md with current counts between the two markers.
///
/// # Errors
/// README.md or a vector cannot be read, or a marker is missing.
pub(crate) fn page(root: &Path) -> Result<String, Box<dyn Error>> {
    let readme = std::fs::read_to_string(root.join("README.md"))?;
    let (head, rest) = readme.split_once(BEGIN).ok_or("README.md: the marker before the counts is missing")?;
    let (_, tail) = rest.split_once(END).ok_or("README.md: the marker after the counts is missing")?;
    Ok(format!("{head}{BEGIN}{}{END}{tail}", sentence(root)?))
}

fn sentence(root: &Path) -> Result<String, Box<dyn Error>> {
    let count = count_by_source(&root.join("vectors"))?;
    let count_of = |kind: &str| count.get(kind).copied().unwrap_or_default();
    let [recorded, observed, model, docs, assumed] = ["recorded", "observed", "model", "docs", "assumed"].map(count_of);
    Ok(format!(
        "Each of its {} Step Functions behaviours is a test vector with a source: {recorded} recorded from AWS, {observed} observed in\n\
         public transcripts, {model} from the service model, {docs} documented, {assumed} assumed. [FIDELITY.md](FIDELITY.md) lists them.\n",
        recorded + observed + model + docs + assumed
    ))
}
