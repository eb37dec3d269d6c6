//! What of a request names the resource that it is about.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The operation whose `name` is that of a state machine.
pub(super) const NAMES: &str = "CreateStateMachine";

const TARGETS: [&str; 5] =
    ["stateMachineArn", "stateMachineAliasArn", "stateMachineVersionArn", "executionArn", "resourceArn"];

/// Whether a member of this name names a resource.
pub(super) fn is_target(member: &str) -> bool {
    TARGETS.contains(&member)
}

/// Every member of a request that is text, at any depth; where a name stands twice, both.
#[derive(Debug, Default)]
pub(super) struct Members(pub Vec<(String, String)>);

struct Collect;

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Collect)
    }
}

impl<'de> Visitor<'de> for Collect {
    type Value = Members;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
        let mut all = Vec::new();
        while let Some((name, Members(inner))) = map.next_entry::<String, Members>()? {
            // What a value is called within itself is empty: it gets this member's name.
            let named = |inner: String| if inner.is_empty() { name.clone() } else { inner };
            all.extend(inner.into_iter().map(|(inner, text)| (named(inner), text)));
        }
        Ok(Members(all))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Members, A::Error> {
        let mut all = Vec::new();
        while let Some(Members(inner)) = items.next_element()? {
            all.extend(inner);
        }
        Ok(Members(all))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Members, E> {
        Ok(Members(vec![(String::new(), text.to_owned())]))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Members, E> {
        Ok(Members::default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Members, E> {
        Ok(Members::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Members, E> {
        Ok(Members::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Members, E> {
        Ok(Members::default())
    }

    fn visit_unit<E: Error>(self) -> Result<Members, E> {
        Ok(Members::default())
    }
}
