//! Lists the state machines of two stores together.

use crate::error::Result;
use crate::store::CopyStore;
use std::cmp::Ordering;
use std::iter::Peekable;
use std::vec::IntoIter;

/// State machines that are read at once.
const PAGE: usize = 1000;

/// Lists the ARNs of a store in order, page by page.
pub(super) struct Arns<'s> {
    store: &'s dyn CopyStore,
    page: IntoIter<String>,
    last: Option<String>,
    is_last_page: bool,
}

impl<'s> Arns<'s> {
    pub fn new(store: &'s dyn CopyStore) -> Self {
        Self { store, page: Vec::new().into_iter(), last: None, is_last_page: false }
    }

    fn read_page(&mut self) -> Result<()> {
        let found = self.store.state_machines("", self.last.as_deref(), PAGE)?;
        self.is_last_page = found.len() < PAGE;
        let arns: Vec<String> = found.into_iter().map(|(arn, _)| arn).collect();
        self.last = arns.last().cloned().or_else(|| self.last.take());
        self.page = arns.into_iter();
        Ok(())
    }
}

impl Iterator for Arns<'_> {
    type Item = Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.len() == 0
            && !self.is_last_page
            && let Err(error) = self.read_page()
        {
            self.is_last_page = true;
            return Some(Err(error));
        }
        self.page.next().map(Ok)
    }
}

/// Where a state machine is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Location {
    Source,
    Target,
    Both,
}

/// Lists the ARNs of two stores in order.
pub(super) struct Pairs<'s> {
    source: Peekable<Arns<'s>>,
    target: Peekable<Arns<'s>>,
}

impl<'s> Pairs<'s> {
    pub fn new(source: &'s dyn CopyStore, target: &'s dyn CopyStore) -> Self {
        Self { source: Arns::new(source).peekable(), target: Arns::new(target).peekable() }
    }
}

impl Iterator for Pairs<'_> {
    type Item = Result<(String, Location)>;

    fn next(&mut self) -> Option<Self::Item> {
        let location = match (self.source.peek(), self.target.peek()) {
            (None | Some(Ok(_)), Some(Err(_))) | (None, Some(Ok(_))) => Location::Target,
            (Some(Err(_)), _) | (Some(Ok(_)), None) => Location::Source,
            (Some(Ok(source)), Some(Ok(target))) => match source.cmp(target) {
                Ordering::Less => Location::Source,
                Ordering::Equal => Location::Both,
                Ordering::Greater => Location::Target,
            },
            (None, None) => return None,
        };
        let arn = match location {
            Location::Target => self.target.next(),
            Location::Source => self.source.next(),
            Location::Both => self.target.next().and(self.source.next()),
        };
        arn.map(|arn| Ok((arn?, location)))
    }
}
