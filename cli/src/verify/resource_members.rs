//! The request members that identify a resource.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// The operation whose member `name` is the name of a state machine.
pub(super) const CREATE_STATE_MACHINE: &str = "CreateStateMachine";

const RESOURCE_MEMBERS: [&str; 5] =
    ["stateMachineArn", "stateMachineAliasArn", "stateMachineVersionArn", "executionArn", "resourceArn"];

/// Returns whether a member identifies a resource.
pub(super) fn is_resource_member(name: &str) -> bool {
    RESOURCE_MEMBERS.contains(&name)
}

/// The names and values of all string members of a request, at any depth. Contains both values of a duplicate member.
#[derive(Debug, Default)]
pub(super) struct StringMembers(pub Vec<(String, String)>);

struct StringMembersVisitor;

impl<'de> Deserialize<'de> for StringMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StringMembersVisitor)
    }
}

impl<'de> Visitor<'de> for StringMembersVisitor {
    type Value = StringMembers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<StringMembers, A::Error> {
        let mut all = Vec::new();
        while let Some((name, StringMembers(inner))) = map.next_entry::<String, StringMembers>()? {
            // A string without an object around it has no name yet.
            let inherit_name = |inner: String| if inner.is_empty() { name.clone() } else { inner };
            all.extend(inner.into_iter().map(|(inner, text)| (inherit_name(inner), text)));
        }
        Ok(StringMembers(all))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<StringMembers, A::Error> {
        let mut all = Vec::new();
        while let Some(StringMembers(inner)) = items.next_element()? {
            all.extend(inner);
        }
        Ok(StringMembers(all))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<StringMembers, E> {
        Ok(StringMembers(vec![(String::new(), text.to_owned())]))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<StringMembers, E> {
        Ok(StringMembers::default())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<StringMembers, E> {
        Ok(StringMembers::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<StringMembers, E> {
        Ok(StringMembers::default())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<StringMembers, E> {
        Ok(StringMembers::default())
    }

    fn visit_unit<E: Error>(self) -> Result<StringMembers, E> {
        Ok(StringMembers::default())
    }
}
