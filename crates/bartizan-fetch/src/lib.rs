//! Fetching a user-named URL behind a guard against server-side request forgery.
