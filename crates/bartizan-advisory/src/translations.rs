//! Terms that CSAF 2.1 fixes, in other languages, as far as the OASIS CSAF TC has recorded them.

/// A term of CSAF 2.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Term {
    License,
    ProductDescription,
    ReasoningForSupersession,
    ReasoningForWithdrawal,
    SupersedingDocument,
}

/// The term in a language, given by its first subtag; `None` where no translation is recorded.
pub(crate) fn translate(term: Term, language: &str) -> Option<&'static str> {
    if language != "de" {
        return None;
    }
    Some(match term {
        Term::License => "Lizenz",
        Term::ProductDescription => "Produktbeschreibung",
        Term::ReasoningForSupersession => "Begründung für die Ersetzung",
        Term::ReasoningForWithdrawal => "Begründung für die Zurückziehung",
        Term::SupersedingDocument => "Ersetzendes Dokument",
    })
}
