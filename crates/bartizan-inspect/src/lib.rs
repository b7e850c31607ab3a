//! Logs of Inspect (`.eval`, `.json`): read without loss, scores recomputed, thresholds decided with their uncertainty.
