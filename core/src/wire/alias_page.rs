//! A page of aliases, which is serialized without a string per alias.

use super::output::{ListStateMachineAliasesOutput, StateMachineAliasListItem};
use crate::model::Timestamp;
use serde::Serialize;
use serde::ser::{SerializeSeq, SerializeStruct, Serializer};

/// A page of aliases whose names share one text: as [`ListStateMachineAliasesOutput`], without a string per alias.
pub(crate) struct AliasPage {
    next_token: Option<String>,
    /// The ARN of the state machine, and a colon.
    arn_prefix: String,
    /// The creation date of each alias, and the end of its name in `names`.
    items: Vec<(Timestamp, usize)>,
    names: String,
}

impl AliasPage {
    /// Creates a page of aliases of a state machine.
    pub fn new<'n>(
        next_token: Option<String>,
        state_machine_arn: &str,
        aliases: impl ExactSizeIterator<Item = (&'n str, Timestamp)>,
    ) -> Self {
        let (mut items, mut names) = (Vec::with_capacity(aliases.len()), String::with_capacity(512));
        for (name, created) in aliases {
            names.push_str(name);
            items.push((created, names.len()));
        }
        Self { next_token, arn_prefix: [state_machine_arn, ":"].concat(), items, names }
    }

    /// Returns the creation date and the name of each alias.
    fn items(&self) -> impl ExactSizeIterator<Item = (Timestamp, &str)> {
        let mut start = 0;
        self.items.iter().map(move |&(created, end)| {
            (created, self.names.get(std::mem::replace(&mut start, end)..end).unwrap_or_default())
        })
    }
}

struct AliasItem<'p> {
    created: Timestamp,
    arn: &'p str,
}

impl Serialize for AliasItem<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut item = serializer.serialize_struct("StateMachineAliasListItem", 2)?;
        item.serialize_field("creationDate", &self.created)?;
        item.serialize_field("stateMachineAliasArn", self.arn)?;
        item.end()
    }
}

struct AliasItems<'p>(&'p AliasPage);

impl Serialize for AliasItems<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let items = self.0.items();
        let mut list = serializer.serialize_seq(Some(items.len()))?;
        let mut arn = self.0.arn_prefix.clone();
        for (created, name) in items {
            arn.truncate(self.0.arn_prefix.len());
            arn.push_str(name);
            list.serialize_element(&AliasItem { created, arn: &arn })?;
        }
        list.end()
    }
}

impl Serialize for AliasPage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = if self.next_token.is_some() { 2 } else { 1 };
        let mut output = serializer.serialize_struct("ListStateMachineAliasesOutput", members)?;
        match &self.next_token {
            Some(token) => output.serialize_field("nextToken", token)?,
            None => output.skip_field("nextToken")?,
        }
        output.serialize_field("stateMachineAliases", &AliasItems(self))?;
        output.end()
    }
}

impl From<AliasPage> for ListStateMachineAliasesOutput {
    fn from(page: AliasPage) -> Self {
        let item = |(creation_date, name)| StateMachineAliasListItem {
            creation_date,
            state_machine_alias_arn: [&*page.arn_prefix, name].concat(),
        };
        Self { state_machine_aliases: page.items().map(item).collect(), next_token: page.next_token }
    }
}
