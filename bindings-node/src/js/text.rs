//! JavaScript's strings are UTF-16, and may hold what is no Unicode text.

/// Half of a surrogate pair by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoneSurrogate;

/// The text of UTF-16 units. Reading units tells lone surrogates, which Node-API's UTF-8 would replace.
pub fn of_units(units: &[u16]) -> Result<String, LoneSurrogate> {
    let mut highest = 0;
    for unit in units {
        highest |= unit;
    }
    if highest >= 0x80 {
        return String::from_utf16(units).map_err(|_| LoneSurrogate);
    }
    #[expect(clippy::cast_possible_truncation, reason = "every unit is below 0x80")]
    let bytes = units.iter().map(|unit| *unit as u8).collect();
    String::from_utf8(bytes).map_err(|_| LoneSurrogate)
}
