//! Links to the lines of vectors.

use std::collections::BTreeMap;

/// The lines of the vectors in a file.
pub(super) struct Links {
    /// The path of the file in the repository.
    path: String,
    /// The lines by the name of the vector, from 1.
    lines: BTreeMap<String, usize>,
}

impl Links {
    /// Finds the line with the name of each vector. `make vectors` formats the files with one name per line.
    pub(super) fn find(path: String, text: &str) -> Self {
        let mut lines = BTreeMap::new();
        for (number, line) in (1..).zip(text.lines()) {
            let name = line.trim().strip_prefix("\"name\": \"").and_then(|rest| rest.strip_suffix("\","));
            if let Some(name) = name {
                lines.entry(name.to_owned()).or_insert(number);
            }
        }
        Self { path, lines }
    }

    /// Returns the link to a vector, relative to the repository.
    ///
    /// # Errors
    /// No line has the name of the vector.
    pub(super) fn link(&self, name: &str) -> Result<String, String> {
        let Self { path, lines } = self;
        let line =
            lines.get(name).ok_or_else(|| format!("{path}: no line with the name `{name}`; run `make vectors`"))?;
        Ok(format!("{path}#L{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_has_line_of_name() {
        let text = "[\n  {\n    \"name\": \"a/first\",\n  },\n  {\n    \"name\": \"a/second\",\n  }\n]\n";
        let links = Links::find("a.json".to_owned(), text);
        assert_eq!(links.link("a/second"), Ok("a.json#L6".to_owned()));
        let error = "a.json: no line with the name `a/third`; run `make vectors`";
        assert_eq!(links.link("a/third"), Err(error.to_owned()));
    }
}
