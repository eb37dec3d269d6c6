//! Answers as JSON text: what serde_json writes, byte for byte. It looks at strings one byte at a
//! time for what must be escaped, which is a third of an answer's cost, and nearly none is.

use serde::ser::{Error as _, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer};
use serde_json::{Error, Result};

/// Writes one value at the end of a text.
pub(super) struct Writer<'t>(pub &'t mut Vec<u8>);

impl Writer<'_> {
    fn quote(self, text: &str) {
        self.0.push(b'"');
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b'"');
    }
}

/// Writes the items of a list or the members of a structure.
pub(super) struct Items<'t> {
    text: &'t mut Vec<u8>,
    /// What comes before the next item.
    before: u8,
    close: u8,
}

impl<'t> Items<'t> {
    fn open(text: &'t mut Vec<u8>, before: u8, close: u8) -> Self {
        Self { text, before, close }
    }

    /// Where the next item is written.
    fn next(&mut self) -> Writer<'_> {
        self.text.push(std::mem::replace(&mut self.before, b','));
        Writer(self.text)
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.text.push(b':');
        value.serialize(Writer(self.text))
    }

    fn close(self) -> Result<()> {
        if self.before != b',' {
            self.text.push(self.before);
        }
        self.text.push(self.close);
        Ok(())
    }
}

/// Whether a string stands in JSON as it is. Without a way out of the loop, so that it takes many
/// bytes at a time.
fn is_plain(text: &str) -> bool {
    let escaped = |b: u8| b < b' ' || b == b'"' || b == b'\\';
    !text.bytes().fold(false, |found, b| found | escaped(b))
}

/// Room for an item of a list: the list of a state machine's aliases is then seldom moved while it grows.
const ITEM: usize = 144;

/// A number of up to 15 digits, of which three stand behind the point: as every date. A decimal of so few
/// digits is the shortest that means its float, which is what serde_json looks for.
fn thousandths(value: f64) -> Option<u64> {
    let scaled = (value * 1000.0).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range, a whole number")]
    let whole = (1000.0..1e15).contains(&scaled).then_some(scaled as u64);
    whole.filter(|_| scaled / 1000.0 == value)
}

/// Values that serde_json writes as fast as can be.
macro_rules! by_serde_json {
    ($($method:ident($type:ty);)*) => {
        $(fn $method(self, value: $type) -> Result<()> {
            serde_json::to_writer(self.0, &value)
        })*
    };
}

/// What no answer has.
macro_rules! in_no_answer {
    ($($method:ident $(<$generic:ident>)? ($($type:ty),*) -> $result:ty;)*) => {
        $(fn $method $(<$generic: Serialize + ?Sized>)? (self, $(_: $type),*) -> Result<$result> {
            Err(Error::custom(concat!("no answer has what needs ", stringify!($method))))
        })*
    };
}

type Never = Impossible<(), Error>;

impl<'t> Serializer for Writer<'t> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Items<'t>;
    type SerializeMap = Items<'t>;
    type SerializeStruct = Items<'t>;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeStructVariant = Never;

    fn serialize_str(self, text: &str) -> Result<()> {
        if !is_plain(text) {
            return serde_json::to_writer(self.0, text);
        }
        self.quote(text);
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

    fn serialize_seq(self, length: Option<usize>) -> Result<Items<'t>> {
        self.0.reserve(length.unwrap_or_default().saturating_mul(ITEM));
        Ok(Items::open(self.0, b'[', b']'))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Items<'t>> {
        Ok(Items::open(self.0, b'{', b'}'))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Items<'t>> {
        Ok(Items::open(self.0, b'{', b'}'))
    }

    fn serialize_f64(self, value: f64) -> Result<()> {
        let Some(number) = thousandths(value) else { return serde_json::to_writer(self.0, &value) };
        self.0.extend_from_slice(itoa::Buffer::new().format(number / 1000).as_bytes());
        // Its first digit keeps the zeros behind the point.
        let mut digits = itoa::Buffer::new();
        let fraction = digits.format((number % 1000).saturating_add(1000)).trim_end_matches('0');
        self.0.push(b'.');
        self.0.extend_from_slice(fraction.get(1..).filter(|digits| !digits.is_empty()).unwrap_or("0").as_bytes());
        Ok(())
    }

    by_serde_json! {
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

    in_no_answer! {
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_newtype_variant<T>(&'static str, u32, &'static str, &T) -> ();
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never;
    }
}

