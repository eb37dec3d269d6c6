//! Reads and changes the documents of an alias.

use super::{Context, Decision};
use crate::command::AliasRef;
use crate::error::{Error, Result};
use crate::limits::{DOCUMENT_BYTES, DOCUMENT_KEY_CHARACTERS, DOCUMENTS_PER_ALIAS, DOCUMENTS_PER_UPDATE};
use crate::model::Alias;
use crate::store::{Change, Document, View};
use std::borrow::Cow;
use std::collections::HashSet;

/// An alias and its documents, at one moment.
#[expect(missing_debug_implementations, reason = "it refers to a view")]
pub struct Documents<'v> {
    view: &'v dyn View,
    name: &'v str,
    alias: Cow<'v, Alias>,
}

impl Documents<'_> {
    /// Returns the alias.
    pub fn alias(&self) -> &Alias {
        &self.alias
    }

    /// Returns the text of a document.
    ///
    /// # Errors
    /// This and the following methods return [`crate::Error::Store`] if the store cannot be read.
    pub fn document(&self, key: &str) -> Result<Option<String>> {
        self.view.document(self.name, key)
    }

    /// Returns the keys that begin with a prefix, in ascending order.
    pub fn document_keys(&self, prefix: &str) -> Result<Vec<String>> {
        self.view.document_keys(self.name, prefix)
    }

    /// Returns up to `limit` documents whose keys begin with a prefix, highest key first.
    pub fn documents(&self, prefix: &str, limit: usize) -> Result<Vec<Document>> {
        self.view.documents(self.name, prefix, limit)
    }
}

/// A change of documents. It contains each key once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentChange {
    /// The documents to create or replace.
    pub put: Vec<Document>,
    /// The keys of the documents to delete. Those that do not exist are ignored.
    pub delete: Vec<Box<str>>,
}

/// Reads documents. The errors for an alias that does not exist are those of DescribeStateMachineAlias.
pub(crate) fn read<R>(
    command: &AliasRef<'_>,
    context: &Context<'_>,
    read: impl Fn(&Documents<'_>) -> Result<R>,
) -> Result<R> {
    let (view, alias) = super::alias::require(command, context)?;
    read(&Documents { view, name: command.name, alias })
}

/// Decides on a change of documents that `decide` returns.
pub(crate) fn update<R>(
    command: &AliasRef<'_>,
    context: &Context<'_>,
    decide: impl Fn(&Documents<'_>) -> Result<(Option<DocumentChange>, R)>,
) -> Result<Decision<R>> {
    read(command, context, |documents| {
        let (change, output) = decide(documents)?;
        let change = change.map(|change| check(change, documents)).transpose()?;
        let change = change.filter(|change| !change.put.is_empty() || !change.delete.is_empty());
        let change = change.map(|DocumentChange { put, delete }| Change::PutDocuments {
            alias: command.name.into(),
            put,
            delete,
        });
        Ok(Decision { change, output })
    })
}

/// Checks a change. Returns it without the deletions that have no effect.
fn check(mut change: DocumentChange, documents: &Documents<'_>) -> Result<DocumentChange> {
    check_keys(&change)?;
    change.put.iter().try_for_each(check_value)?;
    let stored: HashSet<String> = documents.document_keys("")?.into_iter().collect();
    change.delete.retain(|key| stored.contains(&**key));
    let added = change.put.iter().filter(|document| !stored.contains(&*document.key)).count();
    let count = stored.len().saturating_add(added).saturating_sub(change.delete.len());
    if added > 0 && count > DOCUMENTS_PER_ALIAS {
        return invalid(format!(
            "the alias would have {count} documents; the maximum is {DOCUMENTS_PER_ALIAS}; delete some"
        ));
    }
    Ok(change)
}

fn check_keys(change: &DocumentChange) -> Result<()> {
    let keys = change.put.iter().map(|document| &*document.key).chain(change.delete.iter().map(|key| &**key));
    let mut found = HashSet::new();
    for key in keys {
        check_key(key)?;
        if !found.insert(key) {
            return invalid(format!("the key `{key}` is specified twice; specify it once"));
        }
    }
    if found.len() > DOCUMENTS_PER_UPDATE {
        let count = found.len();
        return invalid(format!("the update changes {count} documents; change up to {DOCUMENTS_PER_UPDATE} at once"));
    }
    Ok(())
}

fn check_key(key: &str) -> Result<()> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-');
    if !key.is_empty() && key.len() <= DOCUMENT_KEY_CHARACTERS && key.bytes().all(is_allowed) {
        return Ok(());
    }
    let shown: String = key.chars().take(DOCUMENT_KEY_CHARACTERS).collect();
    invalid(format!(
        "`{shown}` is not a valid key; use 1 to {DOCUMENT_KEY_CHARACTERS} letters, digits, `/`, `_` and `-`"
    ))
}

fn check_value(Document { key, value }: &Document) -> Result<()> {
    let size = value.len();
    if size <= DOCUMENT_BYTES {
        return Ok(());
    }
    invalid(format!("the document `{key}` has {size} bytes; the maximum is {DOCUMENT_BYTES}"))
}

fn invalid<T>(problem: String) -> Result<T> {
    Err(Error::InvalidDocuments(problem))
}
