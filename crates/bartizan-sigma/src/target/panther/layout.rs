//! Python expressions laid out in lines of a hundred characters.
//!
//! Source: the code style of Black (documentation, "The Black code style"): a line too long is broken at its operator
//! where it stands in brackets, else in its last pair of brackets; a list that is broken gets a line for each member.

const WIDTH: usize = 100;

/// An expression.
#[derive(Debug)]
pub(super) enum Code {
    /// A literal.
    Word(String),
    /// A call of a name.
    Call { name: String, arguments: Vec<Code> },
    /// A call of a method with one argument.
    Method { object: Box<Code>, name: &'static str, argument: Box<Code> },
    /// A list.
    List(Vec<Code>),
    /// A comparison.
    Compare { left: Box<Code>, sign: &'static str, right: Box<Code> },
    /// A negation.
    Not(Box<Code>),
}

impl Code {
    pub(super) fn call(name: &str, arguments: Vec<Code>) -> Self {
        Self::Call { name: name.to_owned(), arguments }
    }

    pub(super) fn method(object: Code, name: &'static str, argument: Code) -> Self {
        Self::Method { object: Box::new(object), name, argument: Box::new(argument) }
    }

    pub(super) fn compare(left: Code, sign: &'static str, right: Code) -> Self {
        Self::Compare { left: Box::new(left), sign, right: Box::new(right) }
    }

    /// Whether this name is called in it.
    pub(super) fn calls(&self, function: &str) -> bool {
        match self {
            Self::Word(_) => false,
            Self::Call { name, arguments } => name == function || arguments.iter().any(|a| a.calls(function)),
            Self::Method { object, argument, .. } => object.calls(function) || argument.calls(function),
            Self::List(members) => members.iter().any(|member| member.calls(function)),
            Self::Compare { left, right, .. } => left.calls(function) || right.calls(function),
            Self::Not(inner) => inner.calls(function),
        }
    }

    /// On one line.
    pub(super) fn line(&self) -> String {
        match self {
            Self::Word(word) => word.clone(),
            Self::Call { name, arguments } => format!("{name}({})", joined(arguments)),
            Self::Method { object, name, argument } => {
                format!("{}.{name}({})", object.line(), argument.line())
            }
            Self::List(members) => format!("[{}]", joined(members)),
            Self::Compare { left, sign, right } => format!("{} {sign} {}", left.line(), right.line()),
            Self::Not(inner) => format!("not {}", inner.line()),
        }
    }
}

fn joined(parts: &[Code]) -> String {
    parts.iter().map(Code::line).collect::<Vec<_>>().join(", ")
}

/// `if …:` at an indent, without the last line break.
pub(super) fn statement(code: &Code, indent: usize) -> String {
    let mut page = Page::default();
    let whole = format!("if {}:", code.line());
    if fits(indent, &whole) {
        page.line(indent, &whole);
    } else if ends_in_brackets(code, indent) {
        page.brackets(indent, "if ", code, ":");
    } else {
        page.line(indent, "if (");
        page.part(indent + 4, "", code, "");
        page.line(indent, "):");
    }
    page.lines.join("\n")
}

/// Whether a condition can be broken in its last brackets, without brackets of its own.
fn ends_in_brackets(code: &Code, indent: usize) -> bool {
    match code {
        Code::Not(inner) => ends_in_brackets(inner, indent),
        Code::Compare { left, sign, right } => match right.as_ref() {
            Code::Word(_) => false,
            Code::Call { name, .. } if matches!(left.as_ref(), Code::Word(_)) => {
                fits(indent + 4, &format!("{} {sign} {name}(", left.line()))
            }
            _ => true,
        },
        _ => true,
    }
}

fn fits(indent: usize, text: &str) -> bool {
    indent + text.chars().count() <= WIDTH
}

#[derive(Default)]
struct Page {
    lines: Vec<String>,
}

impl Page {
    fn line(&mut self, indent: usize, text: &str) {
        self.lines.push(format!("{:indent$}{text}", ""));
    }

    /// An expression inside brackets.
    fn part(&mut self, indent: usize, before: &str, code: &Code, after: &str) {
        let whole = format!("{before}{}{after}", code.line());
        if fits(indent, &whole) {
            return self.line(indent, &whole);
        }
        match code {
            Code::Not(inner) => self.part(indent, &format!("{before}not "), inner, after),
            Code::Compare { left, sign, right } => {
                self.part(indent, before, left, "");
                self.part(indent, &format!("{sign} "), right, after);
            }
            _ => self.brackets(indent, before, code, after),
        }
    }

    /// An expression broken in its last brackets.
    fn brackets(&mut self, indent: usize, before: &str, code: &Code, after: &str) {
        match code {
            Code::Word(word) => self.line(indent, &format!("{before}{word}{after}")),
            Code::Not(inner) => self.brackets(indent, &format!("{before}not "), inner, after),
            Code::Compare { left, sign, right } => {
                let head = format!("{before}{} {sign} ", left.line());
                // One character for the bracket that opens the right side.
                if fits(indent + 1, &head) || matches!(left.as_ref(), Code::Word(_)) {
                    return self.brackets(indent, &head, right, after);
                }
                let tail = format!(" {sign} {}{after}", right.line());
                if fits(indent + 1, &tail) {
                    return self.brackets(indent, before, left, &tail);
                }
                self.brackets(indent, before, left, "");
                let middle = self.lines.pop().unwrap_or_default();
                self.brackets(indent, &format!("{} {sign} ", middle.trim_start()), right, after);
            }
            Code::List(members) => {
                self.line(indent, &format!("{before}["));
                for member in members {
                    self.part(indent + 4, "", member, if members.len() > 1 { "," } else { "" });
                }
                self.line(indent, &format!("]{after}"));
            }
            Code::Call { name, arguments } => {
                self.line(indent, &format!("{before}{name}("));
                self.arguments(indent + 4, arguments);
                self.line(indent, &format!("){after}"));
            }
            Code::Method { object, name, argument } => {
                let head = format!("{before}{}.{name}(", object.line());
                let tail = format!(".{name}({}){after}", argument.line());
                if !fits(indent, &head) && fits(indent, &format!("){tail}")) {
                    return self.brackets(indent, before, object, &tail);
                }
                if fits(indent, &head) {
                    self.line(indent, &head);
                } else {
                    self.brackets(indent, before, object, &format!(".{name}("));
                }
                self.part(indent + 4, "", argument, "");
                self.line(indent, &format!("){after}"));
            }
        }
    }

    fn arguments(&mut self, indent: usize, arguments: &[Code]) {
        if let [argument] = arguments {
            return self.part(indent, "", argument, "");
        }
        let whole = joined(arguments);
        if fits(indent, &whole) {
            return self.line(indent, &whole);
        }
        for argument in arguments {
            self.part(indent, "", argument, ",");
        }
    }
}
