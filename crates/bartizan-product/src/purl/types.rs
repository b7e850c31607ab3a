//! What each registered type asks of a package URL, from its definition in the purl project.

use super::Purl;
use crate::error::{Code, Error};

/// Whether a type has namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NamespaceRule {
    /// With or without.
    Optional,
    /// Never without.
    Required,
    /// Never with.
    Prohibited,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    Kept,
    Lower,
    Upper,
}

struct Rule {
    kind: &'static str,
    namespace: NamespaceRule,
    namespace_case: Case,
    name_case: Case,
    version_case: Case,
    /// A qualifier that the type does not do without.
    qualifier: Option<&'static str>,
}

use Case::{Kept, Lower, Upper};
use NamespaceRule::{Optional, Prohibited, Required};

const fn rule(kind: &'static str, namespace: NamespaceRule, namespace_case: Case, name_case: Case) -> Rule {
    Rule { kind, namespace, namespace_case, name_case, version_case: Kept, qualifier: None }
}

const fn lower_version(rule: Rule) -> Rule {
    Rule { version_case: Lower, ..rule }
}

const fn with_qualifier(rule: Rule, key: &'static str) -> Rule {
    Rule { qualifier: Some(key), ..rule }
}

/// In the order of their names, for the binary search.
static RULES: [Rule; 43] = [
    rule("alpm", Required, Lower, Lower),
    rule("apk", Required, Lower, Lower),
    rule("bazel", Prohibited, Kept, Kept),
    rule("bitbucket", Required, Lower, Lower),
    rule("bitnami", Prohibited, Kept, Lower),
    rule("brew", Optional, Lower, Lower),
    rule("cargo", Prohibited, Kept, Kept),
    rule("chrome-extension", Prohibited, Kept, Lower),
    rule("cocoapods", Prohibited, Kept, Kept),
    rule("composer", Required, Lower, Lower),
    rule("conan", Optional, Kept, Kept),
    rule("conda", Prohibited, Kept, Kept),
    rule("cpan", Optional, Upper, Kept),
    rule("cran", Prohibited, Kept, Kept),
    rule("deb", Required, Lower, Lower),
    rule("docker", Optional, Kept, Kept),
    rule("gem", Prohibited, Kept, Kept),
    rule("generic", Optional, Kept, Kept),
    rule("git", Required, Kept, Kept),
    rule("github", Required, Lower, Lower),
    rule("golang", Required, Lower, Lower),
    rule("hackage", Prohibited, Kept, Kept),
    rule("hex", Optional, Lower, Lower),
    lower_version(rule("huggingface", Required, Kept, Kept)),
    with_qualifier(rule("julia", Prohibited, Kept, Kept), "uuid"),
    rule("luarocks", Optional, Lower, Lower),
    rule("maven", Required, Kept, Kept),
    rule("mlflow", Prohibited, Kept, Kept),
    rule("npm", Optional, Lower, Lower),
    rule("nuget", Prohibited, Kept, Kept),
    lower_version(rule("oci", Prohibited, Kept, Lower)),
    rule("opam", Prohibited, Kept, Kept),
    rule("otp", Prohibited, Kept, Kept),
    rule("pub", Prohibited, Kept, Lower),
    lower_version(rule("pypi", Prohibited, Kept, Lower)),
    rule("qpkg", Required, Lower, Kept),
    rule("rpm", Required, Lower, Kept),
    with_qualifier(rule("swid", Optional, Kept, Kept), "tag_id"),
    rule("swift", Required, Kept, Kept),
    rule("vcpkg", Prohibited, Kept, Kept),
    rule("vscode", Optional, Lower, Lower),
    lower_version(rule("vscode-extension", Required, Lower, Lower)),
    rule("yocto", Optional, Lower, Kept),
];

fn find(kind: &str) -> Option<&'static Rule> {
    RULES.binary_search_by(|r| r.kind.cmp(kind)).ok().map(|n| &RULES[n])
}

