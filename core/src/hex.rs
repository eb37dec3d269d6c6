//! Lower-case hexadecimal encoding.

pub(crate) fn encode(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| digits(*byte)).collect();
    // Digits are always UTF-8.
    String::from_utf8(digits).unwrap_or_default()
}

/// Returns the two digits of a byte.
pub(crate) fn digits(byte: u8) -> [u8; 2] {
    let digit = |nibble: u8| b"0123456789abcdef".get(usize::from(nibble)).copied().unwrap_or_default();
    [digit(byte >> 4), digit(byte & 15)]
}

pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).filter(|_| !b.is_ascii_uppercase());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |[high, low]: &[u8; 2]| u8::try_from(digit(*high)? << 4 | digit(*low)?).ok();
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}
