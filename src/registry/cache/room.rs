//! What goes out of the cache: what killed processes left half done, and the packages that were used longest ago.

use super::{
    Cache, MANIFEST,
    files::Manifest,
    hold::{Use, used},
    notes::read_json,
};
use crate::{
    package::install::{PREFIX, is_left_over},
    registry::places::disk::walk,
};
use serde::Deserialize;
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// What nobody holds and nobody has written to for so long was left behind by a killed process.
const LEFT_OVER: Duration = Duration::from_mins(5);
/// The same where locks do not tell who holds it.
const LONG_LEFT_OVER: Duration = Duration::from_hours(1);

/// What all notes have.
#[derive(Deserialize)]
struct Note {
    package: String,
}

/// A package that may go.
struct Slot {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

impl Cache {
    /// Removes what killed processes left half done.
    pub(in crate::registry) fn sweep(&self) {
        for work in entries(&self.packages()) {
            let name = work.file_name().unwrap_or_default().to_string_lossy();
            if !is_left_over(&name) {
                continue;
            }
            let quiet = last_write(&work).and_then(|at| at.elapsed().ok());
            let left_over = |age| quiet.is_some_and(|quiet| quiet > age);
            let dead = match used(&work.join("lock")) {
                Use::Others => false,
                Use::Nobody(_) => left_over(LEFT_OVER),
                Use::Unknown => left_over(LONG_LEFT_OVER),
            };
            if dead {
                // What cannot be removed does no harm, it only takes space.
                let _ = fs::remove_dir_all(work);
            }
        }
    }

    /// Removes the packages that nobody uses and that were used longest ago, until the others and `coming` bytes are at most `most`. What
    /// alone is more takes no other's place: it may be a mistake of the place that lists it. Gives back what the others take.
    pub(in crate::registry) fn make_room(&self, most: u64, coming: u64) -> u64 {
        let mut slots: Vec<Slot> = entries(&self.packages())
            .into_iter()
            .filter_map(Slot::of)
            .collect();
        slots.sort_by_key(|slot| slot.used);
        let sizes = slots.iter().map(|slot| slot.bytes);
        let mut bytes = sizes.fold(0, u64::saturating_add);
        let wanted = if coming > most { 0 } else { coming };
        for slot in slots {
            if bytes.saturating_add(wanted) <= most {
                break;
            }
            if self.remove(&slot.path) {
                tracing::info!(package = %slot.path.display(), slot.bytes, "removed from the cache, because of model.cache_max_bytes");
                bytes = bytes.saturating_sub(slot.bytes);
            }
        }
        self.drop_notes();
        if bytes.saturating_add(coming) > most {
            tracing::warn!(
                bytes,
                coming,
                most,
                "the cache is larger than model.cache_max_bytes, for what is in use or is coming is"
            );
        }
        bytes
    }

    /// Removes the notes that lead to a package, so that it is downloaded again. Its files go when there is no room for them.
    pub(in crate::registry) fn forget(&self, package: &str) {
        for note in self.notes() {
            if read_json::<Note>(&note).is_some_and(|note| note.package == package) {
                // Another process may have removed it, and what stays is only used once more.
                let _ = fs::remove_file(note);
            }
        }
    }

    fn notes(&self) -> impl Iterator<Item = PathBuf> {
        let notes = ["uris", "contents"].map(|kind| entries(&self.root.join(kind)));
        notes.into_iter().flatten()
    }

    /// Removes old notes about packages that are gone.
    fn drop_notes(&self) {
        for note in self.notes() {
            let quiet = last_write(&note).and_then(|at| at.elapsed().ok());
            if quiet.is_none_or(|quiet| quiet < LEFT_OVER) {
                continue;
            }
            let name = note.file_name().unwrap_or_default().to_string_lossy();
            if is_left_over(&name) {
                let _ = fs::remove_file(&note);
            } else if self.is_about_nothing(&note) {
                self.drop_note(&note);
            }
        }
    }

    fn is_about_nothing(&self, note: &Path) -> bool {
        let about: Option<Note> = read_json(note);
        about.is_some_and(|about| !self.slot(&about.package).exists())
    }

    /// Takes a note away, unless another process has just written what is true again.
    fn drop_note(&self, note: &Path) {
        let directory = note.parent().unwrap_or(Path::new(""));
        let Ok(aside) = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(directory)
        else {
            return;
        };
        let taken = aside.path().join("note");
        if fs::rename(note, &taken).is_ok() && !self.is_about_nothing(&taken) {
            let _ = fs::rename(taken, note);
        }
    }

    /// Removes a package, if nobody uses it: at once for others, by a rename.
    fn remove(&self, slot: &Path) -> bool {
        let Use::Nobody(_hold) = used(&slot.join(MANIFEST)) else {
            return false;
        };
        let aside = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(self.packages());
        aside
            .and_then(|aside| fs::rename(slot, aside.path().join("old")))
            .is_ok()
    }
}

impl Slot {
    fn of(path: PathBuf) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy();
        if is_left_over(&name) {
            return None;
        }
        let manifest = path.join(MANIFEST);
        let used = fs::metadata(&manifest).ok()?.modified().ok()?;
        let files: Manifest = read_json(&manifest)?;
        let sizes = files.values().map(|file| file.size);
        let bytes = sizes.fold(0, u64::saturating_add);
        Some(Self { path, bytes, used })
    }
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

/// When a file, or something in a directory, was last written.
fn last_write(path: &Path) -> Option<SystemTime> {
    let written = |path: &Path| fs::metadata(path).and_then(|data| data.modified());
    let files = walk(path).unwrap_or_default();
    let files = files.iter().map(|file| written(&path.join(file)));
    let times: io::Result<Vec<_>> = files.chain([written(path)]).collect();
    times.ok()?.into_iter().max()
}
