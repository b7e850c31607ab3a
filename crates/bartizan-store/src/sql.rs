//! One way to say a statement to either engine.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Postgres, Row as _, Sqlite, Transaction};

use crate::db::Engine;
use crate::error::Error;

/// An argument of a statement.
#[derive(Clone, Debug)]
pub(crate) enum Value<'a> {
    Number(i64),
    NoNumber,
    Text(&'a str),
    NoText,
    Flag(bool),
    Bytes(&'a [u8]),
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::NoNumber, Self::Number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Self::NoText, Self::Text)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

/// `values!(a, b)`: arguments of a statement, in order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { &[$($crate::sql::Value::from($value)),*] };
}
pub(crate) use values;

/// A row of either engine; columns by position.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

macro_rules! getter {
    ($name:ident, $type:ty) => {
        pub(crate) fn $name(&self, column: usize) -> Result<$type, Error> {
            Ok(match self {
                Self::Sqlite(row) => row.try_get(column)?,
                Self::Postgres(row) => row.try_get(column)?,
            })
        }
    };
}

impl Row {
    getter!(number, i64);
    getter!(number_or_none, Option<i64>);
    getter!(text, String);
    getter!(text_or_none, Option<String>);
    getter!(flag, bool);
    getter!(bytes, Vec<u8>);
}

/// A transaction of either engine. Dropped without [`Tx::commit`], nothing of it was.
pub(crate) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

macro_rules! bound {
    ($sql:expr, $values:expr) => {{
        // Every statement is made of texts of this crate and of numbers; what comes from outside is bound.
        let mut query = sqlx::query(sqlx::AssertSqlSafe($sql.to_owned()));
        for value in $values {
            query = match value {
                Value::Number(number) => query.bind(*number),
                Value::NoNumber => query.bind(None::<i64>),
                Value::Text(text) => query.bind((*text).to_owned()),
                Value::NoText => query.bind(None::<String>),
                Value::Flag(flag) => query.bind(*flag),
                Value::Bytes(bytes) => query.bind((*bytes).to_owned()),
            };
        }
        query
    }};
}
pub(crate) use bound;

impl Tx {
    /// Which engine it is of.
    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) async fn run(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, Error> {
        Ok(match self {
            Self::Sqlite(tx) => bound!(sql, values).execute(&mut **tx).await?.rows_affected(),
            Self::Postgres(tx) => bound!(sql, values).execute(&mut **tx).await?.rows_affected(),
        })
    }

    /// All rows of a statement.
    pub(crate) async fn all(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Vec<Row>, Error> {
        Ok(match self {
            Self::Sqlite(tx) => {
                let rows = bound!(sql, values).fetch_all(&mut **tx).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Self::Postgres(tx) => {
                let rows = bound!(sql, values).fetch_all(&mut **tx).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The first row of a statement, if it gives one.
    pub(crate) async fn one(&mut self, sql: &str, values: &[Value<'_>]) -> Result<Option<Row>, Error> {
        Ok(match self {
            Self::Sqlite(tx) => bound!(sql, values).fetch_optional(&mut **tx).await?.map(Row::Sqlite),
            Self::Postgres(tx) => bound!(sql, values).fetch_optional(&mut **tx).await?.map(Row::Postgres),
        })
    }

    /// The next number of a kind. Holds the kind's row until the end of the transaction.
    pub(crate) async fn next(&mut self, kind: &str) -> Result<i64, Error> {
        self.take(kind, 1).await
    }

    /// Reserves so many numbers and gives the last.
    pub(crate) async fn take(&mut self, kind: &str, count: i64) -> Result<i64, Error> {
        let sql = "UPDATE counter SET last = last + $1 WHERE name = $2 RETURNING last";
        let row = self.one(sql, values![count, kind]).await?;
        row.ok_or_else(|| Error::invalid(format!("there is no counter {kind}")))?.number(0)
    }

    pub(crate) async fn commit(self) -> Result<(), Error> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// `$from, $from+1, …`, so many of them: for `IN (…)` and rows of values.
pub(crate) fn places(from: usize, count: usize) -> String {
    let mut text = String::with_capacity(count * 5);
    for i in 0..count {
        if i > 0 {
            text.push(',');
        }
        text.push('$');
        text.push_str(&(from + i).to_string());
    }
    text
}
