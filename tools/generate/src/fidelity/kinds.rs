//! The kinds of sources.

/// The kind of vectors whose behaviour is our inference.
pub(super) const ASSUMED: &str = "assumed";

/// The kinds of sources and their meaning, the most reliable first.
pub(super) const KINDS: [(&str, &str); 7] = [
    ("recorded", "recorded from AWS, with the name of the recording"),
    ("observed", "seen in a public transcript of AWS, with its reference and date"),
    ("model", "declared in AWS's service model (botocore's service-2.json)"),
    ("docs", "documented by AWS"),
    ("provider code", "implemented in the public code of CloudFormation's provider, with the location"),
    (ASSUMED, "not recorded; our best inference, with its reason"),
    ("own", "functions of this library that AWS does not have, such as `check` and `fingerprint`"),
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
    let has_count = |kind| rows.iter().any(|(_, counts)| counts.get(rank(kind)).is_some_and(|count| *count > 0));
    let used = KINDS.map(|(kind, _)| has_count(kind));
    let names = select(KINDS.map(|(kind, _)| kind), used);
    let mut table =
        format!("| {title} | {} | total |\n| --- |{}\n", names.join(" | "), " ---: |".repeat(names.len() + 1));
    for (name, counts) in rows {
        let cells = select(counts.map(format_cell), used);
        table += &format!("| {name} | {} | {} |\n", cells.join(" | "), counts.iter().sum::<usize>());
    }
    table
}

fn select<T>(values: [T; KINDS.len()], used: [bool; KINDS.len()]) -> Vec<T> {
    values.into_iter().zip(used).filter_map(|(value, used)| used.then_some(value)).collect()
}

fn format_cell(count: usize) -> String {
    if count == 0 { String::new() } else { count.to_string() }
}
