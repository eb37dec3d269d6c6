//! Renames the resources of a vector in requests, and restores the names in responses.

use super::safety_guard::{CREATE_STATE_MACHINE, is_resource_member};
use serde_json::{Map, Value};
use sfn_alias::parse_arn;
use std::cell::RefCell;
use std::convert::Infallible;

/// Maximum length of a state machine's name.
const MAX_NAME: usize = 80;
/// Maximum length of an ARN.
const MAX_ARN: usize = 256;

/// The account of the vectors. Emulators use an access key id of 12 digits as the account.
pub(super) const ACCOUNT: &str = "123456789012";
/// The role of the vectors' state machines.
pub(super) const ROLE: &str = "arn:aws:iam::123456789012:role/sfn_role";

/// The role, partition, account and region that differ: in the vectors, and at the endpoint.
#[derive(Debug, Clone)]
pub(super) struct EndpointIdentity(Vec<(&'static str, String)>);

impl EndpointIdentity {
    /// Returns the identity of the endpoint that created a state machine. The default role has the name of the
    /// vectors' role.
    pub fn from_state_machine_arn(arn: &str, role: Option<&str>) -> Option<Self> {
        let arn = parse_arn(arn).ok()?;
        let default_role = || format!("arn:{}:iam::{}:role/sfn_role", arn.partition, arn.account);
        let swaps = [
            (ROLE, role.map_or_else(default_role, str::to_owned)),
            ("arn:aws:", format!("arn:{}:", arn.partition)),
            (ACCOUNT, arn.account.to_owned()),
            ("us-east-1", arn.region.to_owned()),
        ];
        Some(Self(swaps.into_iter().filter(|(vectors, endpoint)| vectors != endpoint).collect()))
    }
}

/// Maps a vector's account, region and names to those of an endpoint, and back.
///
/// The name of a state machine gets a prefix. In a name that would become too long, the prefix replaces the first
/// letters, so that the length does not change. Accounts, regions, partitions and roles are swapped, so that those of
/// the endpoint differ from others in the vector.
#[derive(Debug)]
pub(super) struct NameMapping {
    prefix: String,
    endpoint: EndpointIdentity,
    /// Names whose first letters were replaced: as sent, and as in the vector.
    shortened: RefCell<Vec<(String, String)>>,
}

/// An ARN would exceed the maximum length because of the prefix.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ArnTooLong;

impl NameMapping {
    pub fn new(prefix: String, endpoint: EndpointIdentity) -> Self {
        Self { prefix, endpoint, shortened: RefCell::default() }
    }

    /// Returns the prefix of the names of this vector's state machines.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Renames the resources in a request.
    pub fn map_request(&self, operation: &str, input: &Value) -> Result<Value, ArnTooLong> {
        let mut sent = map_strings(input, "", &|member, text| match member {
            // Opaque, and from the endpoint.
            "nextToken" => Ok(text.to_owned()),
            member if is_resource_member(member) => self.map_resource(text),
            _ => Ok(self.swap_identity(text)),
        })?;
        if let (CREATE_STATE_MACHINE, Some(Value::String(name))) = (operation, sent.get_mut("name")) {
            *name = self.add_prefix(name);
        }
        Ok(sent)
    }

    /// Renames the resources in the text of a request. Finds only ARNs; the safety guard rejects the rest.
    pub fn map_text(&self, body: &str) -> String {
        self.map_arns(&self.swap_identity(body))
    }

    /// Restores the vector's names in a response.
    pub fn restore(&self, response: &Value) -> Value {
        let Ok(restored) = map_strings::<Infallible>(response, "", &|_, text| Ok(self.restore_text(text)));
        restored
    }

    fn restore_text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (sent, name) in self.shortened.borrow().iter() {
            text = text.replace(sent, name);
        }
        self.swap_identity(&text.replace(&self.prefix, ""))
    }

    /// Renames a resource: an ARN, or text instead of an ARN.
    fn map_resource(&self, text: &str) -> Result<String, ArnTooLong> {
        let swapped = self.swap_identity(text);
        let sent = match swapped.contains("arn:") || swapped.is_empty() {
            true => self.map_arns(&swapped),
            false => self.add_prefix(&swapped),
        };
        match text.len() <= MAX_ARN && sent.len() > MAX_ARN {
            true => Err(ArnTooLong),
            false => Ok(sent),
        }
    }

    fn add_prefix(&self, name: &str) -> String {
        if name.is_empty() {
            return String::new();
        }
        if name.chars().count().saturating_add(self.prefix.len()) <= MAX_NAME {
            return format!("{}{name}", self.prefix);
        }
        let rest: String = name.chars().skip(self.prefix.len()).collect();
        let sent = format!("{}{rest}", self.prefix);
        self.shortened.borrow_mut().push((sent.clone(), name.to_owned()));
        sent
    }

    /// Adds the prefix to the seventh part of each ARN, the name in ARNs of Step Functions and Lambda.
    fn map_arns(&self, text: &str) -> String {
        let mut sent = String::with_capacity(text.len().saturating_add(self.prefix.len()));
        let mut rest = text;
        while let Some(start) = rest.find("arn:") {
            let (before, arn) = rest.split_at(start);
            sent.push_str(before);
            let Some((head, tail)) = split_arn(arn) else {
                let (found, tail) = arn.split_at("arn:".len());
                sent.push_str(found);
                rest = tail;
                continue;
            };
            let end = tail.find([':', '"', '\\']).unwrap_or(tail.len());
            let (name, tail) = tail.split_at(end);
            sent.push_str(head);
            sent.push_str(&self.add_prefix(name));
            rest = tail;
        }
        sent + rest
    }

    fn swap_identity(&self, text: &str) -> String {
        // During the swap, NUL marks the first text: an ARN has none, and text that contains one is not changed.
        if text.contains('\0') {
            return text.to_owned();
        }
        let swap = |text: String, (one, other): &(&str, String)| {
            text.replace(one, "\0").replace(other, one).replace('\0', other)
        };
        self.endpoint.0.iter().fold(text.to_owned(), swap)
    }
}

/// Maps all strings of a value. `map` receives the name of the member, which elements of an array inherit.
fn map_strings<E>(value: &Value, member: &str, map: &dyn Fn(&str, &str) -> Result<String, E>) -> Result<Value, E> {
    Ok(match value {
        Value::String(text) => Value::String(map(member, text)?),
        Value::Array(items) => items.iter().map(|item| map_strings(item, member, map)).collect::<Result<_, _>>()?,
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| Ok((name.clone(), map_strings(value, name, map)?)));
            Value::Object(members.collect::<Result<Map<_, _>, _>>()?)
        }
        other => other.clone(),
    })
}

/// Splits an ARN after the sixth colon.
fn split_arn(arn: &str) -> Option<(&str, &str)> {
    let (colon, _) = arn.match_indices(':').nth(5)?;
    let (head, tail) = arn.split_at_checked(colon.saturating_add(1))?;
    (!head.contains(['"', '\\', ' '])).then_some((head, tail))
}