/// Whether the type is registered, so that its rules are known here.
pub fn registered(kind: &str) -> bool {
    find(kind).is_some()
}

/// Whether a type has namespaces; [`NamespaceRule::Optional`] for one that is not registered.
pub fn namespace_rule(kind: &str) -> NamespaceRule {
    find(kind).map_or(Optional, |r| r.namespace)
}

/// A `git` package is named by the whole path on its host; the host is the namespace.
pub(super) fn name_is_path(kind: &str) -> bool {
    kind == "git"
}

fn fold(text: &mut String, case: Case) {
    match case {
        Kept => {}
        Lower => *text = text.to_lowercase(),
        Upper => *text = text.to_uppercase(),
    }
}

/// Normalises by the rules of the type, then checks them: after an error the value is as normal as it can be.
pub(super) fn apply(purl: &mut Purl) -> Result<(), Error> {
    let Some(rule) = find(&purl.kind) else { return Ok(()) };
    if let Some(namespace) = &mut purl.namespace {
        fold(namespace, rule.namespace_case);
    }
    fold(&mut purl.name, rule.name_case);
    if let Some(version) = &mut purl.version {
        fold(version, rule.version_case);
    }
    special(purl)?;
    match (rule.namespace, &purl.namespace) {
        (Required, None) => return Err(broken(purl, "has a namespace")),
        (Prohibited, Some(_)) => return Err(broken(purl, "has no namespace")),
        _ => {}
    }
    match rule.qualifier {
        Some(key) if !purl.qualifiers.contains_key(key) => {
            Err(broken(purl, &format!("has the qualifier {key}")))
        }
        _ => Ok(()),
    }
}

/// Rules that the table cannot say.
fn special(purl: &mut Purl) -> Result<(), Error> {
    match purl.kind.as_str() {
        "pypi" => purl.name = runs_of_separators(&purl.name),
        "hackage" => purl.name = purl.name.replace('_', "-"),
        "pub" => {
            purl.name = purl.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        }
        "cpan" if purl.name.contains("::") => {
            return Err(broken(purl, "is named by a distribution, not by a module"));
        }
        // Databricks does not tell case in names of models, other servers do.
        "mlflow" if purl.qualifiers.get("repository_url").is_some_and(|u| u.contains("databricks")) => {
            fold(&mut purl.name, Lower);
        }
        // The same repositories that the types `github` and `bitbucket` name.
        "git" => {
            let host = purl.namespace.as_deref().unwrap_or_default().to_ascii_lowercase();
            if ["github", "github.com", "bitbucket", "bitbucket.org"].contains(&host.as_str()) {
                purl.namespace = Some(host);
                fold(&mut purl.name, Lower);
            }
        }
        "chrome-extension" => {
            if purl.name.len() != 32 || !purl.name.bytes().all(|b| (b'a'..=b'p').contains(&b)) {
                return Err(broken(purl, "is named by 32 letters from a to p"));
            }
            let number = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_digit());
            let numbered = |v: &String| v.split('.').count() <= 4 && v.split('.').all(number);
            if purl.version.as_ref().is_some_and(|v| !numbered(v)) {
                return Err(broken(purl, "has a version of one to four numbers"));
            }
        }
        _ => {}
    }
    Ok(())
}

/// PEP 503: a run of `-`, `_` and `.` is one `-`.
fn runs_of_separators(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut run = false;
    for c in name.chars() {
        if matches!(c, '-' | '_' | '.') {
            run = true;
            continue;
        }
        if std::mem::take(&mut run) {
            out.push('-');
        }
        out.push(c);
    }
    if run {
        out.push('-');
    }
    out
}

fn broken(purl: &Purl, what: &str) -> Error {
    Error::about(Code::PurlType, &format!("a package of the type {} {what}", purl.kind), &purl.name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_in_order() {
        assert!(super::RULES.windows(2).all(|w| w[0].kind < w[1].kind));
    }
}
