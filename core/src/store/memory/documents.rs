//! The documents of the aliases of one state machine.

use crate::store::Document;
use std::collections::BTreeMap;

/// The documents by alias and key. Has no entry for an alias without documents.
#[derive(Default)]
pub(in crate::store) struct Documents(BTreeMap<Box<str>, BTreeMap<Box<str>, Box<str>>>);

impl Documents {
    /// Adds or replaces a document.
    pub fn put(&mut self, alias: &str, Document { key, value }: Document) {
        match self.0.get_mut(alias) {
            Some(documents) => drop(documents.insert(key, value)),
            None => drop(self.0.insert(alias.into(), BTreeMap::from([(key, value)]))),
        }
    }

    pub fn change(&mut self, alias: &str, put: Vec<Document>, delete: &[Box<str>]) {
        if let Some(documents) = self.0.get_mut(alias) {
            delete.iter().for_each(|key| drop(documents.remove(key)));
            if documents.is_empty() {
                self.0.remove(alias);
            }
        }
        put.into_iter().for_each(|document| self.put(alias, document));
    }

    pub fn remove_alias(&mut self, alias: &str) {
        self.0.remove(alias);
    }

    pub fn get(&self, alias: &str, key: &str) -> Option<&str> {
        self.0.get(alias)?.get(key).map(|value| &**value)
    }

    /// Returns the documents of an alias whose keys begin with a prefix, in the order of their keys.
    pub fn list(&self, alias: &str, prefix: &str) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        let documents = self.0.get(alias).into_iter().flatten();
        documents.filter(move |(key, _)| key.starts_with(prefix)).map(|(key, value)| (&**key, &**value))
    }
}
