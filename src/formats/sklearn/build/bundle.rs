//! A dict that holds a model and what belongs to it: `{"model": …, "scaler": …, "features": […], "threshold": 0.4}`.

use super::{
    Arena, FormatError, Id, Part, Schema,
    chain::{Chain, Item},
    lists::{class_words, name_list},
    part, unsupported,
    whole::{behind, model},
};
use crate::formats::{
    Named, Parsed, decide_from, in_file, rename, short,
    sklearn::{numpy, record::Node},
};

const MODEL: [&str; 7] = [
    "model",
    "clf",
    "classifier",
    "reg",
    "regressor",
    "estimator",
    "pipeline",
];
/// In the order in which rows go through them.
const BEFORE: [&str; 17] = [
    "label_encoders",
    "encoders",
    "label_binarizers",
    "label_encoder",
    "target_encoder",
    "le",
    "label_binarizer",
    "lb",
    "mlb",
    "encoder",
    "imputer",
    "vectorizer",
    "tfidf",
    "tfidf_vectorizer",
    "count_vectorizer",
    "preprocessor",
    "scaler",
];
const COLUMNS: [&str; 4] = ["features", "feature_names", "feature_columns", "columns"];
const LABELS: [&str; 3] = ["classes", "class_names", "target_names"];
const THRESHOLD: [&str; 3] = ["threshold", "best_threshold", "optimal_threshold"];

/// Builds what `root` is: a model, or a dict that holds one.
pub(in super::super) fn root(
    arena: &Arena<'_>,
    root: Id,
    size: usize,
    told: Option<&Schema>,
) -> Result<Parsed, FormatError> {
    match arena.node(root) {
        Node::Dict(_) => Bundle::of(arena, root)?.parsed(size, told),
        Node::Tuple(_) | Node::List(_) => Err(sequence(arena, root)),
        _ => model(arena, root, size, told),
    }
}

/// The scikit-learn that wrote what is in a file, as the first part that says so.
pub(in super::super) fn version_of(arena: &Arena<'_>, root: Id) -> Option<String> {
    let inside: Vec<Id> = match arena.node(root) {
        Node::Dict(pairs) => pairs.iter().map(|(_, value)| *value).collect(),
        _ => vec![root],
    };
    let mut parts = inside.into_iter().filter_map(|id| Part::new(arena, id));
    parts.find_map(super::origin::version).map(str::to_owned)
}

/// The entries of a dict that this server knows.
struct Bundle<'d> {
    arena: &'d Arena<'d>,
    /// Keys and values, without those that are None.
    entries: Vec<(String, Id)>,
}

impl<'d> Bundle<'d> {
    fn of(arena: &'d Arena<'d>, root: Id) -> Result<Self, FormatError> {
        let Node::Dict(pairs) = arena.node(root) else {
            return Err(part::no_model(arena, root));
        };
        let mut entries: Vec<(String, Id)> = Vec::new();
        for (key, value) in pairs {
            let Some(key) = arena.text(*key) else {
                continue;
            };
            // Of equal keys the last one counts.
            entries.retain(|(known, _)| known != key);
            if !arena.is_none(*value) {
                entries.push((key.to_owned(), *value));
            }
        }
        Ok(Self { arena, entries })
    }

    /// The entries under some keys, in the order of the keys.
    fn all(&self, keys: &[&str]) -> Vec<&(String, Id)> {
        let entries = self.entries.iter();
        let mut found: Vec<_> = entries
            .filter_map(|entry| Some((keys.iter().position(|key| *key == entry.0)?, entry)))
            .collect();
        found.sort_by_key(|(at, _)| *at);
        found.into_iter().map(|(_, entry)| entry).collect()
    }

    fn keys(&self) -> String {
        let keys: Vec<String> = self.entries.iter().map(|(key, _)| key.clone()).collect();
        short(&keys)
    }

    fn only(&self, keys: &[&str], what: &str) -> Result<Option<&(String, Id)>, FormatError> {
        match self.all(keys).as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(*only)),
            [first, second, ..] => Err(unsupported!(
                "the file holds a dict in which both `{}` and `{}` could be the {what}; its keys are {}",
                first.0,
                second.0,
                self.keys()
            )),
        }
    }

    fn parsed(&self, size: usize, told: Option<&Schema>) -> Result<Parsed, FormatError> {
        let arena = self.arena;
        let Some((model_key, root)) = self.only(&MODEL, "model")? else {
            return Err(unsupported!(
                "the file holds a dict, in which the model should be under the key `model`; its keys are {}",
                self.keys()
            ));
        };
        let mut notes = self.others()?;
        let item = |entry: &&(String, Id)| Item::new(arena, entry.1, &entry.0, size);
        let items = self.all(&BEFORE);
        let items: Vec<Item<'_>> = items.iter().map(item).collect::<Result<_, _>>()?;
        let columns = self.all(&COLUMNS).into_iter().map(|(from, id)| {
            let names = name_list(arena, *id).map_err(in_file(from))?;
            let from = from.clone();
            Ok(Named { from, names })
        });
        let columns: Vec<Named> = columns.collect::<Result<_, FormatError>>()?;
        let chain = Chain::new(items, columns, model_key, told)?;
        let mut parsed = behind(arena, *root, size, &chain)?;
        if let Some((from, id)) = self.only(&LABELS, "list of classes")? {
            let words = class_words(arena, *id, from.clone()).map_err(in_file(from))?;
            notes.push(rename(&mut parsed.ir, &words)?);
        }
        if let Some((from, id)) = self.only(&THRESHOLD, "threshold")? {
            let number = numpy::number(arena, *id);
            let number = number
                .ok_or_else(|| unsupported!("`{from}` holds {}, not a number", arena.kind(*id)))?;
            notes.push(decide_from(&mut parsed.ir, number, from)?);
            parsed.parts.push(format!("threshold {number}"));
        }
        parsed.notes.extend(notes);
        Ok(parsed)
    }

    /// What is under other keys. Plain values are notes of the author's; what a library has fitted has its place in the computation.
    fn others(&self) -> Result<Vec<String>, FormatError> {
        let known = [&MODEL[..], &BEFORE, &COLUMNS, &LABELS, &THRESHOLD].concat();
        let others = self.entries.iter();
        let others = others.filter(|(key, _)| !known.contains(&key.as_str()));
        let mut plain = Vec::new();
        for (key, id) in others {
            if self.arena.object(*id).is_some() && numpy::array(self.arena, *id)?.is_none() {
                return Err(unsupported!(
                    "the file holds a dict with {} under the key `{}`, and what becomes of it this server does not know; the keys {} come \
                     before a model, in this order",
                    self.arena.kind(*id),
                    key.escape_debug(),
                    BEFORE.join(", ")
                ));
            }
            plain.push(key.clone());
        }
        if plain.is_empty() {
            return Ok(Vec::new());
        }
        let keys = short(&plain);
        Ok(vec![format!(
            "what the file holds under {keys} is not used"
        )])
    }
}

/// `joblib.dump((scaler, model), …)`
fn sequence(arena: &Arena<'_>, root: Id) -> FormatError {
    let items = arena.items(root).unwrap_or_default();
    let kinds: Vec<String> = items.iter().map(|id| arena.kind(*id)).collect();
    unsupported!(
        "the file holds {} of {}; which of them comes first it does not say: dump {{\"scaler\": scaler, \"model\": model}}, a Pipeline, or \
         each of them to a file of its own",
        arena.kind(root),
        short(&kinds)
    )
}
