//! Personal data that has nothing to do with the threat, found and removed before something leaves.
//!
//! The Cybersecurity Information Sharing Act of 2015 (section 104(d)(2)) wants it removed from what is shared, and that is a good rule
//! anywhere. What is found has a form of its own (an address, a number with its check digits, a key, the name in a path) or stands under a
//! name that says what it is (`first_name`, `phone`). What belongs to the threat (an observable of the case, the finder's credit) is on a
//! [`Keep`] list and stays letter by letter.
//!
//! [`scrub_text`] and [`scrub_json`] give what may leave and a [`Record`] of what was removed: which rule, where, how often, and a salted
//! digest by which whoever has the text and the salt can show that it was that; never the text. The same input gives the same output,
//! and scrubbing twice changes nothing.
//!
//! ```
//! use bartizan_clearinghouse::privacy::{Keep, Mode, scrub_text};
//! let keep = Keep::new(b"salt").value("billing@evil.example");
//! let text = "From billing@evil.example to maria.lopez@bank.example, opened under C:\\Users\\mlopez\\Downloads.";
//! let (left, record) = scrub_text(text, &keep, Mode::Remove);
//! assert_eq!(left, "From billing@evil.example to [removed:email], opened under C:\\Users\\[removed:home-path]\\Downloads.");
//! assert_eq!(record.removed(), 2);
//! ```

mod find;
mod json;
mod keep;
mod record;
#[cfg(test)]
mod tests;

use crate::set::closed_set;

pub use json::scrub_json;
pub use keep::Keep;
pub use record::{Entry, MOST_ENTRIES, Record};

closed_set! {
    /// What is done about personal data; the node's administrator decides.
    Mode {
        /// Nothing is looked for.
        Off = "off",
        /// It is recorded and stays.
        RecordOnly = "record-only",
        /// It is removed and recorded.
        Remove = "remove",
    }
}

closed_set! {
    /// What was found. The word is the stable code of the rule.
    Kind {
        /// The e-mail address of a person; addresses of functions (`security@…`, `abuse@…`) stay.
        Email = "email",
        /// A telephone number.
        Phone = "phone",
        /// A person's name, under a name that says so.
        Name = "name",
        /// A number that a state gives to a person: a US social security number, or what stands under a name that says so.
        NationalId = "national-id",
        /// An IBAN, its check digits right.
        Iban = "iban",
        /// The number of a payment card, its check digit right.
        Card = "card",
        /// A date of birth, an address of a home and the like, under a name that says so.
        Personal = "personal",
        /// Somebody's account on a machine of a private network.
        Account = "account",
        /// The name of a person in the path of their home.
        HomePath = "home-path",
        /// A password, a token or a key.
        Secret = "secret",
        /// A value nested so deep that it was not looked into.
        TooDeep = "too-deep",
    }
}

/// The most rounds over one text: what is removed could bring together what then looks like something.
const ROUNDS: usize = 8;

/// What may leave of a text, and what was found in it.
pub fn scrub_text(text: &str, keep: &Keep, mode: Mode) -> (String, Record) {
    let mut record = Record::new(mode);
    let left = text_at(text, "", keep, mode, &mut record);
    (left, record)
}

fn text_at(text: &str, path: &str, keep: &Keep, mode: Mode, record: &mut Record) -> String {
    if mode == Mode::Off || keep.keeps_path(path) {
        return text.to_owned();
    }
    let mut left = text.to_owned();
    for round in 0..ROUNDS {
        let found = find::all(&left, keep);
        if found.is_empty() {
            break;
        }
        for one in &found {
            record.add(one.kind, path, keep, &left[one.start..one.end]);
        }
        if mode == Mode::RecordOnly {
            break;
        }
        if round + 1 == ROUNDS {
            // It does not come to rest: nothing of it leaves.
            return marker(Kind::Personal);
        }
        let mut next = String::with_capacity(left.len());
        let mut at = 0;
        for one in &found {
            next.push_str(&left[at..one.start]);
            next.push_str(&marker(one.kind));
            at = one.end;
        }
        next.push_str(&left[at..]);
        left = next;
    }
    left
}

/// What stands where something was.
fn marker(kind: Kind) -> String {
    format!("[removed:{kind}]")
}
