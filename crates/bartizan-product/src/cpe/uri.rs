//! The URI binding (NISTIR 7695, section 6.1), with the edition packed between tildes.

use super::{Attribute, Cpe, Value, is_plain, symbols, well_formed};

/// The attributes that have a component of their own.
const OWN: [Attribute; 7] = [
    Attribute::Part,
    Attribute::Vendor,
    Attribute::Product,
    Attribute::Version,
    Attribute::Update,
    Attribute::Edition,
    Attribute::Language,
];
/// What a packed edition holds.
const PACKED: [Attribute; 5] =
    [Attribute::Edition, Attribute::SwEdition, Attribute::TargetSw, Attribute::TargetHw, Attribute::Other];

pub(super) fn unbind(rest: &str) -> Option<Cpe> {
    let mut name = Cpe::default();
    let parts: Vec<&str> = rest.split(':').collect();
    if parts.len() > OWN.len() {
        return None;
    }
    for (attribute, part) in OWN.into_iter().zip(parts) {
        match part.strip_prefix('~').filter(|_| attribute == Attribute::Edition) {
            Some(packed) => {
                let values: Vec<&str> = packed.split('~').collect();
                if values.len() != PACKED.len() {
                    return None;
                }
                for (attribute, part) in PACKED.into_iter().zip(values) {
                    name.values[attribute as usize] = value(part)?;
                }
            }
            None => name.values[attribute as usize] = value(part)?,
        }
    }
    Some(name)
}

fn value(text: &str) -> Option<Value> {
    match text {
        "" => return Some(Value::Any),
        "-" => return Some(Value::NotApplicable),
        _ => {}
    }
    let mut quoted = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let c = if c == '%' {
            let code: String = rest.by_ref().take(2).collect();
            match u8::from_str_radix(&code, 16).ok().filter(|_| code.len() == 2)? {
                1 => {
                    quoted.push('?');
                    continue;
                }
                2 => {
                    quoted.push('*');
                    continue;
                }
                code if code.is_ascii_graphic() => char::from(code),
                _ => return None,
            }
        } else {
            c
        };
        if c.is_whitespace() || c.is_control() {
            return None;
        }
        if !is_plain(c) {
            quoted.push('\\');
        }
        quoted.push(c.to_ascii_lowercase());
    }
    well_formed(&quoted).then_some(Value::Text(quoted))
}

pub(super) fn bind(name: &Cpe) -> String {
    let mut parts: Vec<String> = OWN.iter().map(|a| component(name.get(*a))).collect();
    if PACKED[1..].iter().any(|a| *name.get(*a) != Value::Any) {
        let packed: Vec<String> = PACKED.iter().map(|a| component(name.get(*a))).collect();
        parts[Attribute::Edition as usize] = format!("~{}", packed.join("~"));
    }
    while parts.last().is_some_and(String::is_empty) {
        parts.pop();
    }
    format!("cpe:/{}", parts.join(":"))
}

fn component(value: &Value) -> String {
    let text = match value {
        Value::Any => return String::new(),
        Value::NotApplicable => return "-".to_owned(),
        Value::Text(text) => text,
    };
    let mut out = String::new();
    for (c, quoted) in symbols(text) {
        match c {
            '?' if !quoted => out.push_str("%01"),
            '*' if !quoted => out.push_str("%02"),
            '.' | '-' => out.push(c),
            c if is_plain(c) || !c.is_ascii() => out.push(c),
            c => out.push_str(&format!("%{:02x}", u32::from(c))),
        }
    }
    out
}
