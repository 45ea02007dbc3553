//! Archives of a package: `.tar`, `.tar.gz`, `.tgz` and `.zip`, unpacked into a directory.

use super::error::RegistryError;
use crate::package::{
    lfs,
    path::{MAX_FILES, inside},
};
use flate2::read::GzDecoder;
use std::{
    fs::{self, File},
    io::{self, Read, Seek},
    path::{Path, PathBuf},
};

/// How many bytes an archive may unpack to, and by which factor it may grow. Deflate cannot compress real files further.
const MAX_RATIO: u64 = 1_100;

/// An archive's name without its ending; `None` if it does not end like an archive's.
pub(super) fn stem(name: &str) -> Option<&str> {
    let lower = name.to_ascii_lowercase();
    let endings = [".tar", ".tar.gz", ".tgz", ".zip"];
    let ending = endings.iter().find(|ending| lower.ends_with(**ending))?;
    Some(&name[..name.len() - ending.len()])
}

/// Whether a file of this name is an archive.
pub(super) fn is_archive(name: &str) -> bool {
    stem(name).is_some()
}

/// Unpacks `archive` into `into` and removes it; a single directory around the package is left out.
///
/// # Errors
/// `Corrupt` for anything that is no archive of plain files that stay inside.
pub(super) fn unpack(archive: &Path, into: &Path) -> Result<(), RegistryError> {
    let unreadable = |error: &io::Error| RegistryError::unwritable(archive, error);
    let mut file = File::open(archive).map_err(|error| unreadable(&error))?;
    let size = file.metadata().map_err(|error| unreadable(&error))?.len();
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let mut unpacking = Unpacking {
        name: name.to_ascii_lowercase(),
        into,
        room: size.saturating_mul(MAX_RATIO),
        files: 0,
    };
    // The first bytes tell which archive it is: a name may be anything.
    let mut magic = Vec::new();
    let read = (&mut file).take(64).read_to_end(&mut magic);
    let read = read.and_then(|_| file.rewind());
    read.map_err(|error| unpacking.broken(&error))?;
    if let Some(pointer) = lfs::pointer(&name, &magic) {
        return Err(RegistryError::Corrupt(pointer));
    }
    match magic.as_slice() {
        [b'P', b'K', ..] => unpacking.zip(file)?,
        [0x1f, 0x8b, ..] => unpacking.tar(GzDecoder::new(file))?,
        _ => unpacking.tar(file)?,
    }
    fs::remove_file(archive).map_err(|error| unreadable(&error))?;
    unwrap_directory(into).map_err(|error| RegistryError::unwritable(into, &error))
}

/// An archive that is being unpacked into a directory.
struct Unpacking<'a> {
    /// The archive's name, for messages.
    name: String,
    into: &'a Path,
    /// Bytes that may still come out of it.
    room: u64,
    files: usize,
}

impl Unpacking<'_> {
    fn broken(&self, error: &dyn std::fmt::Display) -> RegistryError {
        RegistryError::Corrupt(format!("{} cannot be unpacked: {error}", self.name))
    }

    fn no_plain_file(&self, path: &str) -> RegistryError {
        self.broken(&format!("{} is no plain file", path.escape_debug()))
    }

    fn zip(&mut self, file: File) -> Result<(), RegistryError> {
        let mut zip = zip::ZipArchive::new(file).map_err(|error| self.broken(&error))?;
        for i in 0..zip.len() {
            let mut entry = zip.by_index(i).map_err(|error| self.broken(&error))?;
            let name = entry.name().map_err(|error| self.broken(&error))?;
            let path = name.into_owned();
            if entry.is_file() {
                self.keep(&path, &mut entry)?;
            } else if !entry.is_dir() {
                return Err(self.no_plain_file(&path));
            }
        }
        Ok(())
    }

    fn tar(&mut self, reader: impl Read) -> Result<(), RegistryError> {
        let mut tar = tar::Archive::new(reader);
        for entry in tar.entries().map_err(|error| self.broken(&error))? {
            let mut entry = entry.map_err(|error| self.broken(&error))?;
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            match entry.header().entry_type() {
                tar::EntryType::Regular
                | tar::EntryType::Continuous
                | tar::EntryType::GNUSparse => self.keep(&path, &mut entry)?,
                tar::EntryType::Directory | tar::EntryType::XGlobalHeader => {}
                _ => return Err(self.no_plain_file(&path)),
            }
        }
        Ok(())
    }

    /// Writes one file of the archive.
    fn keep(&mut self, path: &str, source: &mut dyn Read) -> Result<(), RegistryError> {
        self.files += 1;
        if self.files > MAX_FILES {
            return Err(self.broken(&format!("more than {MAX_FILES} files")));
        }
        // Archives made by `tar czf x.tar.gz .` begin every name with a dot.
        let path = self.into.join(inside(path.trim_start_matches("./"))?);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)
                .map_err(|error| RegistryError::unwritable(parent, &error))?;
        }
        let mut to = File::create_new(&path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => self.broken(&format!("two files {}", path.display())),
            _ => RegistryError::unwritable(&path, &error),
        })?;
        // One byte more than there is room for, to see that there is more.
        let size = io::copy(&mut source.take(self.room.saturating_add(1)), &mut to)
            .map_err(|error| self.broken(&error))?;
        self.room = self.room.checked_sub(size).ok_or_else(|| {
            self.broken(&"it unpacks to more than any archive of its size can hold")
        })?;
        Ok(())
    }
}

