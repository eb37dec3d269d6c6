//! Values of the model as values of SQLite.

use crate::model::{VersionNumber, Weight};
use rusqlite::Result;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

impl ToSql for VersionNumber {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.get().into())
    }
}

impl FromSql for VersionNumber {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::new(u32::column_result(value)?).ok_or(FromSqlError::OutOfRange(0))
    }
}

impl ToSql for Weight {
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(self.get().into())
    }
}

impl FromSql for Weight {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let percent = u8::column_result(value)?;
        Self::new(percent).ok_or(FromSqlError::OutOfRange(percent.into()))
    }
}
