//! Declares structures: the Rust type, the constraints, and the text that AWS prints.

use super::Text;
use crate::constraint::{Constraint, MaxLength, Member, Path, PrintedValue, Rule, Violations};
use crate::limits::Limits;
use std::fmt::Write as _;

/// A structure of the service model.
pub trait Structure {
    /// The structure's name in the model.
    const NAME: &'static str;
    /// Its members in the model's order.
    const MEMBERS: &'static [Member];

    /// Adds the violations of the members, in the model's order.
    #[doc(hidden)]
    fn check_members(&self, limits: &Limits, parent: Option<&Path<'_>>, found: &mut Violations);

    /// Prints the structure as AWS does in error texts: `Name(member=value, other=null)`.
    #[doc(hidden)]
    fn print_members(&self, out: &mut String);
}

/// A value of the service model: it has a rule, and AWS prints it in error texts.
pub(crate) trait ModelValue {
    fn check(&self, rule: &Rule, limits: &Limits, path: &Path<'_>, found: &mut Violations);
    fn print(&self, out: &mut String);
}

/// Checks one member: whether it is missing, else its rule. Inlined, as [`check_text`] is, so that the rules are
/// constants.
#[inline(always)]
pub(crate) fn check_member<T: ModelValue>(
    value: Option<&T>,
    member: &Member,
    limits: &Limits,
    parent: Option<&Path<'_>>,
    found: &mut Violations,
) {
    match value {
        Some(value) => value.check(&member.rule, limits, &Path::member(parent, member.name), found),
        None if member.required => {
            // AWS prints no value of a sensitive member, not even that it is null.
            let is_sensitive = matches!(&member.rule, Rule::Text(rule) if rule.sensitive);
            let value = (!is_sensitive).then_some(PrintedValue::Null);
            found.push(&Path::member(parent, member.name), value, Constraint::NotNull);
        }
        None => {}
    }
}

/// Prints `name=value`, or `name=null` for an absent member.
pub(crate) fn print_member<T: ModelValue>(value: Option<&T>, name: &str, out: &mut String) {
    if !out.ends_with('(') {
        out.push_str(", ");
    }
    out.push_str(name);
    out.push('=');
    match value {
        Some(value) => value.print(out),
        None => out.push_str("null"),
    }
}

impl<const SENSITIVE: bool> ModelValue for Text<'_, SENSITIVE> {
    #[inline(always)]
    fn check(&self, rule: &Rule, limits: &Limits, path: &Path<'_>, found: &mut Violations) {
        check_text(self, rule, limits, path, found);
    }

    fn print(&self, out: &mut String) {
        out.push_str(if SENSITIVE { "***Sensitive Data Redacted***" } else { self });
    }
}

#[inline(always)]
fn check_text(value: &str, rule: &Rule, limits: &Limits, path: &Path<'_>, found: &mut Violations) {
    let Rule::Text(rule) = rule else { return };
    let printed = || (!rule.sensitive).then(|| PrintedValue::Quoted(value.to_owned()));
    if !rule.values.is_empty() && !rule.values.contains(&value) {
        found.push(path, printed(), Constraint::Enum(rule.values));
    }
    // The pattern precedes the length, as recorded from other services of the same framework.
    if let Some(pattern) = rule.pattern.filter(|pattern| !pattern.matches(value)) {
        found.push(path, printed(), Constraint::Pattern(pattern));
    }
    if let Some(constraint) = rule.max.and_then(|max| check_length(value, max, limits)) {
        found.push(path, printed(), constraint);
    }
    if rule.min > 0 && value.is_empty() {
        found.push(path, printed(), Constraint::MinLength(rule.min));
    }
}

/// Returns the violated constraint if a text is too long.
#[inline(always)]
fn check_length(value: &str, max: MaxLength, limits: &Limits) -> Option<Constraint> {
    let length = max.resolve(limits);
    match max {
        MaxLength::Input => (value.len() > length).then_some(Constraint::MaxBytes(length)),
        MaxLength::Fixed(_) | MaxLength::Definition => exceeds(value, length).then_some(Constraint::MaxLength(length)),
    }
}

/// Returns whether a text has more than `max` characters. The length in bytes decides most cases without counting.
fn exceeds(value: &str, max: usize) -> bool {
    value.len() > max && value.chars().nth(max).is_some()
}

impl ModelValue for i64 {
    fn check(&self, rule: &Rule, _: &Limits, path: &Path<'_>, found: &mut Violations) {
        let Rule::Integer { min, max } = rule else { return };
        if self > max {
            found.push(path, Some(PrintedValue::Quoted(self.to_string())), Constraint::Max(*max));
        } else if self < min {
            found.push(path, Some(PrintedValue::Quoted(self.to_string())), Constraint::Min(*min));
        }
    }