/// Where all files lie in one directory, they are the package.
fn unwrap_directory(into: &Path) -> io::Result<()> {
    if into.join("MLmodel").exists() {
        return Ok(());
    }
    let entries: Vec<PathBuf> = fs::read_dir(into)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    let [only] = entries.as_slice() else {
        return Ok(());
    };
    if !only.is_dir() {
        return Ok(());
    }
    // Renamed to a name that no file in it has.
    let aside = into.join(".unwrapped");
    fs::rename(only, &aside)?;
    for entry in fs::read_dir(&aside)? {
        let entry = entry?;
        fs::rename(entry.path(), into.join(entry.file_name()))?;
    }
    fs::remove_dir(aside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    type Pack = fn(&Path, &[(&str, &[u8])]);

    fn tar(path: &Path, files: &[(&str, &[u8])]) {
        let mut tar = tar::Builder::new(GzEncoder::new(
            File::create(path).expect("made"),
            Compression::fast(),
        ));
        for (name, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.as_gnu_mut().expect("gnu").name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_mode(0o644);
            header.set_cksum();
            tar.append(&header, *bytes).expect("added");
        }
        tar.into_inner().expect("ended").finish().expect("written");
    }

    fn zip(path: &Path, files: &[(&str, &[u8])]) {
        let mut zip = zip::ZipWriter::new(File::create(path).expect("made"));
        for (name, bytes) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default())
                .expect("begun");
            zip.write_all(bytes).expect("added");
        }
        zip.finish().expect("written");
    }

    fn unpacked(
        name: &str,
        pack: Pack,
        files: &[(&str, &[u8])],
    ) -> Result<Vec<String>, RegistryError> {
        let place = tempfile::tempdir().expect("a directory");
        let (archive, into) = (place.path().join(name), place.path().join("out"));
        fs::create_dir(&into).expect("made");
        pack(&archive, files);
        unpack(&archive, &into)?;
        assert!(!archive.exists());
        let mut names: Vec<String> = fs::read_dir(&into)
            .expect("listed")
            .map(|e| e.expect("entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        Ok(names)
    }

    #[test]
    fn an_archive_that_is_only_a_pointer_of_git_lfs_is_called_so() {
        let pack: Pack = |path, _| {
            let pointer =
                "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 6590\n";
            fs::write(path, pointer).expect("written");
        };
        let error = unpacked("churn.tar.gz", pack, &[]).unwrap_err().to_string();
        assert!(
            error.starts_with("`churn.tar.gz` is a pointer of Git LFS"),
            "{error}"
        );
    }

    #[test]
    fn a_package_is_found_with_and_without_a_directory_around_it() {
        for (name, pack) in [("a.tar.gz", tar as Pack), ("a.TGZ", tar), ("a.zip", zip)] {
            let bare: &[(&str, &[u8])] = &[("MLmodel", b"x"), ("model.onnx", b"y")];
            assert_eq!(
                unpacked(name, pack, bare).expect(name),
                ["MLmodel", "model.onnx"]
            );
            let inside: &[(&str, &[u8])] = &[("iris/MLmodel", b"x"), ("iris/iris", b"y")];
            assert_eq!(
                unpacked(name, pack, inside).expect(name),
                ["MLmodel", "iris"]
            );
        }
        let dotted: &[(&str, &[u8])] = &[("./MLmodel", b"x")];
        assert_eq!(
            unpacked("a.tar.gz", tar, dotted).expect("dotted"),
            ["MLmodel"]
        );
    }

    #[test]
    fn a_name_that_leads_out_is_refused() {
        for name in ["../x", "a/../../x", "/etc/x", "a\\..\\x"] {
            for (archive, pack) in [("a.tar.gz", tar as Pack), ("a.zip", zip)] {
                let refusal = unpacked(archive, pack, &[(name, b"x")]).expect_err(name);
                assert!(
                    matches!(refusal, RegistryError::Corrupt(_)),
                    "{name}: {refusal}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        fn junk(path: &Path, _: &[(&str, &[u8])]) {
            fs::write(path, b"not an archive").expect("written");
        }
        for name in ["a.tar.gz", "a.zip", "a.tar"] {
            assert!(
                matches!(unpacked(name, junk, &[]), Err(RegistryError::Corrupt(_))),
                "{name}"
            );
        }
    }

    #[test]
    fn a_link_is_refused() {
        fn link(path: &Path, _: &[(&str, &[u8])]) {
            let mut tar = tar::Builder::new(File::create(path).expect("made"));
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_size(0);
            tar.append_link(&mut header, "MLmodel", "/etc/passwd")
                .expect("added");
            tar.finish().expect("written");
        }
        let refusal = unpacked("a.tar", link, &[])
            .expect_err("refused")
            .to_string();
        assert!(refusal.contains("MLmodel is no plain file"), "{refusal}");
    }
}
