//! Due lists.
