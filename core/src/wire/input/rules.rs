//! Constraints shared by several members.

use super::RoutingConfigurationListItem;
use crate::constraint::{MaxLength, Pattern, Rule, TextRule};
use crate::wire::Structure;

pub(super) const ROUTES: Rule =
    Rule::List { min: Some(1), max: Some(2), item: &Rule::Structure(RoutingConfigurationListItem::MEMBERS) };
pub(super) const DEFINITION: Rule =
    Rule::Text(TextRule { max: Some(MaxLength::Definition), sensitive: true, ..between(1, 0) });
pub(super) const INPUT: Rule = Rule::Text(TextRule { max: Some(MaxLength::Input), sensitive: true, ..between(0, 0) });
pub(super) const TRACE_HEADER: Rule = Rule::Text(TextRule { pattern: Some(Pattern::Ascii), ..between(0, 256) });
pub(super) const TAG_KEY: Rule = text(1, 128);
/// In the order recorded from AWS, which is neither the model's nor alphabetical.
pub(super) const STATUSES: &[&str] = &["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"];

const fn between(min: usize, max: usize) -> TextRule {
    TextRule { min, max: Some(MaxLength::Fixed(max)), pattern: None, values: &[], sensitive: false }
}

pub(super) const fn text(min: usize, max: usize) -> Rule {
    Rule::Text(between(min, max))
}

pub(super) const fn any_text() -> Rule {
    Rule::Text(TextRule { max: None, ..between(0, 0) })
}

pub(super) const fn restricted_name() -> Rule {
    Rule::Text(TextRule { pattern: Some(Pattern::CharacterRestrictedName), ..between(1, 80) })
}

pub(super) const fn sensitive(max: usize) -> Rule {
    Rule::Text(TextRule { sensitive: true, ..between(0, max) })
}

pub(super) const fn one_of(values: &'static [&'static str]) -> Rule {
    Rule::Text(TextRule { max: None, values, ..between(0, 0) })
}

pub(super) const fn integer(min: i64, max: i64) -> Rule {
    Rule::Integer { min, max }
}

pub(super) const fn list(item: &'static Rule) -> Rule {
    Rule::List { min: None, max: None, item }
}
