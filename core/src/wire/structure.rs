//! One declaration of a structure gives its type, its constraints and how AWS prints it.

use super::{Secret, Text};
use crate::constraint::{Constraint, Member, Path, Rule, Shown, Violations};
use crate::options::Limits;
use std::fmt::Write as _;

/// A structure of the service model.
pub trait Structure {
    /// The structure's name in the model.
    const NAME: &'static str;
    /// Its members in the model's order.
    const MEMBERS: &'static [Member];

    /// Adds what is broken in the members, in the model's order.
    #[doc(hidden)]
    fn check_members(&self, limits: &Limits, parent: Option<&Path<'_>>, found: &mut Violations);

    /// Writes the structure as AWS prints it in error texts: `Name(member=value, other=null)`.
    #[doc(hidden)]
    fn print_members(&self, out: &mut String);
}

/// A value whose rule can be checked, and which AWS prints in error texts.
pub(crate) trait Checked {
    fn check(&self, rule: &Rule, limits: &Limits, path: &Path<'_>, found: &mut Violations);
    fn print(&self, out: &mut String);
}

/// Checks one member: missing where it is required, or whatever its rule says. Inlined down to
/// [`check_text`], so that the rules are constants where they are looked at.
#[inline(always)]
pub(crate) fn check_member<T: Checked>(
    value: Option<&T>,
    member: &Member,
    limits: &Limits,
    parent: Option<&Path<'_>>,
    found: &mut Violations,
) {
    match value {
        Some(value) => value.check(&member.rule, limits, &Path::member(parent, member.name), found),
        None if member.required => {
            found.push(&Path::member(parent, member.name), Some(Shown::Null), Constraint::NotNull);
        }
        None => {}
    }
}

/// Writes `name=value`, and `null` for an absent one.
pub(crate) fn print_member<T: Checked>(value: Option<&T>, name: &str, out: &mut String) {
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

impl Checked for Text<'_> {
    #[inline(always)]
    fn check(&self, rule: &Rule, limits: &Limits, path: &Path<'_>, found: &mut Violations) {
        check_text(self, rule, limits, path, found);
    }

    fn print(&self, out: &mut String) {
        out.push_str(self);
    }
}

impl Checked for Secret<'_> {
    #[inline(always)]
    fn check(&self, rule: &Rule, limits: &Limits, path: &Path<'_>, found: &mut Violations) {
        check_text(self, rule, limits, path, found);
    }

    fn print(&self, out: &mut String) {
        out.push_str("***Sensitive Data Sensitive***");
    }
}

#[inline(always)]
fn check_text(value: &str, rule: &Rule, limits: &Limits, path: &Path<'_>, found: &mut Violations) {
    let Rule::Text(rule) = rule else { return };
    let shown = || (!rule.sensitive).then(|| Shown::Quoted(value.to_owned()));
    if !rule.values.is_empty() && !rule.values.contains(&value) {
        found.push(path, shown(), Constraint::Enum(rule.values));
    }
    // The pattern comes before the length, as recorded from other services of the same framework.
    if let Some(pattern) = rule.pattern.filter(|pattern| !pattern.matches(value)) {
        found.push(path, shown(), Constraint::Pattern(pattern));
    }
    if let Some(max) = rule.max.map(|max| max.under(limits)).filter(|max| longer(value, *max)) {
        found.push(path, shown(), Constraint::MaxLength(max));
    }
    if rule.min > 0 && value.is_empty() {
        found.push(path, shown(), Constraint::MinLength(rule.min));
    }
}

/// Whether a text has more characters than `max`; bytes tell without counting in most cases.
fn longer(value: &str, max: usize) -> bool {
    value.len() > max && value.chars().nth(max).is_some()
}

impl Checked for i64 {
    fn check(&self, rule: &Rule, _: &Limits, path: &Path<'_>, found: &mut Violations) {
        let Rule::Integer { min, max } = rule else { return };
        if self > max {
            found.push(path, Some(Shown::Quoted(self.to_string())), Constraint::Max(*max));
        } else if self < min {
            found.push(path, Some(Shown::Quoted(self.to_string())), Constraint::Min(*min));
        }
    }

    fn print(&self, out: &mut String) {
        // Writing to a String cannot fail.
        let _ = write!(out, "{self}");
    }
}

impl Checked for bool {
    fn check(&self, _: &Rule, _: &Limits, _: &Path<'_>, _: &mut Violations) {}

    fn print(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl<T: Structure> Checked for T {
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

impl<T: Checked> Checked for Vec<T> {
    fn check(&self, rule: &Rule, limits: &Limits, path: &Path<'_>, found: &mut Violations) {
        let Rule::List { min, max, item } = rule else { return };
        if let Some(max) = max.filter(|max| self.len() > *max) {
            found.push(path, Some(printed(self)), Constraint::MaxItems(max));
        }
        if let Some(min) = min.filter(|min| self.len() < *min) {
            found.push(path, Some(printed(self)), Constraint::MinItems(min));
        }
        check_items(self, item, limits, path, found);
    }

    fn print(&self, out: &mut String) {
        print_items(self, out);
    }
}

fn check_items<T: Checked>(items: &[T], rule: &Rule, limits: &Limits, list: &Path<'_>, found: &mut Violations) {
    // The items of a list of strings are reported together, at the list.
    if let Rule::Text(text) = rule {
        let mut broken = Violations::default();
        items.iter().for_each(|item| item.check(rule, limits, list, &mut broken));
        if let (false, Some(max)) = (broken.is_empty(), text.max) {
            let constraint = Constraint::Items { min: text.min, max: max.under(limits) };
            found.push(list, Some(printed(items)), constraint);
        }
        return;
    }
    for (index, item) in items.iter().enumerate() {
        item.check(rule, limits, &Path::item(list, index), found);
    }
}

fn printed<T: Checked>(items: &[T]) -> Shown {
    let mut text = String::new();
    print_items(items, &mut text);
    Shown::Quoted(text)
}

/// How many items of a list an error text repeats.
const SHOWN_ITEMS: usize = 100;

fn print_items<T: Checked>(items: &[T], out: &mut String) {
    out.push('[');
    for (index, item) in items.iter().take(SHOWN_ITEMS).enumerate() {
        out.push_str(if index > 0 { ", " } else { "" });
        item.print(out);
    }
    out.push_str(if items.len() > SHOWN_ITEMS { ", ...]" } else { "]" });
}

/// What [`structure!`] needs in scope.
pub(crate) mod prelude {
    pub(crate) use super::{Structure, check_member, print_member, structure};
    pub(crate) use crate::constraint::{Member, Path, Violations};
    pub(crate) use crate::options::Limits;
    pub(crate) use crate::wire::Text;
    pub(crate) use serde::de::{IgnoredAny, MapAccess, Visitor};
    pub(crate) use serde::{Deserialize, Deserializer, Serialize};
    pub(crate) use std::marker::PhantomData;
}

/// Declares a structure: its Rust type, its members on the wire, and their rules.
macro_rules! structure {
    ($(#[$doc:meta])* $name:ident $(<$life:lifetime>)? {
        $($(#[$field_doc:meta])* $field:ident $json:literal: $type:ty, $required:literal, $rule:expr;)*
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
        pub struct $name $(<$life>)? {
            $(
                $(#[$field_doc])*
                #[serde(rename = $json, skip_serializing_if = "Option::is_none")]
                pub $field: Option<$type>,
            )*
        }

        // By hand, since serde's own takes a list for a structure, and refuses a member given twice.
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
    };
}
pub(crate) use structure;
