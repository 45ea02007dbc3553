//! Archives as tools and people make them.

use super::*;
use ::tar as tar_crate;
use ::zip as zip_crate;
use flate2::{Compression, write::GzEncoder};
use std::io::Write;

pub(super) type Pack = fn(&Path, &[(&str, &[u8])]);

pub(super) fn tar(path: &Path, files: &[(&str, &[u8])]) {
    let mut tar = tar_crate::Builder::new(GzEncoder::new(
        File::create(path).expect("made"),
        Compression::fast(),
    ));
    for (name, bytes) in files {
        let mut header = tar_crate::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.as_gnu_mut().expect("gnu").name[..name.len()].copy_from_slice(name.as_bytes());
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, *bytes).expect("added");
    }
    tar.into_inner().expect("ended").finish().expect("written");
}

fn zip(path: &Path, files: &[(&str, &[u8])]) {
    let mut zip = zip_crate::ZipWriter::new(File::create(path).expect("made"));
    for (name, bytes) in files {
        zip.start_file(*name, zip_crate::write::SimpleFileOptions::default())
            .expect("begun");
        zip.write_all(bytes).expect("added");
    }
    zip.finish().expect("written");
}

pub(super) fn unpacked(
    name: &str,
    pack: Pack,
    files: &[(&str, &[u8])],
) -> Result<Vec<String>, RegistryError> {
    let place = tempfile::tempdir().expect("a directory");
    let (archive, into) = (place.path().join(name), place.path().join("out"));
    fs::create_dir(&into).expect("made");
    pack(&archive, files);
    unpack(&archive, &into, u64::MAX)?;
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
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 6590\n";
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

/// One entry of a tar archive.
fn entry(tar: &mut tar_crate::Builder<File>, kind: tar_crate::EntryType, name: &str, holds: &str) {
    let mut header = tar_crate::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(0o644);
    if matches!(
        kind,
        tar_crate::EntryType::Link | tar_crate::EntryType::Symlink
    ) {
        header.set_size(0);
        tar.append_link(&mut header, name, holds).expect("added");
    } else {
        header.set_size(holds.len() as u64);
        tar.append_data(&mut header, name, holds.as_bytes())
            .expect("added");
    }
}

fn tar_of(path: &Path, entries: &[(tar_crate::EntryType, &str, &str)]) {
    let mut tar = tar_crate::Builder::new(File::create(path).expect("made"));
    for (kind, name, holds) in entries {
        entry(&mut tar, *kind, name, holds);
    }
    tar.finish().expect("written");
}

/// Every file below the directory, and its content.
fn contents(archive: &Path) -> Result<Vec<(String, String)>, RegistryError> {
    let into = tempfile::tempdir().expect("a directory");
    unpack(archive, into.path(), u64::MAX)?;
    let names = crate::registry::places::disk::walk(into.path()).expect("walked");
    let read = |name: String| {
        let text = fs::read_to_string(into.path().join(&name)).expect("read");
        (name, text)
    };
    Ok(names.into_iter().map(read).collect())
}

fn plain(files: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    files.iter().map(owned).collect()
}

#[test]
fn what_macos_adds_to_an_archive_is_left_out() {
    for (name, pack) in [("a.tar.gz", tar as Pack), ("a.zip", zip)] {
        let files: &[(&str, &[u8])] = &[
            ("._iris", b"xattr"),
            ("iris/._MLmodel", b"xattr"),
            ("iris/MLmodel", b"x"),
            ("iris/model.onnx", b"y"),
            ("iris/.DS_Store", b"finder"),
            ("__MACOSX/iris/._MLmodel", b"xattr"),
        ];
        assert_eq!(
            unpacked(name, pack, files).expect(name),
            ["MLmodel", "model.onnx"]
        );
    }
}

#[test]
fn headers_of_pax_and_labels_are_no_files() {
    let place = tempfile::tempdir().expect("a directory");
    let path = place.path().join("a.tar");
    let mut tar = tar_crate::Builder::new(File::create(&path).expect("made"));
    entry(
        &mut tar,
        tar_crate::EntryType::XGlobalHeader,
        "pax_global_header",
        "19 comment=abcdefg\n",
    );
    entry(&mut tar, tar_crate::EntryType::new(b'V'), "label", "");
    // As macOS writes attributes, and as every tar writes a name of more than 100 bytes.
    let long = format!("code/{}.py", "x".repeat(150));
    let pax = [
        ("LIBARCHIVE.xattr.com.apple.provenance", b"AQIA".as_slice()),
        ("path", long.as_bytes()),
    ];
    tar.append_pax_extensions(pax).expect("added");
    entry(&mut tar, tar_crate::EntryType::Regular, "short", "print()");
    entry(&mut tar, tar_crate::EntryType::Regular, "MLmodel", "x");
    tar.finish().expect("written");
    let found = contents(&path).expect("unpacked");
    assert_eq!(found, plain(&[("MLmodel", "x"), (&long, "print()")]));
}

#[test]
fn a_zip_of_windows_has_its_directories() {
    let files: &[(&str, &[u8])] = &[
        ("iris\\", b""),
        ("iris\\MLmodel", b"x"),
        ("iris\\code\\", b""),
        ("iris\\code\\ü.py", b"y"),
    ];
    assert_eq!(
        unpacked("a.zip", zip, files).expect("unpacked"),
        ["MLmodel", "code"]
    );
}

#[test]
fn a_package_far_down_is_found() {
    let files: &[(&str, &[u8])] = &[("home/me/iris/MLmodel", b"x"), ("home/me/iris/iris", b"y")];
    assert_eq!(
        unpacked("a.tgz", tar, files).expect("unpacked"),
        ["MLmodel", "iris"]
    );
}

#[test]
fn a_link_gives_the_file_that_it_leads_to() {
    use tar_crate::EntryType::{Link, Regular, Symlink};
    let place = tempfile::tempdir().expect("a directory");
    let path = place.path().join("a.tar");
    let entries = [
        (Symlink, "iris/model.onnx", "versions/latest/model.onnx"),
        (Symlink, "iris/versions/latest", "2"),
        (Regular, "iris/versions/2/model.onnx", "two"),
        (Regular, "iris/MLmodel", "x"),
        // `tar` writes the second name of a file so.
        (Link, "iris/code/copy", "iris/MLmodel"),
    ];
    tar_of(&path, &entries);
    let found = contents(&path).expect("unpacked");
    let wanted = [
        ("MLmodel", "x"),
        ("code/copy", "x"),
        ("model.onnx", "two"),
        ("versions/2/model.onnx", "two"),
    ];
    assert_eq!(found, plain(&wanted));
}

#[test]
fn a_link_that_leads_out_and_a_device_are_left_out() {
    use tar_crate::EntryType::{Fifo, Link, Regular, Symlink};
    let place = tempfile::tempdir().expect("a directory");
    let path = place.path().join("a.tar");
    let entries = [
        (Symlink, "MLmodel", "/etc/passwd"),
        (Symlink, "venv/bin/python", "../../../usr/bin/python3"),
        (Link, "shadow", "../etc/shadow"),
        (Symlink, "nothing", "nowhere"),
        (Symlink, "circle", "circle"),
        (Fifo, "pipe", ""),
        (Regular, "model.onnx", "y"),
    ];
    tar_of(&path, &entries);
    assert_eq!(
        contents(&path).expect("unpacked"),
        plain(&[("model.onnx", "y")])
    );
}

#[test]
fn links_count_as_what_an_archive_unpacks_to() {
    use tar_crate::EntryType::{Link, Regular};
    let place = tempfile::tempdir().expect("a directory");
    let path = place.path().join("a.tgz");
    let big = "x".repeat(1 << 20);
    let names: Vec<String> = (0..200).map(|i| format!("{i}")).collect();
    let mut entries = vec![(Regular, "big", big.as_str())];
    entries.extend(names.iter().map(|name| (Link, name.as_str(), "big")));
    tar_of(&path, &entries);
    let packed = GzEncoder::new(Vec::new(), Compression::best());
    let mut packed = packed;
    packed
        .write_all(&fs::read(&path).expect("read"))
        .expect("packed");
    fs::write(&path, packed.finish().expect("packed")).expect("written");
    let refusal = contents(&path).expect_err("a bomb").to_string();
    assert!(refusal.contains("unpacks to more"), "{refusal}");
}

#[test]
fn a_link_in_a_zip_gives_its_file_too() {
    let place = tempfile::tempdir().expect("a directory");
    let path = place.path().join("a.zip");
    let mut zip = zip_crate::ZipWriter::new(File::create(&path).expect("made"));
    let options = zip_crate::write::SimpleFileOptions::default();
    zip.start_file("MLmodel", options).expect("begun");
    zip.write_all(b"x").expect("added");
    zip.add_symlink("copy", "MLmodel", options).expect("added");
    zip.add_symlink("out", "../../x", options).expect("added");
    zip.finish().expect("written");
    let found = contents(&path).expect("unpacked");
    assert_eq!(found, plain(&[("MLmodel", "x"), ("copy", "x")]));
}

#[test]
fn of_two_files_of_one_name_the_later_one_counts() {
    use tar_crate::EntryType::Regular;
    let place = tempfile::tempdir().expect("a directory");
    let path = place.path().join("a.tar");
    // As `tar --append` leaves it.
    tar_of(
        &path,
        &[
            (Regular, "MLmodel", "old and longer"),
            (Regular, "MLmodel", "new"),
        ],
    );
    assert_eq!(
        contents(&path).expect("unpacked"),
        plain(&[("MLmodel", "new")])
    );
}

#[test]
fn names_that_differ_in_capitals_are_two_files() {
    use tar_crate::EntryType::Regular;
    let place = tempfile::tempdir().expect("a directory");
    let path = place.path().join("a.tar");
    tar_of(
        &path,
        &[(Regular, "Model.pkl", "1"), (Regular, "model.pkl", "2")],
    );
    match contents(&path) {
        Ok(found) => assert_eq!(found, plain(&[("Model.pkl", "1"), ("model.pkl", "2")])),
        // A disk that takes them for one.
        Err(refusal) => assert!(refusal.to_string().contains("in the way"), "{refusal}"),
    }
}

#[test]
fn a_file_where_a_directory_is_needed_is_refused() {
    for files in [
        [("a", b"x" as &[u8]), ("a/b", b"y")],
        [("a/b", b"y"), ("a", b"x")],
    ] {
        for (name, pack) in [("a.tar", tar as Pack), ("a.zip", zip)] {
            let refusal = unpacked(name, pack, &files).expect_err(name);
            assert!(matches!(refusal, RegistryError::Corrupt(_)), "{refusal}");
        }
    }
}

#[test]
fn names_that_no_file_can_have_are_left_out() {
    let long = "x".repeat(300);
    let deep = ["a"; 40].join("/");
    let files: &[(&str, &[u8])] = &[("MLmodel", b"x"), ("a\nb", b"y"), ("12:30", b"z")];
    assert_eq!(
        unpacked("a.tgz", tar, files).expect("unpacked"),
        ["12:30", "MLmodel"]
    );
    let files: &[(&str, &[u8])] = &[("MLmodel", b"x"), (&long, b"y"), (&deep, b"z")];
    assert_eq!(
        unpacked("a.zip", zip, files).expect("unpacked"),
        ["MLmodel"]
    );
}

#[test]
fn a_zip_with_sizes_of_64_bits_and_empty_files_is_unpacked() {
    let place = tempfile::tempdir().expect("a directory");
    let path = place.path().join("a.zip");
    let mut zip = zip_crate::ZipWriter::new(File::create(&path).expect("made"));
    let options = zip_crate::write::SimpleFileOptions::default().large_file(true);
    for (name, text) in [("MLmodel", "x"), ("__init__.py", "")] {
        zip.start_file(name, options).expect("begun");
        zip.write_all(text.as_bytes()).expect("added");
    }
    zip.finish().expect("written");
    let found = contents(&path).expect("unpacked");
    assert_eq!(found, plain(&[("MLmodel", "x"), ("__init__.py", "")]));
}
