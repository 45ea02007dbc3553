//! Vectorizers of text, as skl2onnx writes them: `StringNormalizer`, `Tokenizer`, `TfIdfVectorizer`.
//!
//! Every text is answered as onnxruntime answers it in a batch of its own. In a larger one a text that is a stop word leaves a row less, and a
//! run of tokens with the padding in it is counted behind texts that are shorter than others.

use super::{
    Attributes, Cell, Drawing, Elem, FormatError, FreeText, GraphProto, NodeProto, Tensor, Tokens,
    Value, corrupt, label, tensors, unsupported,
};
use crate::{
    formats::{onnx::lists::Strings, program::Register},
    input::Precision,
    model::{
        ops,
        text::{Cut, Longest, Lowercase, Normal, Tokenizer},
    },
};
use std::{
    collections::{HashMap, HashSet},
    rc::Rc,
    sync::Arc,
};

/// More tokens in a row than anybody counts.
const MAX_RUN: i64 = 64;

/// `StringNormalizer` of a column.
pub(super) fn normalizer(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let normal = normal(node)?;
    normalized(drawing, node, normal)
}

/// `Scan` over texts with a `StringNormalizer` for each, as skl2onnx writes the option `keep_empty_string`.
pub(super) fn scan(
    drawing: &mut Drawing,
    node: &NodeProto,
    body: &GraphProto,
) -> Result<(), FormatError> {
    let ([one], [put], [got]) = (&body.node[..], &body.input[..], &body.output[..]) else {
        return Err(unsupported!("{} runs a graph for each text", label(node)));
    };
    let plain = one.op_type == "StringNormalizer"
        && matches!(one.domain.as_str(), "" | "ai.onnx")
        && one.input.first() == Some(&put.name)
        && one.output.first() == Some(&got.name);
    if !plain {
        return Err(unsupported!("{} runs a graph for each text", label(node)));
    }
    normalized(drawing, node, normal(one)?)
}

fn normalized(drawing: &mut Drawing, node: &NodeProto, normal: Normal) -> Result<(), FormatError> {
    let mut text = column(drawing, node)?;
    if text.cut.is_some() || text.normal != Normal::default() {
        return Err(unsupported!("{} is the second of two", label(node)));
    }
    text.normal = normal;
    drawing.set_value(node, 0, Value::Text(text))
}

/// What a `StringNormalizer` does.
fn normal(node: &NodeProto) -> Result<Normal, FormatError> {
    let known = [
        "case_change_action",
        "is_case_sensitive",
        "locale",
        "stopwords",
    ];
    let attributes = Attributes::new(node, &known)?;
    let letters = letters(node, attributes.text("locale")?)?;
    let lowercase = match attributes.text("case_change_action")? {
        None | Some("NONE") => Lowercase::No,
        Some("LOWER") => letters,
        Some(other) => {
            return Err(unsupported!(
                "{} has the case_change_action {other}; LOWER and NONE work",
                label(node)
            ));
        }
    };
    let by_case = attributes.int("is_case_sensitive")?.unwrap_or(0) != 0;
    let mut words = HashSet::new();
    for word in texts(attributes.bytes("stopwords")?)? {
        let sought = if by_case {
            (&*word).into()
        } else {
            lowercase.of(&word).into_boxed_str()
        };
        words.insert(sought);
    }
    if !by_case && !words.is_empty() && lowercase == Lowercase::No {
        return Err(unsupported!(
            "{} has stop words in any case, and keeps the case of the text",
            label(node)
        ));
    }
    Ok(Normal {
        lowercase,
        dropped: (!words.is_empty()).then(|| Arc::new(words)),
        by_case,
    })
}

