//! Commands that a signal ends.

use crate::binary::eventually;
use std::{
    fs,
    process::{Command, Stdio},
};

#[test]
fn predict_removes_its_temporary_file_when_a_signal_ends_it() {
    for (signal, code) in [("-TERM", 143), ("-INT", 130)] {
        let place = tempfile::tempdir().unwrap();
        let output = place.path().join("out.csv");
        fs::write(&output, "old").unwrap();
        let files = || fs::read_dir(place.path()).unwrap().count();
        // It waits for rows that never come.
        let mut predict = Command::new(env!("CARGO_BIN_EXE_ml-serving"))
            .args(["predict", "builtin:iris", "--input", "-", "--output"])
            .arg(&output)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        eventually("the temporary file is there", || files() == 2);
        let id = predict.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        // Waiting must not close the input, which would end the command too.
        let input = predict.stdin.take();
        assert_eq!(predict.wait().unwrap().code(), Some(code));
        drop(input);
        assert_eq!((files(), fs::read(&output).unwrap()), (1, b"old".to_vec()));
    }
}
