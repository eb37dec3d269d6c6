//! Reads the documents of aliases.

use crate::engine::{Found, Read, Record};
use crate::key::{self, Id, Kind};
use crate::record::{invalid_key, unreadable};
use crate::state_machine::{first_record, missing_result, records};
use sfn_alias::Result;
use sfn_alias::store::Document;

/// Documents that are read at once. Each may have 64 KiB.
const DOCUMENTS: usize = 16;

/// Reads at one moment.
type ReadAtOnce<'r> = &'r dyn Fn(&[Read]) -> Result<Vec<Found>>;

/// The documents of an alias that exists.
pub(crate) struct AliasDocuments<'r> {
    pub id: Id,
    pub alias: &'r str,
    pub read: ReadAtOnce<'r>,
}

impl AliasDocuments<'_> {
    pub fn read_one(&self, key: &str) -> Result<Option<String>> {
        let found = self.read_all(&[key])?;
        Ok(found.into_iter().next().map(|document| document.value.into()))
    }

    pub fn read_keys(&self, prefix: &str) -> Result<Vec<String>> {
        let id = self.id;
        let (start, end) = key::documents(id, self.alias, prefix);
        let found = (self.read)(&[Read::Range { start, end, limit: usize::MAX, values: false }])?;
        let found = records(found.first().ok_or_else(missing_result)?)?;
        let key = |record: &Record| key::parse_document(&record.key, id).map(|(_, key)| key.to_owned());
        found.iter().map(|record| key(record).ok_or_else(|| invalid_key(&record.key))).collect()
    }

    /// Reads up to `limit` documents, highest key first.
    pub fn read_latest(&self, prefix: &str, limit: usize) -> Result<Vec<Document>> {
        let keys = self.read_keys(prefix)?;
        let latest: Vec<&str> = keys.iter().rev().take(limit).map(|key| &**key).collect();
        let mut documents = Vec::with_capacity(latest.len());
        for keys in latest.chunks(DOCUMENTS) {
            documents.extend(self.read_all(keys)?);
        }
        Ok(documents)
    }

    /// Reads the documents with these keys at one moment. Omits those that do not exist.
    fn read_all(&self, keys: &[&str]) -> Result<Vec<Document>> {
        let read = |key: &&str| Read::Key(key::document(self.id, self.alias, key));
        let reads: Vec<_> = keys.iter().map(read).collect();
        let mut documents = Vec::with_capacity(keys.len());
        for (key, found) in keys.iter().zip(&(self.read)(&reads)?) {
            if let Some(record) = first_record(found)? {
                documents.push(Document { key: (*key).into(), value: parse_text(record)? });
            }
        }
        Ok(documents)
    }
}

fn parse_text(record: &Record) -> Result<Box<str>> {
    let text = std::str::from_utf8(&record.value).map_err(|error| unreadable(&record.key, error))?;
    Ok(text.into())
}

/// Calls `visit` with each document of a state machine, in small parts.
pub(crate) fn export(id: Id, read: ReadAtOnce<'_>, visit: &mut dyn FnMut(&str, &Document) -> Result<()>) -> Result<()> {
    let (mut start, end) = Kind::Document.range(id);
    loop {
        let found = read(&[Read::Range { start, end: end.clone(), limit: DOCUMENTS, values: true }])?;
        let found = records(found.first().ok_or_else(missing_result)?)?;
        for record in found {
            let (alias, key) = key::parse_document(&record.key, id).ok_or_else(|| invalid_key(&record.key))?;
            visit(alias, &Document { key: key.into(), value: parse_text(record)? })?;
        }
        match found.last() {
            Some(last) if found.len() >= DOCUMENTS => start = key::after(&last.key),
            _ => return Ok(()),
        }
    }
}
