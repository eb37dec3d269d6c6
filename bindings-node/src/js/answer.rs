//! serde's view of a [`Tree`].

use super::fault::Fault;
use super::tree::Tree;
use serde::Serialize;
use serde::ser::{self, Impossible, Serializer};
use std::borrow::Cow;

/// The name under which the core writes a date, as seconds.
const TIMESTAMP: &str = "Timestamp";

impl ser::Error for Fault {
    fn custom<T: std::fmt::Display>(words: T) -> Self {
        Self::new(words.to_string())
    }
}

/// Makes a tree of a value.
pub struct Writer;

/// Makes a list of its items.
pub struct Items(Vec<Tree>);

/// Makes an object of its members.
#[derive(Default)]
pub struct Members {
    members: Vec<(Cow<'static, str>, Tree)>,
    name: Option<String>,
}

/// Numbers of JavaScript: exact up to 53 bits, which counts and weights never leave.
macro_rules! numbers {
    ($($method:ident($number:ty)),*) => {$(
        fn $method(self, value: $number) -> Result<Tree, Fault> {
            #[allow(clippy::cast_precision_loss, clippy::cast_lossless, clippy::allow_attributes, reason = "one macro for all widths")]
            Ok(Tree::Number(value as f64))
        }
    )*};
}

impl Serializer for Writer {
    type Ok = Tree;
    type Error = Fault;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Impossible<Tree, Fault>;
    type SerializeMap = Members;
    type SerializeStruct = Members;
    type SerializeStructVariant = Impossible<Tree, Fault>;

    numbers!(
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_f32(f32),
        serialize_f64(f64)
    );

    fn serialize_bool(self, value: bool) -> Result<Tree, Fault> {
        Ok(Tree::Boolean(value))
    }

    fn serialize_char(self, value: char) -> Result<Tree, Fault> {
        Ok(Tree::Text(value.to_string().into()))
    }

    fn serialize_str(self, value: &str) -> Result<Tree, Fault> {
        Ok(Tree::Text(value.to_owned().into()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Tree, Fault> {
        value.serialize(self)
    }

    fn serialize_none(self) -> Result<Tree, Fault> {
        Ok(Tree::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Tree, Fault> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Tree, Fault> {
        Ok(Tree::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Tree, Fault> {
        Ok(Tree::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Tree, Fault> {
        Ok(Tree::Text(variant.into()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<Tree, Fault> {
        match (name, value.serialize(self)?) {
            (TIMESTAMP, Tree::Number(seconds)) => Ok(Tree::Date((seconds * 1000.0).round())),
            (_, tree) => Ok(tree),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Tree, Fault> {
        Ok(Tree::Object(vec![(variant.into(), value.serialize(self)?)]))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items, Fault> {
        Ok(Items(Vec::with_capacity(length.unwrap_or_default())))
    }

    fn serialize_tuple(self, length: usize) -> Result<Items, Fault> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Items, Fault> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Fault> {
        Err(Fault::new(format!("`{variant}` has no form in JSON")))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members, Fault> {
        Ok(Members::default())
    }

    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Members, Fault> {
        Ok(Members { members: Vec::with_capacity(length), name: None })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Fault> {
        Err(Fault::new(format!("`{variant}` has no form in JSON")))
    }
}

/// The three kinds of lists are one.
macro_rules! items {
    ($($kind:ident::$method:ident),*) => {$(
        impl ser::$kind for Items {
            type Ok = Tree;
            type Error = Fault;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
                self.0.push(value.serialize(Writer)?);
                Ok(())
            }

            fn end(self) -> Result<Tree, Fault> {
                Ok(Tree::List(self.0))
            }
        }
    )*};
}
items!(SerializeSeq::serialize_element, SerializeTuple::serialize_element, SerializeTupleStruct::serialize_field);

impl ser::SerializeStruct for Members {
    type Ok = Tree;
    type Error = Fault;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Fault> {
        self.members.push((name.into(), value.serialize(Writer)?));
        Ok(())
    }

    fn end(self) -> Result<Tree, Fault> {
        Ok(Tree::Object(self.members))
    }
}

impl ser::SerializeMap for Members {
    type Ok = Tree;
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Fault> {
        match key.serialize(Writer)? {
            Tree::Text(name) => self.name = Some(name.into_owned()),
            _ => return Err(Fault::new("a key is no text")),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        let name = self.name.take().unwrap_or_default();
        self.members.push((name.into(), value.serialize(Writer)?));
        Ok(())
    }

    fn end(self) -> Result<Tree, Fault> {
        Ok(Tree::Object(self.members))
    }
}
