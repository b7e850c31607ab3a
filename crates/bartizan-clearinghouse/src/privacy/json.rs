//! Values by path.

use serde_json::{Map, Value};

use super::{Keep, Kind, Mode, Record, marker, text_at};

/// How deep a value is looked into.
const DEEPEST: usize = 128;

/// What may leave of a value, and what was found in it. Texts, and the names of members, are looked into; numbers only where the name of
/// their member says what they are.
pub fn scrub_json(value: &Value, keep: &Keep, mode: Mode) -> (Value, Record) {
    let mut record = Record::new(mode);
    if mode == Mode::Off {
        return (value.clone(), record);
    }
    let mut walk = Walk { keep, mode, record: &mut record, path: String::new() };
    let left = walk.value(value, None, DEEPEST);
    (left, record)
}

struct Walk<'a> {
    keep: &'a Keep,
    mode: Mode,
    record: &'a mut Record,
    path: String,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value, said: Option<Kind>, depth: usize) -> Value {
        if self.keep.keeps_path(&self.path) {
            return value.clone();
        }
        let Some(depth) = depth.checked_sub(1) else {
            self.record.add(Kind::TooDeep, &self.path, self.keep, "");
            return if self.mode == Mode::Remove { marker(Kind::TooDeep).into() } else { value.clone() };
        };
        match value {
            Value::String(text) => self.text(text, said).into(),
            Value::Number(number) => match said {
                Some(kind) => {
                    let text = number.to_string();
                    if self.keep.keeps(&text) {
                        return value.clone();
                    }
                    self.record.add(kind, &self.path, self.keep, &text);
                    if self.mode == Mode::Remove { marker(kind).into() } else { value.clone() }
                }
                None => value.clone(),
            },
            Value::Array(all) => {
                let each = all
                    .iter()
                    .enumerate()
                    .map(|(n, one)| self.under(&n.to_string(), |w| w.value(one, said, depth)));
                Value::Array(each.collect())
            }
            Value::Object(members) => Value::Object(self.object(members, depth)),
            Value::Null | Value::Bool(_) => value.clone(),
        }
    }

    fn object(&mut self, members: &Map<String, Value>, depth: usize) -> Map<String, Value> {
        let mut left = Map::new();
        for (name, value) in members {
            // What a name holds is removed from the place that the record tells, too.
            let mut aside = Record::new(self.mode);
            let mut shown = text_at(name, "", self.keep, self.mode, &mut aside);
            let told = if aside.entries.is_empty() {
                shown.clone()
            } else {
                text_at(name, "", self.keep, Mode::Remove, &mut Record::new(Mode::Remove))
            };
            let mut n = 2;
            while left.contains_key(&shown) {
                shown = format!("{} ({n})", shown.split(" (").next().unwrap_or_default());
                n += 1;
            }
            let said = said(name);
            let kept = self.under(&told, |walk| {
                if !aside.entries.is_empty() {
                    text_at(name, &walk.path, walk.keep, walk.mode, walk.record);
                }
                walk.value(value, said, depth)
            });
            left.insert(shown, kept);
        }
        left
    }

    fn text(&mut self, text: &str, said: Option<Kind>) -> String {
        match said {
            Some(kind) if !is_removed(text) && !text.trim().is_empty() => {
                if self.keep.keeps(text) {
                    return text.to_owned();
                }
                self.record.add(kind, &self.path, self.keep, text);
                if self.mode == Mode::Remove { marker(kind) } else { text.to_owned() }
            }
            _ => text_at(text, &self.path, self.keep, self.mode, self.record),
        }
    }

    fn under<T>(&mut self, step: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.path.len();
        self.path.push('/');
        self.path.push_str(&step.replace('~', "~0").replace('/', "~1"));
        let done = work(self);
        self.path.truncate(before);
        done
    }
}

/// Whether nothing is left in it but that something was removed.
fn is_removed(text: &str) -> bool {
    Kind::ALL.iter().any(|kind| text == marker(*kind))
}

/// What the name of a member says of its value.
fn said(name: &str) -> Option<Kind> {
    let mut plain = String::new();
    let mut before = '_';
    for c in name.chars().take(64) {
        match c {
            '-' | ' ' | '.' => plain.push('_'),
            c if c.is_ascii_uppercase() => {
                if before.is_ascii_lowercase() {
                    plain.push('_');
                }
                plain.push(c.to_ascii_lowercase());
            }
            c => plain.push(c),
        }
        before = c;
    }
    Some(match plain.as_str() {
        "first_name" | "last_name" | "full_name" | "given_name" | "family_name" | "middle_name"
        | "surname" | "maiden_name" | "real_name" | "person_name" | "employee_name" | "victim_name"
        | "patient_name" | "customer_name" | "contact_name" | "display_name" | "signatory" => Kind::Name,
        "phone" | "phone_number" | "telephone" | "mobile" | "mobile_phone" | "cell_phone" | "fax" => {
            Kind::Phone
        }
        "ssn"
        | "social_security_number"
        | "national_id"
        | "national_identifier"
        | "passport"
        | "passport_number"
        | "tax_id"
        | "drivers_license"
        | "identity_card" => Kind::NationalId,
        "date_of_birth" | "birth_date" | "birthdate" | "birthday" | "dob" | "home_address"
        | "street_address" | "postal_address" => Kind::Personal,
        "password" | "passwd" | "api_key" | "apikey" | "access_token" | "refresh_token" | "client_secret"
        | "private_key" | "secret_key" => Kind::Secret,
        _ => return None,
    })
}
