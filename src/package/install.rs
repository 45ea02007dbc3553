//! Replaces the content of a directory. Readers see the old content or the new one, and a failure leaves the old one.

use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// The beginning of the name of the temporary directory, which a killed process leaves behind: `.install-XXXXXX`.
pub(crate) const PREFIX: &str = ".install-";

/// What a file system keeps at the top of a volume. It belongs to root, and stays where it is.
const OF_A_VOLUME: &str = "lost+found";

/// New content for a directory. [`Staging::install`] puts it in place; without that, dropping removes it.
#[derive(Debug)]
pub struct Staging {
    /// The directory that is replaced.
    dir: PathBuf,
    /// Holds the new content, and the old one for as long as the replacement may fail.
    work: TempDir,
    /// Whether `work` lies in `dir`.
    within: bool,
}

impl Staging {
    /// Content that replaces `dir` by two renames; `dir` need not be there. The directories above it are made.
    ///
    /// # Errors
    /// When nothing can be written beside `dir`.
    pub fn beside(dir: &Path) -> io::Result<Self> {
        let dir = absolute(dir)?;
        let parent = dir.parent().unwrap_or(Path::new("/"));
        fs::create_dir_all(parent)?;
        Self::new(dir.clone(), parent, false)
    }

    /// Whether [`Staging::beside`] would find a place to write to. It leaves nothing behind.
    ///
    /// # Errors
    /// When nothing can be written beside `dir`, or where the directories above it would be made.
    pub fn probe(dir: &Path) -> io::Result<()> {
        let dir = absolute(dir)?;
        let above = dir.ancestors().skip(1).find(|path| path.exists());
        let above = above.unwrap_or(Path::new("/"));
        // Without the name of the temporary directory, which its user has not chosen.
        let made = tempfile::Builder::new().prefix(PREFIX).tempdir_in(above);
        made.and_then(TempDir::close)
            .map_err(|error| io::Error::from(error.kind()))
    }

    /// Content that replaces the files in `dir` one by one, for a directory that may be a mount of its own, which cannot be renamed.
    /// The `MLmodel` is the first to go and the last to come: where there is one, the package is whole.
    ///
    /// # Errors
    /// When nothing can be written in `dir`.
    pub fn within(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        Self::new(dir.to_owned(), dir, true)
    }

    fn new(dir: PathBuf, parent: &Path, within: bool) -> io::Result<Self> {
        let work = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let staging = Self { dir, work, within };
        // This directory gets the usual permissions. The one around it can be read by its owner only.
        fs::create_dir(staging.path())?;
        Ok(staging)
    }

    /// The directory for the new content.
    pub fn path(&self) -> PathBuf {
        self.work.path().join("new")
    }

    fn old(&self) -> PathBuf {
        self.beside_content("old")
    }

    /// A place for something that belongs to the new content and goes away with the temporary directory.
    pub fn beside_content(&self, name: &str) -> PathBuf {
        self.work.path().join(name)
    }

    /// Puts the new content at `place`, where there is nothing yet, on the same disk.
    ///
    /// # Errors
    /// What the file system said, for example that there is something at `place`.
    pub fn install_as(&self, place: &Path) -> io::Result<()> {
        fs::rename(self.path(), place)
    }

    /// Puts the new content in place of the old one.
    ///
    /// # Errors
    /// What the file system said. The old content is then put back, if the file system allows it.
    pub fn install(self) -> io::Result<()> {
        if self.within {
            self.exchange_files()
        } else {
            self.exchange_directories()
        }
    }

    fn exchange_directories(&self) -> io::Result<()> {
        let old = self.old();
        match fs::rename(&self.dir, &old) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        fs::rename(self.path(), &self.dir).inspect_err(|_| {
            // The first error is the one to report.
            let _ = fs::rename(&old, &self.dir);
        })
    }

    fn exchange_files(&self) -> io::Result<()> {
        let old = self.old();
        fs::create_dir(&old)?;
        let moved = move_files(&self.dir, &old, self.work.path(), false)
            .and_then(|()| move_files(&self.path(), &self.dir, self.work.path(), true));
        if moved.is_err() {
            let _ = move_files(&old, &self.dir, self.work.path(), true);
        }
        moved
    }
}

/// How many files may still be on their way to the disk when what they were for is given up.
const ON_THEIR_WAY: usize = 64;

impl Drop for Staging {
    fn drop(&mut self) {
        // A write that was given up goes on, and its file may come while the directory is removed. Each comes but once.
        for _ in 0..ON_THEIR_WAY {
            match fs::remove_dir_all(self.work.path()) {
                Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => {}
                // What is still there is left to the one of the temporary directory.
                _ => break,
            }
        }
    }
}

/// What keeps `dir` from being replaced without asking: a file, where there is no package.
///
/// # Errors
/// When `dir` cannot be listed. One that is not there holds nothing.
pub fn stranger(dir: &Path) -> io::Result<Option<PathBuf>> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let paths: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    let package = paths.iter().any(|path| path.ends_with("MLmodel"));
    let mut strangers = paths
        .into_iter()
        .filter(|path| !path.ends_with(OF_A_VOLUME));
    Ok(strangers.next().filter(|_| !package))
}

