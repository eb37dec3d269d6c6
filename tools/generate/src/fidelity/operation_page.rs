//! The page of an operation: its behaviours by response.

use super::basis::Notes;
use super::kinds::{count, format_counts, rank};
use super::response::Response;
use super::vectors::{Group, Vector};
use crate::markdown::{anchor, escape, format_message};
use std::collections::BTreeMap;
use std::fmt::{Error, Write as _};

const SOURCES: &str =
    "The responses, and the source of each behaviour. In each table, the most reliable source is first. A row without
a basis has the basis of the last row above that has one. [Meaning of the sources, and all pages](../../FIDELITY.md).";

/// Returns the page: a table of responses, then a section per response.
pub(super) fn page(group: &Group) -> Result<String, Error> {
    let notes = Notes::find(group.vectors.iter().map(|vector| vector.basis.as_str()));
    let mut sections: BTreeMap<&Response, Vec<&Vector>> = BTreeMap::new();
    for vector in &group.vectors {
        sections.entry(&vector.response).or_default().push(vector);
    }
    let rows = sections.iter().map(|(response, vectors)| {
        let title = response.title();
        let link = format!("[{title}](#{})", anchor(title));
        (link, count(vectors.iter().map(|vector| vector.kind.as_str())))
    });
    let mut page =
        format!("# {}\n\n{SOURCES}\n\n{}", group.title, format_counts("response", &rows.collect::<Vec<_>>()));
    for (response, vectors) in sections {
        write!(page, "\n## {}\n\n{}", response.title(), section(vectors, &notes)?)?;
    }
    page.push_str(&notes.format());
    Ok(page)
}

/// Lists the behaviours of an response by source, and those with the same basis together.
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
    let Vector { name, behaviour, kind, basis, message, link, .. } = vector;
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
    format!("| {source} | {}{message} | [`{name}`](../../{link}){basis} |", escape(behaviour))
}
