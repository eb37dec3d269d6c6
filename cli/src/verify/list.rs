//! `sfn-alias verify --list`: prints the vectors without sending requests.

use super::args::VerifyArgs;
use super::skip::{SkipRules, skip_reason};
use crate::exit::{CliError, CommandResult, OK};
use crate::output;
use serde_json::json;
use sfn_alias_vectors::{Vector, VectorFile};

/// Prints the vectors of each file, with the page of their sources and the skip reasons.
pub(super) fn print_list(files: &[VectorFile], rules: SkipRules, args: &VerifyArgs) -> CommandResult {
    // Vectors of another directory have no page.
    let page = |file: &str| args.vectors.is_none().then(|| format!("docs/fidelity/{file}.md"));
    if args.json {
        for (file, vector) in iter_vectors(files) {
            let Vector { name, source, .. } = vector;
            let reason = skip_reason(vector, rules);
            let row = json!({"file": file, "page": page(file), "name": name, "source": source, "skipped": reason});
            output::print_line(row)?;
        }
        return Ok(OK);
    }
    for file in files.iter().filter(|file| !file.vectors.is_empty()) {
        let page = page(&file.name).map_or_else(String::new, |page| format!(": {page}"));
        output::print_line(format_args!("{}{page}", file.name))?;
        file.vectors.iter().try_for_each(|vector| print_vector(vector, rules))?;
    }
    Ok(OK)
}

/// Returns each vector with the name of its file.
pub(super) fn iter_vectors(files: &[VectorFile]) -> impl Iterator<Item = (&str, &Vector)> {
    files.iter().flat_map(|file| file.vectors.iter().map(|vector| (file.name.as_str(), vector)))
}

fn print_vector(vector: &Vector, rules: SkipRules) -> Result<(), CliError> {
    let reason = skip_reason(vector, rules);
    let skipped = reason.map_or_else(String::new, |reason| format!("  (skipped: {reason})"));
    output::print_line(format_args!("  {:<10}{}{skipped}", vector.source.kind, vector.name))
}
