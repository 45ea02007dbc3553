//! Where a command's results go: to standard output, or to a file that is replaced only when it is complete.

use crate::{Error, observe::escape};
use std::{
    fs::{self, File, Permissions},
    io::{self, BufWriter, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use tempfile::TempPath;

/// What standard output is called in messages.
const OUTPUT: &str = "the output";

/// Writes text for people, with control characters escaped.
pub(super) fn say(out: &mut dyn Write, text: &str) -> Result<(), Error> {
    text.lines()
        .try_for_each(|line| writeln!(out, "{}", escape(line)))
        .map_err(|cause| broken_output(&cause))
}

/// The command that serves the model at a URI or a path, as it can be pasted into a shell.
pub(super) fn serve_it(model: &str) -> String {
    format!("serve it: ml-serving serve --model {}", quoted(model))
}

/// A word of a command, in quotes if a shell would take it apart.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_.:/@%+=,".contains(c);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The error for a failed write to standard output.
pub(super) fn broken_output(cause: &io::Error) -> Error {
    Error::unwritable(OUTPUT, cause)
}

/// A place for results, and its name in messages.
pub(super) struct Output<'a> {
    name: String,
    to: To<'a>,
}

enum To<'a> {
    Stream(BufWriter<Box<dyn Write + 'a>>),
    /// A temporary file beside the file that it replaces in the end.
    Aside(BufWriter<File>, Unfinished, PathBuf),
}

/// The path of the temporary file of an [`Output`]. A process that ends at once removes the file with it.
#[derive(Clone, Default)]
pub(super) struct Unfinished(Arc<Mutex<Option<TempPath>>>);

impl Unfinished {
    /// Removes the temporary file, if there is one.
    pub(super) fn remove(&self) {
        drop(self.take());
    }

    fn take(&self) -> Option<TempPath> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, path: TempPath) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(path);
    }
}

impl<'a> Output<'a> {
    /// Standard output, which is open already.
    pub(super) fn stream(out: &'a mut dyn Write) -> Self {
        Self {
            name: OUTPUT.to_owned(),
            to: To::Stream(BufWriter::new(Box::new(out))),
        }
    }

    /// The file at `path`, which keeps its content until [`Output::keep`]. Anything else at `path`, such as a pipe, is written to at once.
    /// `unfinished` gets the path of the temporary file.
    pub(super) fn file(path: &Path, unfinished: &Unfinished) -> Result<Self, Error> {
        let name = path.display().to_string();
        let to = aside(path, unfinished).map_err(|cause| Error::unwritable(&name, &cause))?;
        Ok(Self { name, to })
    }

    /// Puts the file in its place. An output that is dropped before leaves the old file as it was.
    pub(super) fn keep(mut self) -> Result<(), Error> {
        self.flush()
            .and_then(|()| match self.to {
                To::Stream(_) => Ok(()),
                To::Aside(_, unfinished, path) => match unfinished.take() {
                    Some(written) => written.persist(path).map_err(|error| error.error),
                    // The process is about to end.
                    None => Ok(()),
                },
            })
            .map_err(|cause| Error::unwritable(&self.name, &cause))
    }

    /// The error for a failed write to it.
    pub(super) fn broken(&self, cause: &io::Error) -> Error {
        Error::unwritable(&self.name, cause)
    }
}

impl Write for Output<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match &mut self.to {
            To::Stream(out) => out.write(buf),
            To::Aside(file, ..) => file.write(buf),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.to {
            To::Stream(out) => out.flush(),
            To::Aside(file, ..) => file.flush(),
        }
    }
}

