//! The table of variables: complete, and the same in the docs.

use ml_serving::registry::variables::{Meaning, table};
use std::{collections::BTreeMap, fs};

fn read(path: &str) -> String {
    fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// What the page says about each variable.
fn documented() -> BTreeMap<String, String> {
    let text = read("docs/environment.md");
    let mut found = BTreeMap::new();
    for line in text.lines() {
        if let Some(names) = line.strip_prefix("Without meaning: ") {
            let names = names.trim_end_matches('.').split(", ");
            found.extend(names.map(|name| (name.to_owned(), "without meaning".to_owned())));
        } else if let Some(row) = line.strip_prefix("| `") {
            let mut cells = row.split(" | ");
            let name = cells.next().unwrap();
            found.insert(format!("`{name}"), cells.next().unwrap().to_owned());
        }
    }
    found
}

#[test]
fn the_docs_have_the_table_of_variables() {
    let meaning = |meaning| match meaning {
        Meaning::Honoured(_) => "honoured",
        Meaning::Refused(..) => "refused",
        Meaning::Named(..) => "named",
        Meaning::Nothing => "without meaning",
    };
    let ours: BTreeMap<_, _> = table()
        .map(|row| (format!("`{}`", row.name), meaning(row.meaning).to_owned()))
        .collect();
    assert_eq!(documented(), ours);
}

#[test]
fn every_variable_that_the_clients_read_has_a_meaning() {
    for client in [
        "mlflow-3.18",
        "botocore-1.44",
        "google-auth-2.63",
        "azure-identity-1.27",
    ] {
        let names = read(&format!("tests/data/environment/{client}.txt"));
        assert!(names.lines().count() > 10, "{client}");
        for name in names.lines() {
            let known = table().any(|row| row.is(name));
            assert!(known, "{name} of {client} has no row");
        }
    }
}
