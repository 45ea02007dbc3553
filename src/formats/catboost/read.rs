//! From a file to a model.

use super::{
    FormatError, cbm, corrupt,
    document::{Document, Position},
    draw::{Answer, draw, no_and_yes},
    json,
};
use crate::{
    formats::{
        AnswersBy, Before, ColumnsBy, MAX_FEATURES, ModelFile, Parsed, Takes, program::Board,
    },
    model::{Link, ModelIr, Output},
};

/// Reads a `.cbm` or JSON file as the class that its package names predicts, else as the loss suggests.
///
/// # Errors
/// `Corrupt` when the bytes are no CatBoost model or contradict themselves, `Unsupported` when the model does what this server does not;
/// the text names it.
pub fn read(file: &ModelFile<'_>) -> Result<Parsed, FormatError> {
    let document = document(file.bytes)?;
    let Takes { names, width } = takes(&document)?;
    let mut board = Board::new(names, width.unwrap_or(0), file.columns);
    let (parts, version) = (parts(&document), document.version());
    let reads = board.all_columns();
    let answer = draw(&mut board, document, &reads, file.class)?;
    Ok(Parsed {
        ir: finish(board, answer),
        version,
        parts,
        columns: ColumnsBy::Name,
        notes: Vec::new(),
        answers: AnswersBy::default(),
    })
}

/// The same for a model that reads what other files make of the columns.
pub(super) fn behind(file: &ModelFile<'_>, before: &dyn Before) -> Result<Parsed, FormatError> {
    let document = document(file.bytes)?;
    let (mut board, reads, _, said) = before.begin(&takes(&document)?)?.split();
    let (parts, version) = (parts(&document), document.version());
    let answer = draw(&mut board, document, &reads, file.class)?;
    said.parsed(finish(board, answer), parts, version)
}

/// Whether the bytes begin as one of the two formats does.
pub(super) fn is_model(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    let begins = start.get(..start.len().min(60)).unwrap_or_default();
    let has = |key: &[u8]| begins.windows(key.len()).any(|window| window == key);
    match begins {
        [b'{', ..] => {
            has(b"\"ctr_data\"") || has(b"\"features_info\"") || has(b"\"oblivious_trees\"")
        }
        _ => bytes.starts_with(cbm::MAGIC),
    }
}

/// What a file holds.
pub(crate) fn document(bytes: &[u8]) -> Result<Document, FormatError> {
    if bytes.starts_with(cbm::MAGIC) {
        cbm::read(bytes)
    } else {
        json::read(bytes)
    }
}

/// The columns of a model: all up to the last one that is a feature, and their names where all have one of their own.
pub(crate) fn takes(document: &Document) -> Result<Takes, FormatError> {
    let numbers = document.numbers.iter().map(|feature| &feature.position);
    let categories = document.categories.iter().map(|feature| &feature.position);
    let all: Vec<&Position> = numbers.chain(categories).collect();
    let last = all.iter().map(|position| position.column).max();
    let width = last
        .and_then(|last| usize::try_from(last).ok())
        .map(|last| last + 1);
    let Some(width) = width.filter(|width| *width <= MAX_FEATURES) else {
        return Err(corrupt!(
            "the CatBoost model takes no columns, or more than {MAX_FEATURES}"
        ));
    };
    let mut names = vec![""; width];
    for Position { column, name, .. } in all {
        let place = usize::try_from(*column).ok();
        let place = place.and_then(|place| names.get_mut(place));
        let place =
            place.ok_or_else(|| corrupt!("a feature of the CatBoost model has no column"))?;
        *place = name.as_str();
    }
    // Without names CatBoost writes nothing, or the places.
    let made_up = |(at, name): (usize, &&str)| name.is_empty() || **name == at.to_string();
    let given = !names.iter().enumerate().all(made_up);
    let mut sorted = names.clone();
    sorted.sort_unstable();
    let distinct = sorted.array_windows().all(|[a, b]| a != b) && !sorted.contains(&"");
    let names = names.into_iter().map(str::to_owned).collect();
    Ok(Takes {
        names: (given && distinct).then_some(names),
        width: Some(width),
    })
}

/// What the file says it is made of.
fn parts(document: &Document) -> Vec<String> {
    document.loss().into_iter().collect()
}

fn finish(board: Board, answer: Answer) -> ModelIr {
    let link = Link::Identity;
    match answer {
        Answer::Numbers(numbers) => board.finish(numbers, [], Output::Regression { link }, false),
        Answer::Flags(flags) => {
            let output = Output::Targets(vec![no_and_yes(); flags.len()]);
            let (scores, classes): (Vec<_>, Vec<_>) = flags.into_iter().unzip();
            board.finish(scores.concat(), classes, output, true)
        }
        Answer::Classes {
            labels,
            probabilities,
            class,
        } => {
            let output = Output::Classes { labels, link };
            board.finish(probabilities, Some(class), output, true)
        }
    }
}
