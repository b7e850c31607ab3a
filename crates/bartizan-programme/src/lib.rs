//! The rules of model testing: programme, window, agreements, grants, runs, findings, determination, editions.

pub mod anomaly;
pub mod edition;
pub mod suite;
