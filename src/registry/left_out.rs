//! Files that a place or an archive has and a package cannot have: they are left out, and that is said.

/// How many names are said.
const NAMED: usize = 5;

/// What was left out.
#[derive(Default)]
pub(super) struct LeftOut {
    names: Vec<String>,
    count: usize,
}

impl LeftOut {
    /// Notes a file by its name, and why if the name does not tell.
    pub(super) fn add(&mut self, name: &str) {
        self.count += 1;
        if self.names.len() < NAMED {
            let name: String = name.escape_debug().take(200).collect();
            self.names.push(name);
        }
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Says in the log what was left out of `place`.
    pub(super) fn say(&self, place: &str) {
        if self.count == 0 {
            return;
        }
        let more = match self.count - self.names.len() {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let names = self.names.join("`, `");
        tracing::warn!(
            "left out of {place}, because no file of a package can be called or be so: `{names}`{more}"
        );
    }
}
