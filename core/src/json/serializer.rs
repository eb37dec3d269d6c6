//! Serializes responses to JSON, byte for byte as serde_json does. serde_json searches strings for characters
//! to escape one byte at a time, which takes a third of a response's time; almost no string needs escapes.

use serde::ser::{Error as _, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};
use serde_json::{Error, Result};

/// Appends one value to a text.
pub(super) struct JsonSerializer<'t>(pub &'t mut Vec<u8>);

impl JsonSerializer<'_> {
    fn push_quoted(self, text: &str) {
        self.0.push(b'"');
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b'"');
    }
}

/// Writes the items of a list or the members of a structure.
pub(super) struct JsonItems<'t> {
    text: &'t mut Vec<u8>,
    /// The byte before the next item.
    separator: u8,
    close: u8,
}

impl<'t> JsonItems<'t> {
    fn new(text: &'t mut Vec<u8>, open: u8, close: u8) -> Self {
        Self { text, separator: open, close }
    }

    /// Returns the serializer of the next item.
    fn next_item(&mut self) -> JsonSerializer<'_> {
        self.text.push(std::mem::replace(&mut self.separator, b','));
        JsonSerializer(self.text)
    }

    fn close(self) -> Result<()> {
        if self.separator != b',' {
            self.text.push(self.separator);
        }
        self.text.push(self.close);
        Ok(())
    }
}

/// Returns whether a string is the same in JSON. Checks whole chunks without early exit, so that the compiler vectorizes
/// them, and the last chunk instead of a remainder.
fn needs_no_escape(text: &str) -> bool {
    let (chunks, short) = text.as_bytes().as_chunks::<16>();
    let Some(last) = text.as_bytes().last_chunk() else { return !short.iter().any(|b| is_escaped(*b)) };
    let mut found = [false; 16];
    for chunk in chunks.iter().chain([last]) {
        found.iter_mut().zip(chunk).for_each(|(found, b)| *found |= is_escaped(*b));
    }
    !found.contains(&true)
}

const fn is_escaped(b: u8) -> bool {
    b < b' ' || b == b'"' || b == b'\\'
}

/// Bytes to reserve per item of a list: about the size of an alias in a list.
const ITEM_BYTES: usize = 144;

/// Converts a number with up to 15 digits and up to three decimals, such as every date, to thousandths. A decimal
/// with so few digits is the shortest one for its float, which is what serde_json prints.
fn to_thousandths(value: f64) -> Option<u64> {
    // Truncation after adding a half rounds, and is faster than `round`.
    let scaled = value * 1000.0 + 0.5;
    #[expect(clippy::cast_possible_truncation, reason = "a whole number within the range")]
    let whole = (1000.0..1e15).contains(&scaled).then_some(scaled as i64)?;
    #[expect(clippy::cast_precision_loss, reason = "15 digits are exact")]
    let is_exact = whole as f64 / 1000.0 == value;
    u64::try_from(whole).ok().filter(|_| is_exact)
}

/// Returns the digits of a number of thousandths before and after the point, at least one each.
fn split_thousandths(digits: &[u8]) -> Option<(&[u8], &[u8])> {
    let (whole, fraction) = digits.split_last_chunk::<3>()?;
    let ([fraction @ .., b'0', b'0'] | [fraction @ .., b'0'] | fraction) = &fraction[..];
    Some((whole, fraction))
}

/// Delegates to serde_json.
macro_rules! with_serde_json {
    ($($method:ident($type:ty);)*) => {
        $(fn $method(self, value: $type) -> Result<()> {
            serde_json::to_writer(self.0, &value)
        })*
    };
}

/// Types that no response contains.
macro_rules! unsupported {
    ($($method:ident $(<$generic:ident>)? ($($type:ty),*) -> $result:ty;)*) => {
        $(fn $method $(<$generic: Serialize + ?Sized>)? (self, $(_: $type),*) -> Result<$result> {
            Err(Error::custom(concat!("unsupported in a response: ", stringify!($method))))
        })*
    };
}

type Never = Impossible<(), Error>;

impl<'t> Serializer for JsonSerializer<'t> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = JsonItems<'t>;
    type SerializeMap = JsonItems<'t>;
    type SerializeStruct = JsonItems<'t>;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeStructVariant = Never;

    fn serialize_str(self, text: &str) -> Result<()> {
        if !needs_no_escape(text) {
            return serde_json::to_writer(self.0, text);
        }
        self.push_quoted(text);
        Ok(())
    }

    fn serialize_none(self) -> Result<()> {
        self.serialize_unit()
    }

    fn serialize_unit(self) -> Result<()> {
        self.0.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<()> {
        value.serialize(self)
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<JsonItems<'t>> {
        self.0.reserve(length.unwrap_or_default().saturating_mul(ITEM_BYTES));
        Ok(JsonItems::new(self.0, b'[', b']'))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<JsonItems<'t>> {
        Ok(JsonItems::new(self.0, b'{', b'}'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<JsonItems<'t>> {
        Ok(JsonItems::new(self.0, b'{', b'}'))
    }

    fn serialize_f64(self, value: f64) -> Result<()> {
        let Some(number) = to_thousandths(value) else { return serde_json::to_writer(self.0, &value) };
        let mut digits = itoa::Buffer::new();
        let (whole, fraction) = split_thousandths(digits.format(number).as_bytes()).unwrap_or_default();
        self.0.extend_from_slice(whole);
        self.0.push(b'.');
        self.0.extend_from_slice(fraction);
        Ok(())
    }

    with_serde_json! {
        serialize_bool(bool);
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_f32(f32);
        serialize_char(char);
        serialize_bytes(&[u8]);
    }

    unsupported! {
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_newtype_variant<T>(&'static str, u32, &'static str, &T) -> ();
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }
}

impl SerializeSeq for JsonItems<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        value.serialize(self.next_item())
    }

    fn end(self) -> Result<()> {
        self.close()
    }
}

