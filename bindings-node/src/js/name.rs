//! Names of operations, read without an allocation.

use super::value::Js;
use std::ops::Deref;

/// Longer than every operation's name.
const SHORT: usize = 47;

/// What a caller gives as a name, whatever it is.
pub enum Name {
    Short([u8; SHORT + 1], usize),
    Long(String),
}

impl Name {
    pub fn of(value: Js<'_>) -> Self {
        let mut units = [0_u16; SHORT + 1];
        let Some(given) = value.units(&mut units) else { return Self::Long(value.described()) };
        let mut bytes = [0; SHORT + 1];
        for (byte, unit) in bytes.iter_mut().zip(given) {
            match u8::try_from(*unit) {
                Ok(ascii) if ascii.is_ascii() => *byte = ascii,
                _ => return Self::Long(value.described()),
            }
        }
        Self::Short(bytes, given.len())
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Short(bytes, length) => bytes.get(..*length).and_then(|name| str::from_utf8(name).ok()).unwrap_or(""),
            Self::Long(name) => name,
        }
    }
}