/// An absolute path, which has a parent and a name whatever `dir` looks like.
fn absolute(dir: &Path) -> io::Result<PathBuf> {
    dir.canonicalize().or_else(|_| std::path::absolute(dir))
}

/// Whether a file of this name was left behind by a killed process.
pub fn is_left_over(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Moves the files in `from`, except the one with the name of `except`, into `to`. The `MLmodel` goes last or, without `last`, first.
fn move_files(from: &Path, to: &Path, except: &Path, last: bool) -> io::Result<()> {
    let mut paths: Vec<PathBuf> = fs::read_dir(from)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    paths.sort_by_key(|path| path.ends_with("MLmodel") == last);
    // Compared by name, because one path may be relative and the other absolute.
    for path in paths
        .iter()
        .filter(|path| path.file_name() != except.file_name() && !path.ends_with(OF_A_VOLUME))
    {
        fs::rename(path, to.join(path.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_come_while_it_is_removed_do_not_keep_it() {
        let place = tempfile::tempdir().expect("a directory");
        for _ in 0..200 {
            let staging = Staging::beside(&place.path().join("model")).expect("staged");
            let (work, new) = (staging.work.path().to_owned(), staging.path());
            let writers: Vec<_> = (0..4)
                .map(|file| new.join(file.to_string()))
                .map(|path| std::thread::spawn(move || fs::write(path, "late")))
                .collect();
            drop(staging);
            for writer in writers {
                // One that comes too late finds no directory.
                let _ = writer.join().expect("no panic");
            }
            assert!(!work.exists());
        }
    }

    type Stage = fn(&Path) -> io::Result<Staging>;

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).expect("a directory");
        let mut names: Vec<String> = entries
            .map(|entry| {
                let name = entry.expect("an entry").file_name();
                name.to_string_lossy().into_owned()
            })
            .collect();
        names.sort_unstable();
        names
    }

    fn install(place: Stage, dir: &Path, files: &[&str]) -> io::Result<()> {
        let staging = place(dir)?;
        for file in files {
            fs::write(staging.path().join(file), file)?;
        }
        staging.install()
    }

    #[test]
    fn new_files_take_the_place_of_old_ones_and_leave_nothing_else() {
        for place in [Staging::beside as Stage, Staging::within] {
            let around = tempfile::tempdir().expect("a directory");
            let dir = around.path().join("deep/model");
            install(place, &dir, &["MLmodel", "old.pkl"]).expect("installed");
            install(place, &dir, &["MLmodel", "new.pkl"]).expect("installed");
            assert_eq!(names(&dir), ["MLmodel", "new.pkl"]);
            assert_eq!(names(&around.path().join("deep")), ["model"]);
        }
    }

    #[test]
    fn a_relative_path_is_a_place_like_any_other() {
        for place in [Staging::beside as Stage, Staging::within] {
            let around = tempfile::tempdir_in(".").expect("a directory");
            let dir = Path::new(around.path().file_name().expect("a name")).join("model");
            install(place, &dir, &["MLmodel", "old.pkl"]).expect("installed");
            install(place, &dir, &["MLmodel"]).expect("installed");
            assert_eq!(names(&dir), ["MLmodel"]);
        }
    }

    #[test]
    fn what_is_not_installed_removes_itself_and_leaves_the_old_files() {
        for place in [Staging::beside as Stage, Staging::within] {
            let around = tempfile::tempdir().expect("a directory");
            let dir = around.path().join("model");
            install(place, &dir, &["MLmodel"]).expect("installed");
            let staging = place(&dir).expect("staged");
            fs::write(staging.path().join("half"), "").expect("written");
            drop(staging);
            assert_eq!(names(&dir), ["MLmodel"]);
            assert_eq!(names(around.path()), ["model"]);
        }
    }

    #[test]
    fn a_probe_finds_out_whether_a_place_can_be_made_and_leaves_nothing() {
        let around = tempfile::tempdir().expect("a directory");
        let file = around.path().join("file");
        fs::write(&file, "").expect("written");
        Staging::probe(&around.path().join("deep/model")).expect("it can be made");
        assert_eq!(names(around.path()), ["file"]);
        let error = Staging::probe(&file.join("deep/model")).expect_err("a file is in the way");
        assert_eq!(error.to_string(), "not a directory");
    }

    #[test]
    fn a_failed_replacement_gives_the_old_files_back() {
        for place in [Staging::beside as Stage, Staging::within] {
            let around = tempfile::tempdir().expect("a directory");
            let dir = around.path().join("model");
            install(place, &dir, &["MLmodel"]).expect("installed");
            let staging = place(&dir).expect("staged");
            fs::remove_dir(staging.path()).expect("removed");
            staging.install().expect_err("there is nothing to install");
            assert_eq!(names(&dir), ["MLmodel"]);
        }
    }
}
