//! Forged files.