/// The letters that a locale knows.
fn letters(node: &NodeProto, locale: Option<&str>) -> Result<Lowercase, FormatError> {
    match locale {
        Some("C" | "POSIX") => Ok(Lowercase::Ascii),
        None | Some("en_US" | "en-US" | "en_US.UTF-8" | "en_US.utf8" | "C.UTF-8" | "C.utf8") => {
            Ok(Lowercase::Unicode)
        }
        Some(other) => Err(unsupported!(
            "{} has the locale {other:?}; C, C.UTF-8 and en_US.UTF-8 work",
            label(node)
        )),
    }
}

/// The column of free text that a node reads.
fn column(drawing: &mut Drawing, node: &NodeProto) -> Result<FreeText, FormatError> {
    let name = node.input.first().map_or("", String::as_str);
    if let Some(Value::Text(text)) = drawing.value(name) {
        return Ok(text.clone());
    }
    let tensor = drawing.tensor(node, 0)?;
    let (&[Cell::Column(column)], true) = (&*tensor.cells, tensor.rows() == Some(0)) else {
        return Err(unsupported!(
            "{} reads what is no single column of text as a client sends it",
            label(node)
        ));
    };
    drawing.board.path = vec![label(node)];
    drawing.board.free_text(column)?;
    Ok(FreeText {
        column,
        normal: Normal::default(),
        cut: None,
    })
}

fn texts(strings: &Strings) -> Result<Vec<Rc<str>>, FormatError> {
    let text = |cell| match cell {
        Cell::Text(text) => Some(text),
        _ => None,
    };
    Ok(tensors::texts(strings.iter())?
        .into_iter()
        .filter_map(text)
        .collect())
}

/// `Tokenizer` of onnxruntime.
pub(super) fn tokenizer(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let known = ["mark", "mincharnum", "pad_value", "separators", "tokenexp"];
    let attributes = Attributes::new(node, &known)?;
    if attributes.int("mark")?.unwrap_or(0) != 0 {
        return Err(unsupported!(
            "{} marks where texts start and end, which this server does not do",
            label(node)
        ));
    }
    let least = usize::try_from(attributes.int("mincharnum")?.unwrap_or(1)).unwrap_or(0);
    let mut text = column(drawing, node)?;
    if least == 0 || text.cut.is_some() {
        return Err(corrupt!("{} makes no tokens of a text", label(node)));
    }
    let tokens = Tokens {
        cut: cut(node, &attributes)?,
        least,
    };
    text.cut = Some(tokens);
    drawing.set_value(node, 0, Value::Text(text))
}

/// More separators than anybody has: each goes over the whole text.
const MAX_SEPARATORS: usize = 256;

fn cut(node: &NodeProto, attributes: &Attributes<'_>) -> Result<Cut, FormatError> {
    let expression = |pattern: &str| {
        Longest::new(pattern).map_err(|error| {
            unsupported!(
                "the expression {:?} of {} {error}; convert with a `tokenexp` that this server runs",
                pattern.chars().take(80).collect::<String>(),
                label(node)
            )
        })
    };
    let separators = texts(attributes.bytes("separators")?)?;
    match (&separators[..], attributes.text("tokenexp")?) {
        ([one], _) if one.is_empty() => Ok(Cut::Characters),
        ([], Some(".")) => Ok(Cut::Characters),
        ([], Some(pattern)) if !pattern.is_empty() => Ok(Cut::Found(expression(pattern)?)),
        ([], _) => Err(corrupt!("{} has nothing to cut a text with", label(node))),
        (all, _) if all.len() > MAX_SEPARATORS => Err(unsupported!(
            "{} has more than {MAX_SEPARATORS} separators",
            label(node)
        )),
        (all, _) => {
            let separators: Result<_, _> = all.iter().map(|one| expression(one)).collect();
            Ok(Cut::Between(separators?))
        }
    }
}