fn aside<'a>(path: &Path, unfinished: &Unfinished) -> io::Result<To<'a>> {
    // A symbolic link stays: the file that it points to is replaced.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let there = fs::metadata(&path).ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        let stream: Box<dyn Write> = Box::new(File::options().write(true).open(path)?);
        return Ok(To::Stream(BufWriter::new(stream)));
    }
    // The usual mode of a new file, from which the umask takes away.
    let mode = there.map_or(Permissions::from_mode(0o666), |there| there.permissions());
    let directory = path.parent().filter(|parent| *parent != Path::new(""));
    let directory = directory.unwrap_or(Path::new("."));
    fs::metadata(directory)?;
    let file = tempfile::Builder::new()
        .prefix(".ml-serving-")
        .permissions(mode)
        .tempfile_in(directory)
        // Without the name of the temporary file, which would not tell the user anything.
        .map_err(|error| io::Error::from(error.kind()))?;
    let (file, written) = file.into_parts();
    unfinished.put(written);
    Ok(To::Aside(BufWriter::new(file), unfinished.clone(), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_command_can_be_pasted_into_a_shell() {
        assert_eq!(quoted("models:/churn/1"), "models:/churn/1");
        assert_eq!(
            quoted("models:/my 'model'/1"),
            r"'models:/my '\''model'\''/1'"
        );
    }

    #[test]
    fn a_file_keeps_what_it_holds_until_the_new_content_is_whole() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join("out.csv");
        let names = || fs::read_dir(place.path()).expect("listed").count();
        fs::write(&path, "old").expect("written");
        fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("set");

        let mut dropped = Output::file(&path, &Unfinished::default()).expect("opened");
        dropped.write_all(b"half of it").expect("written");
        drop(dropped);
        assert_eq!(fs::read(&path).expect("read"), b"old");
        assert_eq!(names(), 1);

        let mut kept = Output::file(&path, &Unfinished::default()).expect("opened");
        kept.write_all(b"new").expect("written");
        kept.keep().expect("kept");
        assert_eq!(fs::read(&path).expect("read"), b"new");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!((names(), mode & 0o777), (1, 0o640));
    }

    #[test]
    fn an_output_that_is_removed_early_leaves_the_old_file() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join("out.csv");
        fs::write(&path, "old").expect("written");
        let unfinished = Unfinished::default();
        let mut output = Output::file(&path, &unfinished).expect("opened");
        output.write_all(b"half of it").expect("written");
        unfinished.remove();
        let names = fs::read_dir(place.path()).expect("listed").count();
        assert_eq!(
            (names, fs::read(&path).expect("read")),
            (1, b"old".to_vec())
        );
        output.keep().expect("there is nothing to keep");
        assert_eq!(fs::read(&path).expect("read"), b"old");
    }

    #[test]
    fn a_link_stays_a_link_and_a_device_a_device() {
        let place = tempfile::tempdir().expect("a directory");
        let (file, link) = (place.path().join("file"), place.path().join("link"));
        fs::write(&file, "old").expect("written");
        std::os::unix::fs::symlink(&file, &link).expect("linked");
        for path in [link.as_path(), Path::new("/dev/null")] {
            let mut output = Output::file(path, &Unfinished::default()).expect("opened");
            output.write_all(b"new").expect("written");
            output.keep().expect("kept");
        }
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).expect("read"), b"new");
        assert!(!fs::metadata("/dev/null").expect("there").is_file());
    }

    #[test]
    fn a_place_that_is_not_there_is_named() {
        let place = tempfile::tempdir().expect("a directory");
        let path = place.path().join("no/such/out.csv");
        let error = Output::file(&path, &Unfinished::default())
            .err()
            .expect("refused")
            .to_string();
        let named = format!("{} cannot be written: No such file", path.display());
        assert!(
            error.starts_with(&named) && !error.contains(".ml-serving"),
            "{error}"
        );
    }

    #[test]
    fn text_for_people_holds_nothing_that_a_terminal_acts_upon() {
        let mut out = Vec::new();
        say(&mut out, "name\tchurn\u{1b}[2J\nversion 1").expect("written");
        assert_eq!(out, b"name\\tchurn\\u{1b}[2J\nversion 1\n");
    }
}
