//! The table of classes in `docs/models.md`: which versions were tested, and how near the answers are. And whether that is enough.

use super::Outcome;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/models.md");
const BEGIN: &str = "<!-- classes -->\n";
const END: &str = "<!-- /classes -->";
/// From the nearest to the least near: how a case is near, and how the page says it.
const NEARNESS: [(&str, &str); 3] = [
    ("exact", "to the last bit"),
    ("libm", "2e-15: an exponential, a logarithm or a power"),
    ("blas", "1e-12: numpy sums in an order of its own"),
];

/// A case with so many rows was asked the whole of its table: boundaries, unknown words, empty texts, and gaps in every column.
const WHOLE: usize = 1000;

#[derive(Default)]
struct Class {
    versions: BTreeSet<(u32, u32)>,
    models: usize,
    /// The place of the nearest kind of case in [`NEARNESS`].
    nearest: Option<usize>,
}

/// Holds the table against what the cases were; `WRITE_CLASSES=1` writes it.
pub(super) fn hold(outcomes: &[Outcome]) {
    let table = table(outcomes);
    let page = fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the table begins");
    let (found, after) = rest.split_once(END).expect("the table ends");
    if std::env::var_os("WRITE_CLASSES").is_some() {
        fs::write(PAGE, [before, BEGIN, &table, END, after].concat()).unwrap();
    } else {
        assert!(
            found == table,
            "docs/models.md has another table of classes: run the test with WRITE_CLASSES=1"
        );
    }
}

/// The classes of which fewer than two cases were asked a whole table in two versions of scikit-learn, and how many were.
pub(super) fn rare(outcomes: &[Outcome]) -> Vec<String> {
    let mut classes: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for outcome in outcomes {
        let Ok(answered) = &outcome.result else {
            continue;
        };
        for part in answered.parts.iter().filter(|part| is_class(part)) {
            let cases = classes.entry(part).or_default();
            if outcome.rows >= WHOLE {
                let versions = cases.entry(&outcome.case).or_default();
                versions.insert(&outcome.version);
            }
        }
    }
    let enough = classes.into_iter().map(|(class, cases)| {
        let enough = cases.values().filter(|versions| versions.len() >= 2);
        (class, enough.count())
    });
    let rare = enough.filter(|(_, cases)| *cases < 2);
    rare.map(|(class, cases)| format!("{class}: {cases} cases"))
        .collect()
}

fn table(outcomes: &[Outcome]) -> String {
    let mut classes: BTreeMap<&str, Class> = BTreeMap::new();
    for outcome in outcomes {
        let Ok(answered) = &outcome.result else {
            continue;
        };
        let kind = NEARNESS.iter().position(|(kind, _)| *kind == outcome.kind);
        // What is off by more than nothing is not exact, whatever was hoped for.
        let kind = kind.map(|kind| {
            if answered.worst > 0.0 {
                kind.max(1)
            } else {
                kind
            }
        });
        for part in answered.parts.iter().filter(|part| is_class(part)) {
            let class = classes.entry(part).or_default();
            class.versions.extend(version(&outcome.version));
            class.models += 1;
            class.nearest = class.nearest.into_iter().chain(kind).min();
        }
    }
    let row = |(name, class): (&str, Class)| {
        let versions: Vec<String> = class
            .versions
            .iter()
            .map(|(a, b)| format!("{a}.{b}"))
            .collect();
        let nearness = class.nearest.map_or("", |kind| NEARNESS[kind].1);
        format!(
            "| {name} | {} | {} | {nearness} |\n",
            versions.join(", "),
            class.models
        )
    };
    let head = "| class | scikit-learn | models | scores |\n|---|---|---|---|\n".to_owned();
    let rows = classes.into_iter().map(row);
    std::iter::once(head).chain(rows).collect()
}

/// Boosters also say their objectives.
fn is_class(part: &str) -> bool {
    part.starts_with(|c: char| c.is_ascii_uppercase())
        && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
