//! Packages that `pack` makes of such files.

use super::{
    super::{Memory, names, read},
    case, compare, serve,
};
use crate::{
    formats::Beside,
    package::{Unpacked, example, mlmodel},
};

#[test]
fn a_package_of_pack_answers_as_the_files_it_was_made_of() {
    for name in [
        "1.9.1-label_encoders_scaler",
        "1.2.2-preprocessor_xgboost",
        "1.9.1-bundle",
    ] {
        let (files, answers) = case(name);
        let (package, data) = read(&files, true, "").unwrap();
        let file = |name: &String| Beside {
            name: files.0.get_key_value(name).unwrap().0,
            bytes: &files.0[name],
        };
        let unpacked = Unpacked {
            model: Beside {
                name: &package.data.path,
                bytes: &data,
            },
            before: package.companions.before.iter().map(file).collect(),
            labels: None,
            columns: None,
            threshold: None,
        };
        let packed = unpacked.pack().unwrap();
        let made = packed.made.iter().cloned();
        let whole = made.fold(Memory::default(), |all, (name, text)| all.with(name, text));
        let whole = unpacked
            .files()
            .fold(whole, |all, file| all.with(file.name, file.bytes));
        let served = serve(&whole).unwrap();
        compare(&served, &answers).unwrap();
        assert_eq!(served.digest, packed.digest, "{name}");
        assert_eq!(served.digest, serve(&files).unwrap().digest, "{name}");
        assert_eq!(unpacked.pack().unwrap().made, packed.made, "the same bytes");
        let example = whole.0["input_example.json"].as_slice();
        assert_eq!(
            example::read(example, served.model.schema()).unwrap().len(),
            1
        );
        let mlmodel = mlmodel::read(whole.0["MLmodel"].as_slice()).unwrap();
        assert_eq!(mlmodel.example.as_deref(), Some("input_example.json"));
        let named = mlmodel.named_files().unwrap();
        let mut named: Vec<String> = named.into_iter().map(|file| file.path).collect();
        let mut given: Vec<String> = unpacked.files().map(|file| file.name.to_owned()).collect();
        given.push("input_example.json".to_owned());
        named.sort();
        given.sort();
        assert_eq!(named, given);
        assert_eq!(names(&mlmodel.signature.unwrap()), answers.columns);
    }
}

#[test]
fn files_that_cannot_lie_in_one_package_are_refused_before_anything_is_made() {
    let (files, _) = case("1.9.1-scaler_forest");
    let beside = |name: &'static str| Beside {
        name,
        bytes: &files.0["scaler.pkl"],
    };
    let model = |name: &'static str| Beside {
        name,
        bytes: &files.0["model.pkl"],
    };
    for (model, before, said) in [
        (
            model("model.pkl"),
            vec![beside("a.pkl"), beside("a.pkl")],
            "two of the files are called `a.pkl`",
        ),
        (
            model("model.pkl"),
            vec![beside("requirements.txt")],
            "rename the one to be packed",
        ),
        (model("model.pkl"), vec![beside("a:b.pkl")], "a:b.pkl"),
        (
            model("model.exe"),
            vec![beside("scaler.pkl")],
            "has not the ending of a model file",
        ),
    ] {
        let unpacked = Unpacked {
            model,
            before,
            labels: None,
            columns: None,
            threshold: None,
        };
        let refusal = unpacked.pack().unwrap_err().to_string();
        assert!(refusal.contains(said), "{refusal}");
    }
}
