//! The kinds of sources.

/// The kind of vectors for functions of this library, which AWS does not have.
pub(super) const OWN: &str = "own";

/// The kind of vectors whose behaviour is our inference.
pub(super) const ASSUMED: &str = "assumed";

/// The kinds of sources and their meaning, the most reliable first.
pub(super) const KINDS: [(&str, &str); 7] = [
    ("recorded", "recorded from AWS, with the name of the recording"),
    ("observed", "seen in a public transcript of AWS, with its reference and date"),
    ("model", "declared in AWS's service model (botocore's service-2.json)"),
    ("docs", "documented by AWS"),
    (ASSUMED, "not recorded; our best inference, with its reason"),
    ("provider code", "implemented in the public code of CloudFormation's provider, with the location"),
    (OWN, "functions of this library that AWS does not have, such as `check` and `fingerprint`"),
];

/// Returns the position of a kind in [`KINDS`].
pub(super) fn rank(kind: &str) -> usize {
    KINDS.iter().position(|(name, _)| *name == kind).unwrap_or(KINDS.len())
}

/// Counts kinds, in the order of [`KINDS`].
pub(super) fn count<'a>(kinds: impl Iterator<Item = &'a str>) -> [usize; KINDS.len()] {
    let mut counts = [0; KINDS.len()];
    for kind in kinds {
        if let Some(count) = counts.get_mut(rank(kind)) {
            *count += 1;
        }
    }
    counts
}

/// Formats a table of counts. A kind without any vector has no column.
pub(super) fn format_counts(title: &str, rows: &[(String, [usize; KINDS.len()])]) -> String {
    let used: Vec<usize> = (0..KINDS.len()).filter(|kind| rows.iter().any(|(_, counts)| counts[*kind] > 0)).collect();
    let names: Vec<&str> = used.iter().map(|kind| KINDS[*kind].0).collect();
    let mut table =
        format!("| {title} | {} | total |\n| --- |{}\n", names.join(" | "), " ---: |".repeat(used.len() + 1));
    for (name, counts) in rows {
        let cells: Vec<String> = used.iter().map(|kind| format_cell(counts[*kind])).collect();
        table += &format!("| {name} | {} | {} |\n", cells.join(" | "), counts.iter().sum::<usize>());
    }
    table
}

fn format_cell(count: usize) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}
