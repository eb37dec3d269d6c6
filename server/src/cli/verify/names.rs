//! Names of a run's own in requests, and the vectors' in answers.

use super::scope::Scope;
use super::targets::{NAMES, is_target};
use serde_json::{Map, Value};
use std::cell::RefCell;

/// Longest name of a state machine.
const LONGEST_NAME: usize = 80;
/// Longest ARN that is not refused for its length.
const LONGEST_ARN: usize = 256;

/// Maps between a vector's account, region and names and those of an endpoint.
///
/// A state machine gets the vector's tag in front of its name; a name too long for that gets it in place of
/// its first letters, so that lengths keep their meaning. Accounts, regions, partitions and roles change
/// places, so that the endpoint's own do not collide with others that a vector mentions.
#[derive(Debug)]
pub(super) struct Names {
    tag: String,
    swaps: Vec<(String, String)>,
    /// Names whose first letters the tag took: as sent, and as the vector has them.
    shortened: RefCell<Vec<(String, String)>>,
}

/// Why a request cannot be sent under names of the run's own.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoRoom;

impl Names {
    pub fn new(tag: String, scope: &Scope) -> Self {
        let vectors = Scope::of_vectors();
        let arn = |partition: &str| format!("arn:{partition}:");
        let swaps = vec![
            (vectors.role, scope.role.clone()),
            (arn(&vectors.partition), arn(&scope.partition)),
            (vectors.account, scope.account.clone()),
            (vectors.region, scope.region.clone()),
        ];
        let swaps = swaps.into_iter().filter(|(ours, theirs)| ours != theirs).collect();
        Self { tag, swaps, shortened: RefCell::default() }
    }

    /// What every name of this vector's state machines starts with.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// A request as it is sent.
    ///
    /// # Errors
    /// [`NoRoom`] where an ARN would become too long and be refused for that.
    pub fn request(&self, operation: &str, input: &Value) -> Result<Value, NoRoom> {
        let mut sent = self.in_value(input, "")?;
        if let (NAMES, Some(Value::String(name))) = (operation, sent.get_mut("name")) {
            *name = self.name(name);
        }
        Ok(sent)
    }

    /// A request that is text: only ARNs in it can be found. The guard sees what is left.
    pub fn text(&self, body: &str) -> String {
        self.in_arns(&self.swapped(body))
    }

    /// An answer as the vector would have it.
    pub fn answer(&self, answer: &Value) -> Value {
        match answer {
            Value::String(text) => Value::String(self.answer_text(text)),
            Value::Array(items) => items.iter().map(|item| self.answer(item)).collect(),
            Value::Object(members) => {
                Value::Object(members.iter().map(|(name, value)| (name.clone(), self.answer(value))).collect())
            }
            other => other.clone(),
        }
    }

    fn answer_text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (sent, name) in self.shortened.borrow().iter() {
            text = text.replace(sent, name);
        }
        self.swapped(&text.replace(&self.tag, ""))
    }

    fn in_value(&self, value: &Value, key: &str) -> Result<Value, NoRoom> {
        Ok(match value {
            // Opaque, and the endpoint's own.
            Value::String(token) if key == "nextToken" => Value::String(token.clone()),
            Value::String(text) if is_target(key) => Value::String(self.target(text)?),
            Value::String(text) => Value::String(self.swapped(text)),
            Value::Array(items) => items.iter().map(|item| self.in_value(item, key)).collect::<Result<_, _>>()?,
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| Ok((name.clone(), self.in_value(value, name)?)));
                Value::Object(members.collect::<Result<Map<_, _>, _>>()?)
            }
            other => other.clone(),
        })
    }

    /// What names a resource: an ARN, or text that should be one.
    fn target(&self, text: &str) -> Result<String, NoRoom> {
        let swapped = self.swapped(text);
        let sent = match swapped.contains("arn:") || swapped.is_empty() {
            true => self.in_arns(&swapped),
            false => self.name(&swapped),
        };
        match text.len() <= LONGEST_ARN && sent.len() > LONGEST_ARN {
            true => Err(NoRoom),
            false => Ok(sent),
        }
    }

    fn name(&self, name: &str) -> String {
        let room = name.chars().count().saturating_add(self.tag.len()) <= LONGEST_NAME;
        if name.is_empty() || room {
            return if name.is_empty() { String::new() } else { format!("{}{name}", self.tag) };
        }
        let rest: String = name.chars().skip(self.tag.len()).collect();
        let sent = format!("{}{rest}", self.tag);
        self.shortened.borrow_mut().push((sent.clone(), name.to_owned()));
        sent
    }

    /// Puts the tag before what stands seventh in ARNs of AWS Step Functions and of functions.
    fn in_arns(&self, text: &str) -> String {
        let mut sent = String::with_capacity(text.len().saturating_add(self.tag.len()));
        let mut rest = text;
        while let Some(start) = rest.find("arn:") {
            let (before, arn) = rest.split_at(start);
            sent.push_str(before);
            let Some((head, tail)) = head_of(arn) else {
                let (found, tail) = arn.split_at("arn:".len());
                sent.push_str(found);
                rest = tail;
                continue;
            };
            let end = tail.find([':', '"', '\\']).unwrap_or(tail.len());
            let (name, tail) = tail.split_at(end);
            sent.push_str(head);
            sent.push_str(&self.name(name));
            rest = tail;
        }
        sent + rest
    }

    fn swapped(&self, text: &str) -> String {
        let swap = |text: String, (one, other): &(String, String)| {
            // NUL stands in no ARN; text with one of its own goes as it is.
            match text.contains(one) && !text.contains('\0') || text.contains(other) && !text.contains('\0') {
                true => text.replace(one, "\0").replace(other, one).replace('\0', other),
                false => text,
            }
        };
        self.swaps.iter().fold(text.to_owned(), swap)
    }
}

/// The first six parts of an ARN with their colons, and what comes behind.
fn head_of(arn: &str) -> Option<(&str, &str)> {
    let (colon, _) = arn.match_indices(':').nth(5)?;
    let (head, tail) = arn.split_at_checked(colon.checked_add(1)?)?;
    (!head.contains(['"', '\\', ' '])).then_some((head, tail))
}
