//! JavaScript's strings are UTF-16, and may hold what is no Unicode text.

/// Half of a surrogate pair by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoneSurrogate;

/// The text of UTF-16 units. Reading units tells lone surrogates, which Node-API's UTF-8 would replace.
pub fn of_units(units: &[u16]) -> Result<String, LoneSurrogate> {
    if !units.iter().fold(true, |ascii, unit| ascii & (*unit < 0x80)) {
        return String::from_utf16(units).map_err(|_| LoneSurrogate);
    }
    #[expect(clippy::cast_possible_truncation, reason = "every unit is below 0x80")]
    let bytes: Vec<u8> = units.iter().map(|unit| *unit as u8).collect();
    #[expect(unsafe_code, reason = "checking once more what was checked costs a tenth of reading a request")]
    // SAFETY: every byte is below 0x80, which is UTF-8.
    Ok(unsafe { String::from_utf8_unchecked(bytes) })
}
