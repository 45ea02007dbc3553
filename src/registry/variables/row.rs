//! A row of the table.

use super::takes::Takes;

/// What a variable is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// MLflow's servers.
    Mlflow,
    /// Buckets of S3 and of compatible stores.
    S3,
    /// Google Cloud Storage.
    Gcs,
    /// Azure Blob Storage.
    Azure,
    /// Every connection.
    Network,
}

/// What it means for this server.
#[derive(Clone, Copy, Debug)]
pub enum Meaning {
    /// As in Python.
    Honoured(Takes),
    /// It leads Python to another model or another identity, so the server does not go on. With the way out.
    Refused(When, &'static str),
    /// It changes something else in Python, so a line in the log names it. With the way out.
    Named(When, &'static str),
    /// It changes nothing that this server does.
    Nothing,
}

/// The values that count.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// Every value.
    Set,
    /// Where it says yes.
    True,
    /// Where it says something other than this.
    IsNot(&'static str),
    /// Where none of these is set, which would win.
    Without(&'static [&'static str]),
}

/// A variable. A name that ends with `*` is that of all that begin so.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name in the environment.
    pub name: &'static str,
    /// What it is about.
    pub of: Of,
    /// What it means here.
    pub meaning: Meaning,
}

pub(super) const fn honoured(of: Of, name: &'static str, takes: Takes) -> Variable {
    let meaning = Meaning::Honoured(takes);
    Variable { name, of, meaning }
}

pub(super) const fn refused(
    of: Of,
    name: &'static str,
    when: When,
    way_out: &'static str,
) -> Variable {
    let meaning = Meaning::Refused(when, way_out);
    Variable { name, of, meaning }
}

pub(super) const fn named(
    of: Of,
    name: &'static str,
    when: When,
    way_out: &'static str,
) -> Variable {
    let meaning = Meaning::Named(when, way_out);
    Variable { name, of, meaning }
}

pub(super) const fn nothing(of: Of, name: &'static str) -> Variable {
    let meaning = Meaning::Nothing;
    Variable { name, of, meaning }
}

impl Variable {
    /// Whether it is the one of this name.
    pub fn is(&self, name: &str) -> bool {
        match self.name.strip_suffix('*') {
            Some(start) => name.starts_with(start),
            None => self.name == name,
        }
    }
}
