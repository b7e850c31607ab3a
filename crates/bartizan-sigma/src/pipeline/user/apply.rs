//! What the steps of a [`super::Pipeline`] do to a rule.

use super::{Action, Step, test::State};
use crate::{
    error::{Failure, Place, Reason},
    pipeline::{Rename, Work},
    rule::{Detection, Item, Number, Part, Text, Value},
    yaml::{Kind, Node},
};

/// What `set_state` tells a target: the index of ES|QL, the table of KQL.
const STATE: [(&str, &str); 2] = [("index", "index"), ("query_table", "table")];

impl Step {
    pub(super) fn apply(&self, work: &mut Work) -> Result<(), Failure> {
        if !self.rule.hold_of_rule(work) {
            return Ok(());
        }
        let (vars, applied) = (work.user.clone(), work.applied.clone());
        let state = State { vars: &vars, applied: &applied };
        let chosen = |item: &Item| {
            self.item.hold_of_item(&state, item)
                && self.field.hold_of_field(&state, item.field.as_deref().unwrap_or_default())
        };
        let rename = |to: &dyn Fn(&str) -> Rename, field: &str| match self.field.hold_of_field(&state, field)
        {
            true => to(field),
            false => Rename::Keep,
        };
        match &self.action {
            Action::Rename(table) => {
                // With conditions on items a name is changed item by item.
                if self.item.tests.is_empty() {
                    work.rename_fields(|field| rename(&|f| by(table, f), field));
                } else {
                    work.replace_items(|item| Ok(renamed(item, chosen(item), table)))?;
                }
            }
            Action::RenamePrefix(table) => {
                work.rename_fields(|field| rename(&|f| by_prefix(table, f), field))
            }
            Action::Prefix(prefix) => {
                work.rename_fields(|field| rename(&|f| Rename::To(format!("{prefix}{f}")), field));
            }
            Action::Suffix(suffix) => {
                work.rename_fields(|field| rename(&|f| Rename::To(format!("{f}{suffix}")), field));
            }
            Action::Drop => work.drop_items(|item| chosen(item)),
            Action::Require { items, negated, template } => {
                let source = work.rule.log_source.clone();
                let parts = items.iter().map(|(field, values)| {
                    let values =
                        values.iter().map(|v| if *template { filled(v, &source) } else { v.clone() });
                    Detection::item(field, values.collect())
                });
                let detection = Detection::all(parts.collect());
                if *negated { work.exclude(detection) } else { work.require(detection) }
            }
            Action::LogSource { category, product, service } => {
                let source = &mut work.rule.log_source;
                (source.category, source.product, source.service) =
                    (category.clone(), product.clone(), service.clone());
            }
            Action::Replace { pattern, by, skip_special } => {
                each_text(work, chosen, |text| match skip_special {
                    true => text.map_plain(|run| super::replace(pattern, run, by)),
                    false => Text::parse(&super::replace(pattern, &written(text), by)),
                })
            }
            Action::MapValue(table) => work.each_item(|item| {
                if chosen(item) {
                    map_values(item, table);
                }
            }),
            Action::SetValue(value) => work.each_item(|item| {
                if chosen(item) {
                    item.values = vec![value.clone()];
                }
            }),
            Action::Convert { to_number } => work.each_item(|item| {
                if chosen(item) {
                    item.values.iter_mut().for_each(|value| convert(value, *to_number));
                }
            }),
            Action::State { key, value } => {
                if let Some((_, known)) = STATE.iter().find(|(name, _)| name == key) {
                    work.state.insert(known, value.clone());
                }
                work.user.insert(key.clone(), value.clone());
            }
            Action::WildcardPlaceholders { include, exclude } => each_text(work, chosen, |text| {
                Text::from_parts(text.parts().iter().map(|part| match part {
                    Part::Placeholder(name) if handled(include, exclude, name) => Part::Any,
                    other => other.clone(),
                }))
            }),
            Action::ValuePlaceholders { include, exclude } => {
                let vars = work.vars.clone();
                let mut missing = None;
                work.each_item(|item| {
                    if chosen(item) {
                        let old = std::mem::take(&mut item.values);
                        for value in old {
                            expand(value, include, exclude, &vars, &mut item.values, &mut missing);
                        }
                    }
                });
                if let Some(name) = missing {
                    let message = format!("the pipeline has no `vars` entry for the placeholder `%{name}%`");
                    return Err(Failure::new(Reason::Placeholder, message));
                }
            }
            Action::FailRule(message) => return Err(Failure::new(Reason::LogSource, message.clone())),
            Action::FailItem(message) => {
                if work.items().into_iter().any(chosen) {
                    return Err(Failure::new(Reason::Field, message.clone()));
                }
            }
            Action::FailUnmapped(fields) => {
                let unknown = work.items().into_iter().find_map(|item| {
                    item.field.as_ref().filter(|field| !fields.contains(field) && chosen(item))
                });
                if let Some(field) = unknown {
                    return Err(Failure::new(Reason::Field, format!("the field `{field}` is not mapped")));
                }
            }
            Action::AddField(fields) => work.rule.fields.extend(fields.iter().cloned()),
            Action::RemoveField(fields) => work.rule.fields.retain(|field| !fields.contains(field)),
            Action::SetField(fields) => work.rule.fields.clone_from(fields),
            Action::Attribute { key, value } => {
                let kind = Kind::Scalar { text: value.clone(), plain: false };
                work.rule.custom.push((key.clone(), Node { kind, place: Place::default() }));
            }
            Action::Case { upper } => each_text(work, chosen, |text| {
                text.map_plain(|run| if *upper { run.to_uppercase() } else { run.to_lowercase() })
            }),
            Action::Nest(steps) => steps.iter().try_for_each(|step| step.apply(work))?,
        }
        work.applied.extend(self.id.clone());
        Ok(())
    }
}

