//! Arguments that are no text: a path may be any bytes.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _, process::Command};

const NO_TEXT: &[u8] = b"m\xe9";

fn train() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ml-serving"));
    command.args(["train", "--data", "iris", "--target", "species"]);
    command
}

#[test]
fn a_path_that_is_not_utf_8_is_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join(OsStr::from_bytes(NO_TEXT));
    let output = train().args(["--trees", "2", "--out"]).arg(&out).output();
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(out.join("MLmodel").exists());
}

#[test]
fn a_number_that_is_not_utf_8_is_a_wrong_flag() {
    let output = train()
        .arg("--trees")
        .arg(OsStr::from_bytes(NO_TEXT))
        .output();
    let output = output.unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(64), "{told}");
}
