//! The public suffix list (publicsuffix.org) behind functions that are not generic.
//!
//! The list is compiled code of several megabytes, and its functions are generic: every crate that calls them
//! would compile all of it again at each change. Here it is compiled once.
//!
//! ```
//! assert_eq!(bartizan_suffix::registrable("www.example.co.uk"), Some("example.co.uk"));
//! assert!(bartizan_suffix::is_registry_suffix("co.uk"));
//! assert!(!bartizan_suffix::has_known_suffix("host.invalid-name"));
//! ```

/// The registrable domain of a lower-case host name: the public suffix and one label more. None for a bare suffix.
pub fn registrable(host: &str) -> Option<&str> {
    psl::domain_str(host)
}

/// Whether the name ends in a suffix that stands in the list.
pub fn has_known_suffix(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|s| s.is_known())
}

/// Whether the name ends in a suffix that stands in the list and is longer than it.
pub fn is_below_known_suffix(name: &str) -> bool {
    psl::suffix(name.as_bytes()).is_some_and(|s| s.is_known() && s.as_bytes().len() < name.len())
}

/// Whether the whole name is a suffix under which a registry (not a company) gives out names.
pub fn is_registry_suffix(name: &str) -> bool {
    psl::suffix(name.as_bytes())
        .is_some_and(|s| s.as_bytes() == name.as_bytes() && s.typ() == Some(psl::Type::Icann))
}
