//! Writes a model package: all of its files, or none.

use std::fs;
use std::io;
use std::path::Path;

use super::{Facts, TrainError, Trained};
use crate::{
    input::Batch,
    package::{self, install::Staging, mlmodel::Training},
};

/// The files of a package, which may be replaced without asking.
const FILES: [&str; 6] = [
    "MLmodel",
    "conda.yaml",
    "input_example.json",
    "model.onnx",
    "python_env.yaml",
    "requirements.txt",
];

/// Refuses a directory that cannot be written, or that holds files which no package has. Otherwise the training would end in an error, or
/// delete files of the user's.
///
/// # Errors
/// `dir` is a file, cannot be listed, holds a file that no package has, or nothing can be written beside it.
pub fn check_out(dir: &Path) -> Result<(), TrainError> {
    let shown = || dir.display().to_string();
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Staging::probe(dir).map_err(|cause| unwritable(dir, cause));
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            return Err(TrainError::NotDirectory { dir: shown() });
        }
        Err(cause) => return Err(unwritable(dir, cause)),
    };
    for entry in entries {
        let name = entry.map_err(|cause| unwritable(dir, cause))?.file_name();
        if !FILES.iter().any(|file| name == *file) {
            return Err(TrainError::Occupied {
                dir: shown(),
                file: name.to_string_lossy().into_owned(),
            });
        }
    }
    Staging::probe(dir).map_err(|cause| unwritable(dir, cause))
}

/// Writes the package to `dir`, in place of one that is there. Readers see the old package or the new one, never a part of one.
///
/// The bytes depend on `trained` alone: no clock, no identifier, no machine.
///
/// # Errors
/// As [`check_out`], and whatever keeps the files from being written; `dir` is then as it was.
pub fn write_package(trained: &Trained, dir: &Path) -> Result<(), TrainError> {
    check_out(dir)?;
    let files = contents(trained)?;
    replace(dir, &files).map_err(|cause| unwritable(dir, cause))
}

fn replace(dir: &Path, files: &[(&str, Vec<u8>)]) -> io::Result<()> {
    let staging = Staging::beside(dir)?;
    for (name, bytes) in files {
        fs::write(staging.path().join(name), bytes)?;
    }
    staging.install()
}

fn unwritable(file: &Path, cause: io::Error) -> TrainError {
    let file = file.display().to_string();
    TrainError::Write { file, cause }
}

/// The package's files by name.
fn contents(trained: &Trained) -> Result<Vec<(&'static str, Vec<u8>)>, TrainError> {
    let facts = training(&trained.facts).metadata();
    let files = package::write(&trained.source, &example(trained)?, facts);
    files.map_err(|error| internal(&error))
}

fn internal(error: &impl ToString) -> TrainError {
    TrainError::Internal(error.to_string())
}

/// The example rows through their shortest decimal form: 5.1 as it stood in the data, not 5.099999904632568.
fn example(trained: &Trained) -> Result<Batch, TrainError> {
    let number = |&x: &f32| x.to_string().parse().unwrap_or(f64::from(x));
    let values = trained.example.iter().flatten().map(number).collect();
    Batch::from_values(values, trained.source.schema.len()).map_err(|error| internal(&error))
}

/// The facts of the training, as the package's metadata keeps them.
fn training(facts: &Facts) -> Training {
    let params = facts.params.iter();
    let metrics = facts.metrics.iter();
    Training {
        params: params
            .map(|(key, text)| ((*key).to_owned(), text.clone()))
            .collect(),
        metrics: metrics.map(|(key, x)| ((*key).to_owned(), *x)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::train::{Params, load, train};

    fn trained(seed: u64) -> Trained {
        let table = load("iris", None, None).expect("embedded");
        let params = Params {
            trees: 5,
            seed,
            ..Params::default()
        };
        train(&table, &params, |_| ()).expect("fitted")
    }

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir)
            .expect("a directory")
            .map(|entry| {
                entry
                    .expect("an entry")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_package_replaces_one_and_leaves_nothing_beside_it() {
        let place = tempfile::tempdir().expect("a directory");
        let dir = place.path().join("deep/model");
        for seed in [1, 2] {
            write_package(&trained(seed), &dir).expect("written");
        }
        assert_eq!(names(&dir.join("..")), ["model"]);
        fs::remove_file(dir.join("input_example.json")).expect("removed");
        write_package(&trained(2), &dir).expect("an incomplete one is replaced too");
        for (file, bytes) in contents(&trained(2)).expect("contents") {
            assert!(
                fs::read(dir.join(file)).expect("written") == bytes,
                "{file}"
            );
        }
    }

    #[test]
    fn a_strangers_file_is_never_deleted() {
        let place = tempfile::tempdir().expect("a directory");
        fs::write(place.path().join("thesis.tex"), "…").expect("written");
        let error = write_package(&trained(1), place.path()).expect_err("occupied");
        assert_eq!(
            error.to_string(),
            format!(
                "{} holds thesis.tex, which no model package has; move it away or choose another --out",
                place.path().display()
            )
        );
        assert_eq!(crate::Error::from(error).exit_code(), 64);
        assert_eq!(names(place.path()), ["thesis.tex"]);
        let error = check_out(&place.path().join("thesis.tex")).expect_err("a file");
        assert!(
            error
                .to_string()
                .ends_with("is not a directory; choose another --out")
        );
    }

    #[test]
    fn an_example_is_the_data_as_it_was_written() {
        let example = example(&trained(1)).expect("whole rows");
        let rows: Vec<&[f64]> = example.rows().collect();
        assert_eq!(
            rows,
            [
                [5.1, 3.5, 1.4, 0.2],
                [7.0, 3.2, 4.7, 1.4],
                [6.3, 3.3, 6.0, 2.5]
            ]
        );
    }

    #[test]
    fn a_package_has_the_files_that_may_be_replaced() {
        let contents = contents(&trained(1)).expect("contents");
        let mut names: Vec<&str> = contents.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        assert_eq!(names, FILES);
    }

    #[test]
    fn training_iris_again_on_any_number_of_threads_gives_the_embedded_package_byte_for_byte() {
        let embedded = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/iris");
        for threads in [1, 4] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let again = pool.expect("a pool").install(|| {
                let table = load("iris", None, None).expect("embedded");
                train(&table, &Params::default(), |_| ()).expect("fitted")
            });
            let contents = contents(&again).expect("contents");
            assert_eq!(names(&embedded).len(), contents.len());
            for (file, bytes) in contents {
                let before = fs::read(embedded.join(file)).expect("embedded");
                assert!(
                    before == bytes,
                    "{file} differs on {threads} threads; if that is meant: ml-serving train --data iris --out models/iris"
                );
            }
        }
    }
}
