//! The page of an operation: its behaviours by answer.

use super::answer::Answer;
use super::basis::Notes;
use super::kinds::{count, format_counts, rank};
use super::vectors::{Group, Vector};
use crate::markdown::{anchor, escape, format_message};
use std::collections::BTreeMap;
use std::fmt::{Error, Write as _};

const SOURCES: &str =
    "The answers, and the source of each behaviour. In each table, the most reliable source is first. If a row
has no basis, it is the one of the row above. [Meaning of the sources, and all pages](../../FIDELITY.md).";

/// Returns the page: a table of answers, then a section per answer.
pub(super) fn page(group: &Group) -> Result<String, Error> {
    let notes = Notes::find(group.vectors.iter().map(|vector| vector.basis.as_str()));
    let mut sections: BTreeMap<&Answer, Vec<&Vector>> = BTreeMap::new();
    for vector in &group.vectors {
        sections.entry(&vector.answer).or_default().push(vector);
    }
    let rows = sections.iter().map(|(answer, vectors)| {
        let title = answer.title();
        let link = format!("[{title}](#{})", anchor(title));
        (link, count(vectors.iter().map(|vector| vector.kind.as_str())))
    });
    let mut page = format!("# {}\n\n{SOURCES}\n\n{}", group.title, format_counts("answer", &rows.collect::<Vec<_>>()));
    for (answer, vectors) in sections {
        write!(page, "\n## {}\n\n{}", answer.title(), section(vectors, &notes)?)?;
    }
    page.push_str(&notes.format());
    Ok(page)
}

/// Lists the behaviours of an answer by source, and those with the same basis together.
fn section(mut vectors: Vec<&Vector>, notes: &Notes) -> Result<String, Error> {
    let bases: Vec<String> = vectors.iter().map(|vector| vector.basis.clone()).collect();
    vectors.sort_by_key(|vector| (rank(&vector.kind), bases.iter().position(|basis| *basis == vector.basis)));
    let mut table = String::from("| source | behaviour | vector and basis |\n| --- | --- | --- |\n");
    let mut previous = None;
    for vector in vectors {
        writeln!(table, "{}", format_row(vector, previous, notes))?;
        previous = Some(vector);
    }
    Ok(table)
}

/// Formats a row. The basis and the message of the previous row are not repeated.
fn format_row(vector: &Vector, previous: Option<&Vector>, notes: &Notes) -> String {
    let Vector { name, behaviour, kind, basis, message, file, .. } = vector;
    let source = if kind == "recorded" { format!("**{kind}**") } else { kind.clone() };
    let message = match message {
        None => String::new(),
        Some(_) if previous.is_some_and(|previous| previous.message == *message) => "<br>Same message.".to_owned(),
        Some(message) => format!("<br>{}", format_message(message)),
    };
    let basis = match previous {
        Some(previous) if previous.basis == *basis => String::new(),
        _ => format!("<br>{}", notes.format_basis(basis)),
    };
    format!("| {source} | {}{message} | [`{name}`](../../{file}){basis} |", escape(behaviour))
}