impl SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        value.serialize(self.next())
    }

    fn end(self) -> Result<()> {
        self.close()
    }
}

impl SerializeMap for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<()> {
        key.serialize(self.next())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        self.value(value)
    }

    fn end(self) -> Result<()> {
        self.close()
    }
}

impl SerializeStruct for Items<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<()> {
        // The members of answers are letters.
        self.next().quote(name);
        self.value(value)
    }

    fn end(self) -> Result<()> {
        self.close()
    }
}

#[cfg(test)]
mod tests {
    use super::Writer;
    use crate::model::Timestamp;
    use crate::wire::output::{DescribeStateMachineAliasOutput, RoutingConfigurationOutput};
    use serde::Serialize;
    use serde_json::json;

    #[track_caller]
    fn assert_as_serde_json<T: Serialize>(value: &T) {
        let mut text = Vec::new();
        assert!(value.serialize(Writer(&mut text)).is_ok());
        assert_eq!(String::from_utf8(text).ok(), serde_json::to_string(value).ok());
    }

    #[test]
    fn every_character_is_written_as_serde_json_writes_it() {
        for character in (0..=0x2FF).filter_map(char::from_u32).chain(['\u{2028}', '\u{FFFF}', '\u{1F600}']) {
            assert_as_serde_json(&json!(character.to_string()));
            assert_as_serde_json(&json!(format!("seventeen bytes, {character}, and more than sixteen again")));
        }
    }

    #[test]
    fn values_are_written_as_serde_json_writes_them() {
        for value in [
            json!(null),
            json!([]),
            json!({}),
            json!([1, -1, 18_446_744_073_709_551_615_u64, 0.5, 1e300, true, false, null, "", [[]], {}]),
            json!({"a": {"b": []}, "c\"d": [{}, {"e": 1}], "f": null}),
        ] {
            assert_as_serde_json(&value);
        }
    }

    #[test]
    fn numbers_with_a_fraction_are_written_as_serde_json_writes_them() {
        for thousandths in (0..3000).chain([999_999, 1_744_229_037_000, 1_744_229_037_010, 999_999_999_999_999]) {
            for more in [0, 1, 10, 100, 123, 1_000_000_000_000] {
                let date = Timestamp::from_millis(thousandths + more);
                assert_as_serde_json(&date);
                assert_as_serde_json(&Timestamp::from_millis(-date.as_millis()));
                let value = (thousandths + more) as f64 / 7000.0;
                assert_as_serde_json(&json!([value, -value, value * 1e12, value / 1e12]));
            }
        }
        assert_as_serde_json(&json!([0.0, -0.0, 0.001, 0.9999, 1.0, 1.0005, f64::MAX, f64::MIN_POSITIVE]));
    }

    #[test]
    fn answers_are_written_as_serde_json_writes_them() {
        let route = RoutingConfigurationOutput { state_machine_version_arn: "arn:1".to_owned(), weight: 100 };
        let mut answer = DescribeStateMachineAliasOutput {
            creation_date: Timestamp::from_millis(1_744_229_037_123),
            description: None,
            name: "PROD".to_owned(),
            routing_configuration: vec![route],
            state_machine_alias_arn: "arn:PROD".to_owned(),
            update_date: Timestamp::from_millis(1_744_229_037_000),
        };
        assert_as_serde_json(&answer);
        answer.description = Some("for \"testing\"".to_owned().into());
        assert_as_serde_json(&answer);
    }
}