    fn print(&self, out: &mut String) {
        // Writing to a String cannot fail.
        let _ = write!(out, "{self}");
    }
}

impl ModelValue for bool {
    fn check(&self, _: &Rule, _: &Limits, _: &Path<'_>, _: &mut Violations) {}

    fn print(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl<T: Structure> ModelValue for T {
    fn check(&self, _: &Rule, limits: &Limits, path: &Path<'_>, found: &mut Violations) {
        self.check_members(limits, Some(path), found);
    }

    fn print(&self, out: &mut String) {
        out.push_str(T::NAME);
        out.push('(');
        self.print_members(out);
        out.push(')');
    }
}

impl<T: ModelValue> ModelValue for Vec<T> {
    fn check(&self, rule: &Rule, limits: &Limits, path: &Path<'_>, found: &mut Violations) {
        let Rule::List { min, max, item } = rule else { return };
        if let Some(max) = max.filter(|max| self.len() > *max) {
            found.push(path, Some(format_list(self)), Constraint::MaxItems(max));
        }
        if let Some(min) = min.filter(|min| self.len() < *min) {
            found.push(path, Some(format_list(self)), Constraint::MinItems(min));
        }
        check_items(self, item, limits, path, found);
    }

    fn print(&self, out: &mut String) {
        print_list(self, out);
    }
}

fn check_items<T: ModelValue>(items: &[T], rule: &Rule, limits: &Limits, list: &Path<'_>, found: &mut Violations) {
    // The items of a list of strings are reported together, at the list.
    if let Rule::Text(text) = rule {
        let mut item_violations = Violations::default();
        items.iter().for_each(|item| item.check(rule, limits, list, &mut item_violations));
        if let (false, Some(max)) = (item_violations.is_empty(), text.max) {
            let constraint = Constraint::Items { min: text.min, max: max.resolve(limits) };
            found.push(list, Some(format_list(items)), constraint);
        }
        return;
    }
    for (index, item) in items.iter().enumerate() {
        item.check(rule, limits, &Path::item(list, index), found);
    }
}

fn format_list<T: ModelValue>(items: &[T]) -> PrintedValue {
    let mut text = String::new();
    print_list(items, &mut text);
    PrintedValue::Quoted(text)
}

/// Maximum number of items of a list that an error text repeats.
const MAX_PRINTED_ITEMS: usize = 100;

fn print_list<T: ModelValue>(items: &[T], out: &mut String) {
    out.push('[');
    for (index, item) in items.iter().take(MAX_PRINTED_ITEMS).enumerate() {
        out.push_str(if index > 0 { ", " } else { "" });
        item.print(out);
    }
    out.push_str(if items.len() > MAX_PRINTED_ITEMS { ", ...]" } else { "]" });
}

/// Names that [`structures!`] uses.
pub(crate) mod prelude {
    pub(crate) use super::{Structure, check_member, print_member, structures};
    pub(crate) use crate::constraint::{Member, Path, Violations};
    pub(crate) use crate::limits::Limits;
    pub(crate) use crate::wire::Text;
    pub(crate) use serde::de::{IgnoredAny, MapAccess, Visitor};
    pub(crate) use serde::{Deserialize, Deserializer, Serialize};
    pub(crate) use std::marker::PhantomData;
}

/// Declares structures: their Rust types, the names of their members, and their rules.
macro_rules! structures {
    ($($(#[$doc:meta])* $name:ident $(<$life:lifetime>)? {
        $($(#[$field_doc:meta])* $field:ident $json:literal: $type:ty, $required:literal, $rule:expr;)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
        pub struct $name $(<$life>)? {
            $(
                $(#[$field_doc])*
                #[serde(rename = $json, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )*
        }

        // serde's derived implementation accepts a list for a structure and rejects duplicate members; AWS does not.
        impl<'de $(: $life, $life)?> Deserialize<'de> for $name $(<$life>)? {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Members $(<$life>)? (PhantomData<$name $(<$life>)?>);

                impl<'de $(: $life, $life)?> Visitor<'de> for Members $(<$life>)? {
                    type Value = $name $(<$life>)?;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a structure")
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut value = Self::Value::default();
                        while let Some(name) = map.next_key::<Text<'_>>()? {
                            match &*name {
                                $($json => value.$field = map.next_value()?,)*
                                _ => drop(map.next_value::<IgnoredAny>()?),
                            }
                        }
                        Ok(value)
                    }
                }

                deserializer.deserialize_map(Members(PhantomData))
            }
        }

        impl $(<$life>)? Structure for $name $(<$life>)? {
            const NAME: &'static str = stringify!($name);
            const MEMBERS: &'static [Member] = &[
                $(Member { name: $json, required: $required, rule: $rule },)*
            ];

            fn check_members(&self, limits: &Limits, parent: Option<&Path<'_>>, found: &mut Violations) {
                let mut members = Self::MEMBERS.iter();
                $(
                    if let Some(member) = members.next() {
                        check_member(self.$field.as_ref(), member, limits, parent, found);
                    }
                )*
            }

            fn print_members(&self, out: &mut String) {
                $(print_member(self.$field.as_ref(), $json, out);)*
            }
        }
    )*};
}
pub(crate) use structures;
