//! Many rows at once: what each engine does its own way.

use crate::error::Error;
use crate::sql::{Tx, Value};

/// Rows of one statement: twelve columns stay below SQLite's limit of arguments.
const SET: usize = 500;

impl Tx {
    /// Adds rows to a table: so many as there are columns in each. PostgreSQL takes a stream of them in half the time of a statement.
    pub(crate) async fn fill(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &[Vec<Value<'_>>],
    ) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let named = columns.join(", ");
        if let Self::Postgres(tx) = self {
            let mut copy = tx.copy_in_raw(&format!("COPY {table} ({named}) FROM STDIN")).await?;
            let sent = copy.send(stream(rows)).await.map(drop);
            return match sent {
                Ok(()) => copy.finish().await.map(drop).map_err(Error::from),
                Err(e) => {
                    // What went wrong first is what is told.
                    let _ = copy.abort("not all rows could be sent").await;
                    Err(e.into())
                }
            };
        }
        for set in rows.chunks(SET) {
            // Without names: SQLite's driver looks each one up from the start of all of them.
            let row = format!("({})", vec!["?"; columns.len()].join(","));
            let sql = format!("INSERT INTO {table} ({named}) VALUES {}", vec![&*row; set.len()].join(","));
            let arguments: Vec<Value<'_>> = set.iter().flatten().cloned().collect();
            self.run(&sql, &arguments).await?;
        }
        Ok(())
    }
}

/// Rows as `COPY` reads them (PostgreSQL's manual, COPY, "Text Format").
fn stream(rows: &[Vec<Value<'_>>]) -> Vec<u8> {
    let mut out = Vec::new();
    for row in rows {
        for (i, value) in row.iter().enumerate() {
            if i > 0 {
                out.push(b'\t');
            }
            match value {
                Value::Number(number) => out.extend(number.to_string().bytes()),
                Value::Flag(flag) => out.push(if *flag { b't' } else { b'f' }),
                Value::Text(text) => escape(&mut out, text),
                Value::Bytes(bytes) => {
                    out.extend(b"\\\\x");
                    out.extend(bytes.iter().flat_map(|b| format!("{b:02x}").into_bytes()));
                }
                Value::NoNumber | Value::NoText => out.extend(b"\\N"),
            }
        }
        out.push(b'\n');
    }
    out
}

fn escape(out: &mut Vec<u8>, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'\\' => out.extend(b"\\\\"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            _ => out.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_separates_is_escaped() {
        let row = vec![
            Value::Number(-7),
            Value::Flag(true),
            Value::Text("a\tb\\c\nd\r\\."),
            Value::NoText,
            Value::Bytes(&[0, 255]),
        ];
        let said = String::from_utf8(stream(&[row])).expect("text");
        assert_eq!(said, "-7\tt\ta\\tb\\\\c\\nd\\r\\\\.\t\\N\t\\\\x00ff\n");
    }
}