impl SerializeMap for JsonItems<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        key.serialize(self.next_item())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.text.push(b':');
        value.serialize(JsonSerializer(self.text))
    }

    fn end(self) -> Result<()> {
        self.close()
    }
}

impl SerializeStruct for JsonItems<'_> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        // Names of members contain only letters.
        self.text.extend_from_slice(&[std::mem::replace(&mut self.separator, b','), b'"']);
        self.text.extend_from_slice(name.as_bytes());
        self.text.extend_from_slice(b"\":");
        value.serialize(JsonSerializer(self.text))
    }

    fn end(self) -> Result<()> {
        self.close()
    }
}

#[cfg(test)]
mod tests {
    use super::JsonSerializer;
    use crate::model::Timestamp;
    use crate::wire::AliasPage;
    use crate::wire::output::{
        DescribeStateMachineAliasOutput, ListStateMachineAliasesOutput, RoutingConfigurationOutput,
    };
    use serde::Serialize;
    use serde_json::json;

    #[track_caller]
    fn assert_equals_serde_json<T: Serialize>(value: &T) {
        let mut text = Vec::new();
        assert!(value.serialize(JsonSerializer(&mut text)).is_ok());
        assert_eq!(String::from_utf8(text).ok(), serde_json::to_string(value).ok());
    }

    #[test]
    fn characters_are_serialized_as_by_serde_json() {
        for character in (0..=0x2FF).filter_map(char::from_u32).chain(['\u{2028}', '\u{FFFF}', '\u{1F600}']) {
            assert_equals_serde_json(&json!(character.to_string()));
            assert_equals_serde_json(&json!(format!("seventeen bytes, {character}, and more than sixteen again")));
        }
    }

    #[test]
    fn values_are_serialized_as_by_serde_json() {
        for value in [
            json!(null),
            json!([]),
            json!({}),
            json!([1, -1, 18_446_744_073_709_551_615_u64, 0.5, 1e300, true, false, null, "", [[]], {}]),
            json!({"a": {"b": []}, "c\"d": [{}, {"e": 1}], "f": null}),
        ] {
            assert_equals_serde_json(&value);
        }
    }

    #[test]
    fn fractions_are_serialized_as_by_serde_json() {
        for thousandths in (0..3000).chain([999_999, 1_744_229_037_000, 1_744_229_037_010, 999_999_999_999_999]) {
            for more in [0, 1, 10, 100, 123, 1_000_000_000_000] {
                let date = Timestamp::from_millis(thousandths + more);
                assert_equals_serde_json(&date);
                assert_equals_serde_json(&Timestamp::from_millis(-date.as_millis()));
                let value = (thousandths + more) as f64 / 7000.0;
                assert_equals_serde_json(&json!([value, -value, value * 1e12, value / 1e12]));
            }
        }
        assert_equals_serde_json(&json!([0.0, -0.0, 0.001, 0.9999, 1.0, 1.0005, f64::MAX, f64::MIN_POSITIVE]));
    }

    #[test]
    fn pages_of_aliases_are_serialized_as_their_output() {
        for token in [None, Some("token".to_owned())] {
            for names in [&[][..], &["PROD"], &["PROD", "a\"b\n", "", "\u{e4}"]] {
                let aliases = || names.iter().map(|name| (*name, Timestamp::from_millis(1100)));
                let page = AliasPage::new(token.clone(), "arn:aws:states:::stateMachine:orders", aliases());
                let text = serde_json::to_string(&page).unwrap_or_default();
                assert_equals_serde_json(&page);
                let output = ListStateMachineAliasesOutput::from(page);
                assert_eq!(serde_json::to_string(&output).ok(), Some(text));
            }
        }
    }

    #[test]
    fn responses_are_serialized_as_by_serde_json() {
        let route = RoutingConfigurationOutput { state_machine_version_arn: "arn:1".to_owned(), weight: 100 };
        let mut response = DescribeStateMachineAliasOutput {
            creation_date: Timestamp::from_millis(1_744_229_037_123),
            description: None,
            name: "PROD".to_owned(),
            routing_configuration: vec![route],
            state_machine_alias_arn: "arn:PROD".to_owned(),
            update_date: Timestamp::from_millis(1_744_229_037_000),
        };
        assert_equals_serde_json(&response);
        response.description = Some("for \"testing\"".to_owned().into());
        assert_equals_serde_json(&response);
    }
}
