//! A page of aliases, which is serialized without a string per alias.

use super::output::{ListStateMachineAliasesOutput, StateMachineAliasListItem};
use crate::model::Timestamp;
use serde::ser::{Serialize, SerializeSeq, Serializer};

/// A page of aliases: as [`ListStateMachineAliasesOutput`], without a string per alias.
#[derive(serde::Serialize)]
#[serde(rename = "ListStateMachineAliasesOutput", rename_all = "camelCase")]
pub(crate) struct AliasPage {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
    state_machine_aliases: Aliases,
}

/// Aliases whose names share one text.
struct Aliases {
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
        let arn_prefix = [state_machine_arn, ":"].concat();
        Self { next_token, state_machine_aliases: Aliases { arn_prefix, items, names } }
    }
}

impl Aliases {
    /// Returns the creation date and the name of each alias.
    fn iter(&self) -> impl ExactSizeIterator<Item = (Timestamp, &str)> {
        let mut start = 0;
        self.items.iter().map(move |&(created, end)| {
            (created, self.names.get(std::mem::replace(&mut start, end)..end).unwrap_or_default())
        })
    }
}

#[derive(serde::Serialize)]
#[serde(rename = "StateMachineAliasListItem", rename_all = "camelCase")]
struct AliasItem<'p> {
    creation_date: Timestamp,
    state_machine_alias_arn: &'p str,
}

impl Serialize for Aliases {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.items.len()))?;
        let mut arn = self.arn_prefix.clone();
        for (creation_date, name) in self.iter() {
            arn.truncate(self.arn_prefix.len());
            arn.push_str(name);
            list.serialize_element(&AliasItem { creation_date, state_machine_alias_arn: &arn })?;
        }
        list.end()
    }
}

impl From<AliasPage> for ListStateMachineAliasesOutput {
    fn from(AliasPage { next_token, state_machine_aliases }: AliasPage) -> Self {
        let item = |(creation_date, name)| StateMachineAliasListItem {
            creation_date,
            state_machine_alias_arn: [&*state_machine_aliases.arn_prefix, name].concat(),
        };
        Self { next_token, state_machine_aliases: state_machine_aliases.iter().map(item).collect() }
    }
}
