//! Prints the public API of a crate, one item per line, from the JSON of rustdoc. `api.py` runs it.
//!
//! Of derived implementations, only the line of the trait is printed. Of the traits that the compiler implements itself, only
//! `Send` and `Sync` are printed: the others are rarely used, and new releases of Rust add some.

use public_api::{Builder, Error};
use std::collections::HashSet;

const UNUSED_TRAITS: [&str; 6] = [
    "core::marker::Freeze",
    "core::marker::StructuralPartialEq",
    "core::marker::Unpin",
    "core::marker::UnsafeUnpin",
    "core::panic::unwind_safe::RefUnwindSafe",
    "core::panic::unwind_safe::UnwindSafe",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: compatibility RUSTDOC_JSON")?;
    let written: HashSet<String> = list_items(&path, true)?.into_iter().collect();
    let is_listed = |item: &String| written.contains(item) || item.starts_with("impl");
    list_items(&path, false)?
        .iter()
        .filter(|item| is_listed(item) && !is_unused(item))
        .for_each(|item| println!("{item}"));
    Ok(())
}

fn list_items(path: &str, omit_derived: bool) -> Result<Vec<String>, Error> {
    let builder = Builder::from_rustdoc_json(path).sorted(true).omit_blanket_impls(true);
    let api = builder.omit_auto_derived_impls(omit_derived).build()?;
    Ok(api.items().map(ToString::to_string).collect())
}

fn is_unused(item: &str) -> bool {
    UNUSED_TRAITS.iter().any(|name| item.starts_with("impl") && item.contains(&format!("{name} for ")))
}