fn to_rename(to: &[String]) -> Rename {
    match to {
        [] => Rename::Keep,
        [one] => Rename::To(one.clone()),
        many => Rename::AnyOf(many.to_vec()),
    }
}

fn by(table: &[(String, Vec<String>)], field: &str) -> Rename {
    let found = table.iter().find(|(from, _)| from == field);
    found.map_or(Rename::Keep, |(_, to)| to_rename(to))
}

fn by_prefix(table: &[(String, Vec<String>)], field: &str) -> Rename {
    let found = table.iter().find_map(|(from, to)| Some((field.strip_prefix(from.as_str())?, to)));
    found.map_or(Rename::Keep, |(rest, to)| {
        to_rename(&to.iter().map(|prefix| format!("{prefix}{rest}")).collect::<Vec<_>>())
    })
}

fn renamed(item: &Item, chosen: bool, table: &[(String, Vec<String>)]) -> Option<Detection> {
    let field = item.field.as_deref().filter(|_| chosen)?;
    let with = |field: &String| Detection::Item(Item { field: Some(field.clone()), ..item.clone() });
    match by(table, field) {
        Rename::Keep => None,
        Rename::To(to) => Some(with(&to)),
        Rename::AnyOf(to) => Some(Detection::any(to.iter().map(with).collect())),
    }
}

/// `$category`, `$product` and `$service` in an added value.
fn filled(value: &Value, source: &crate::rule::LogSource) -> Value {
    let Some(text) = value.as_text() else { return value.clone() };
    let get = |part: &Option<String>| part.clone().unwrap_or_default();
    let text = text
        .bare()
        .replace("$category", &get(&source.category))
        .replace("$product", &get(&source.product))
        .replace("$service", &get(&source.service));
    Value::text(&text)
}

fn each_text(work: &mut Work, chosen: impl Fn(&Item) -> bool, change: impl Fn(&Text) -> Text) {
    fn one(value: &mut Value, change: &impl Fn(&Text) -> Text) {
        match value {
            Value::Text { text, .. } => *text = change(text),
            Value::AnyOf(values) => values.iter_mut().for_each(|value| one(value, change)),
            _ => {}
        }
    }
    work.each_item(|item| {
        if chosen(item) {
            item.values.iter_mut().for_each(|value| one(value, &change));
        }
    });
}

/// A text in the notation of rules, so that its plain wildcards stay plain.
fn written(text: &Text) -> String {
    text.render("*", "?", |run, out| {
        for c in run.chars() {
            if matches!(c, '*' | '?') {
                out.push('\\');
            }
            out.push(c);
        }
    })
}

fn map_values(item: &mut Item, table: &[(String, Vec<String>)]) {
    let old = std::mem::take(&mut item.values);
    for value in old {
        let known = value.as_text().and_then(|text| {
            let bare = text.bare();
            table.iter().find(|(from, _)| *from == bare)
        });
        match known {
            Some((_, to)) => item.values.extend(to.iter().map(|to| Value::text(to))),
            None => item.values.push(value),
        }
    }
}

fn convert(value: &mut Value, to_number: bool) {
    let new = match value {
        Value::Number(number) if !to_number => Some(Value::plain(number.text())),
        Value::Text { text, .. } if to_number => text.as_plain().and_then(|text| {
            let whole = text.parse().ok().map(Number::from_integer);
            whole.or_else(|| text.parse().ok().and_then(Number::from_fraction)).map(Value::Number)
        }),
        _ => None,
    };
    if let Some(new) = new {
        *value = new;
    }
}

fn handled(include: &[String], exclude: &[String], name: &String) -> bool {
    (include.is_empty() || include.contains(name)) && !exclude.contains(name)
}

/// The most values one placeholder text may become.
const MOST_VALUES: usize = 10_000;

fn expand(
    value: Value,
    include: &[String],
    exclude: &[String],
    vars: &std::collections::BTreeMap<String, Vec<Value>>,
    out: &mut Vec<Value>,
    missing: &mut Option<String>,
) {
    let Value::Text { text, cased } = value else {
        out.push(value);
        return;
    };
    let mut variants: Vec<Vec<Part>> = vec![Vec::new()];
    for part in text.parts() {
        let Part::Placeholder(name) = part else {
            variants.iter_mut().for_each(|v| v.push(part.clone()));
            continue;
        };
        if !handled(include, exclude, name) {
            variants.iter_mut().for_each(|v| v.push(part.clone()));
            continue;
        }
        let Some(values) = vars.get(name) else {
            missing.get_or_insert_with(|| name.clone());
            return;
        };
        let choices: Vec<Vec<Part>> = values
            .iter()
            .map(|value| match value {
                Value::Text { text, .. } => text.parts().to_vec(),
                Value::Number(number) => vec![Part::Plain(number.text().to_owned())],
                _ => Vec::new(),
            })
            .collect();
        variants = variants
            .iter()
            .flat_map(|v| choices.iter().map(move |choice| [v.as_slice(), choice].concat()))
            .take(MOST_VALUES)
            .collect();
    }
    out.extend(variants.into_iter().map(|parts| Value::Text { text: Text::from_parts(parts), cased }));
}
