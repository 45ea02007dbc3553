//! Archives that would take more than they may.

use super::{
    tests::{tar, unpacked},
    *,
};
use ::tar as tar_crate;
use flate2::{Compression, write::GzEncoder};

/// A tar of an entry of this kind that is about another one, with `size` bytes.
fn about(kind: tar_crate::EntryType, size: u64) -> Made {
    Box::new(move |path| {
        let file = GzEncoder::new(File::create(path).expect("made"), Compression::fast());
        let mut tar = tar_crate::Builder::new(file);
        let mut header = tar_crate::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_cksum();
        tar.append(&header, io::repeat(b'a').take(size))
            .expect("added");
        let mut header = tar_crate::Header::new_gnu();
        header.set_entry_type(tar_crate::EntryType::Symlink);
        header.set_path("link").expect("a path");
        header.set_link_name("model").expect("a path");
        header.set_size(0);
        header.set_cksum();
        tar.append(&header, io::empty()).expect("added");
        tar.into_inner().expect("ended").finish().expect("written");
    })
}

type Made = Box<dyn Fn(&Path)>;

fn unpacked_by(pack: &Made) -> Result<(), RegistryError> {
    let place = tempfile::tempdir().expect("a directory");
    let (archive, into) = (place.path().join("x.tar.gz"), place.path().join("out"));
    fs::create_dir(&into).expect("made");
    pack(&archive);
    unpack(&archive, &into, u64::MAX)
}

#[test]
fn what_a_tar_says_about_a_file_is_bounded() {
    for kind in [
        tar_crate::EntryType::GNULongName,
        tar_crate::EntryType::GNULongLink,
        tar_crate::EntryType::XHeader,
    ] {
        let error = unpacked_by(&about(kind, 2 << 20)).expect_err("too much");
        assert!(
            matches!(&error, RegistryError::Corrupt(text) if text.contains("says more than")),
            "{kind:?}: {error}"
        );
    }
    // A target that is too long for a link is no reason to refuse the archive.
    unpacked_by(&about(tar_crate::EntryType::GNULongLink, 5000)).expect("unpacked");
}

#[test]
fn a_large_file_that_is_left_out_does_not_count_as_said() {
    let large = vec![7; 3 << 20];
    let files: [(&str, &[u8]); 2] = [("._MLmodel", &large), ("MLmodel", b"x")];
    let names = unpacked("x.tar.gz", tar, &files).expect("unpacked");
    assert_eq!(names, ["MLmodel"]);
}

#[test]
fn more_than_the_cache_takes_is_refused_with_the_setting() {
    let place = tempfile::tempdir().expect("a directory");
    let (archive, into) = (place.path().join("x.tar.gz"), place.path().join("out"));
    fs::create_dir(&into).expect("made");
    tar(&archive, &[("MLmodel", &[7; 5000])]);
    let error = unpack(&archive, &into, 4999).expect_err("too large");
    assert!(
        matches!(&error, RegistryError::Disk(text) if text.contains("model.cache_max_bytes")),
        "{error}"
    );
}

#[test]
fn a_full_disk_is_no_fault_of_the_archive() {
    struct Full;
    impl Read for Full {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
    }
    let into = tempfile::tempdir().expect("a directory");
    let mut unpacking = Unpacking::new("x.tar", 10, into.path(), u64::MAX);
    let error = unpacking.file("MLmodel", &mut Full).expect_err("full");
    assert!(matches!(error, RegistryError::Disk(_)), "{error}");
}
