//! Texts that must not be shown: the type that holds them, the form of addresses that may be shown, and a last look at what is written.

mod hidden;
mod redact;
mod text;

pub use hidden::{Stderr, hide, hide_user, without_secrets};
pub use redact::{redact, redact_text};
pub use text::{Secret, basic, decoded};