/// `TfIdfVectorizer`, which skl2onnx only lets count.
pub(super) fn vectorizer(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let known = [
        "max_gram_length",
        "max_skip_count",
        "min_gram_length",
        "mode",
        "ngram_counts",
        "ngram_indexes",
        "pool_strings",
        "weights",
    ];
    let attributes = Attributes::new(node, &known)?;
    if attributes.text("mode")? != Some("TF") {
        return Err(unsupported!(
            "{} weighs what it counts, in which versions of onnxruntime differ; only the mode TF works",
            label(node)
        ));
    }
    let text = column(drawing, node)?;
    let Some(tokens) = text.cut else {
        return Err(unsupported!("{} counts whole texts", label(node)));
    };
    let pool = texts(attributes.bytes("pool_strings")?)?;
    let length = |name, least| length(node, &attributes, name, least);
    let lengths = (length("min_gram_length", 1)?, length("max_gram_length", 1)?);
    let skips = length("max_skip_count", 0)?;
    let indexes = attributes.ints("ngram_indexes")?.to_vec();
    let width = indexes.len();
    drawing.spend(width.saturating_add(pool.len()), node)?;
    let (tokens_by_text, runs) = runs(
        node,
        &pool,
        &attributes.ints("ngram_counts")?.to_vec(),
        &indexes,
    )?;
    let grams = ops::Grams {
        read: text.column,
        tokenizer: Arc::new(Tokenizer {
            normal: text.normal,
            cut: tokens.cut,
            least: tokens.least,
        }),
        tokens: Arc::new(tokens_by_text),
        runs: Arc::new(runs),
        lengths,
        skips,
        width,
    };
    let register = Register::sparse(Precision::F32);
    let counted = drawing.board.draw(grams, vec![register; width])?;
    let counted = Tensor::of_registers(Elem::Float, &counted);
    drawing.set(node, 0, counted)
}

fn length(
    node: &NodeProto,
    attributes: &Attributes<'_>,
    name: &str,
    least: i64,
) -> Result<usize, FormatError> {
    match attributes.int(name)? {
        Some(n) if (least..=MAX_RUN).contains(&n) => Ok(n as usize),
        other => Err(unsupported!(
            "{} has the {name} {}; {least} to {MAX_RUN} work",
            label(node),
            other.unwrap_or_default()
        )),
    }
}

/// The number of each token, and the place of each run of them.
type Runs = (HashMap<Box<str>, u32>, HashMap<Box<[u32]>, u32>);

/// The runs of a pool, which has those of one token first, then those of two, and so on: `starts` tells where each begins.
fn runs(
    node: &NodeProto,
    pool: &[Rc<str>],
    starts: &[i64],
    indexes: &[i64],
) -> Result<Runs, FormatError> {
    let misfit = || corrupt!("{} has a pool that does not fit its counts", label(node));
    let mut numbers: HashMap<Box<str>, u32> = HashMap::new();
    let mut runs = HashMap::with_capacity(indexes.len());
    let mut places = indexes.iter();
    for (at, length) in (0..starts.len()).zip(1..) {
        let start = usize::try_from(starts[at]).map_err(|_| misfit())?;
        let end = match starts.get(at + 1) {
            Some(end) => usize::try_from(*end).map_err(|_| misfit())?,
            None => pool.len(),
        };
        let part = pool.get(start..end).ok_or_else(misfit)?;
        if !part.len().is_multiple_of(length) {
            return Err(misfit());
        }
        for run in part.chunks_exact(length) {
            let mut number = |token: &Rc<str>| {
                let next = numbers.len() as u32;
                *numbers.entry((&**token).into()).or_insert(next)
            };
            let run: Box<[u32]> = run.iter().map(&mut number).collect();
            let place = places.next().and_then(|place| u32::try_from(*place).ok());
            let place = place.filter(|place| (*place as usize) < indexes.len());
            let place = place.ok_or_else(misfit)?;
            if runs.insert(run, place).is_some() {
                return Err(corrupt!("{} counts the same tokens twice", label(node)));
            }
        }
    }
    if places.next().is_some() || runs.is_empty() {
        return Err(misfit());
    }
    Ok((numbers, runs))
}
