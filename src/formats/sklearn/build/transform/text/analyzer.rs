//! How a vectorizer makes terms of a text.
//!
//! Source: `_VectorizerMixin.build_analyzer` in `sklearn/feature_extraction/text.py`.

use super::super::super::{FormatError, Part, corrupt, unsupported};
use crate::{
    formats::sklearn::{id::Id, record::Node},
    model::text::{Accents, Analyzer, Pattern, Units},
};
use std::{collections::HashSet, sync::Arc};

/// The words of `stop_words="english"`, the same in every version.
const ENGLISH: &str = include_str!("english.txt");
/// More units in a row than anybody asks for, and than a text should be cut into.
const MAX_RUN: usize = 64;

pub(super) fn analyzer(part: Part<'_>) -> Result<Analyzer, FormatError> {
    match part.text("input") {
        None | Some("content") => {}
        Some(input) => {
            return Err(unsupported!(
                "the {} reads its texts from elsewhere (input={input:?}); fit it with input=\"content\"",
                part.class
            ));
        }
    }
    let units = units(part)?;
    if matches!(units, Units::Split) {
        return Ok(Analyzer {
            lowercase: false,
            accents: Accents::Kept,
            units,
            runs: (1, 1),
        });
    }
    let (lowercase, accents) = prepared(part)?;
    Ok(Analyzer {
        lowercase,
        accents,
        units,
        runs: runs(part)?,
    })
}

/// What is done to a text first: to lower case, without accents.
fn prepared(part: Part<'_>) -> Result<(bool, Accents), FormatError> {
    if let Some(preprocessor) = part.get("preprocessor") {
        return match method_of_str(part, preprocessor) {
            Some("lower") => Ok((true, Accents::Kept)),
            _ => Err(own(part, "preprocessor", preprocessor)),
        };
    }
    let accents = match part.get("strip_accents") {
        None => Accents::Kept,
        Some(id) => match part.arena.text(id) {
            Some("ascii") => Accents::Ascii,
            Some("unicode") => Accents::Unicode,
            _ => match part.arena.global(id) {
                Some(("sklearn.feature_extraction.text", "strip_accents_ascii")) => Accents::Ascii,
                Some(("sklearn.feature_extraction.text", "strip_accents_unicode")) => {
                    Accents::Unicode
                }
                _ => return Err(own(part, "strip_accents", id)),
            },
        },
    };
    Ok((part.flag("lowercase"), accents))
}

fn units(part: Part<'_>) -> Result<Units, FormatError> {
    let analyzer = part.attribute("analyzer")?;
    match part.arena.text(analyzer) {
        Some("word") => Ok(Units::Words {
            pattern: pattern(part)?,
            stop_words: stop_words(part)?,
        }),
        Some("char") => Ok(Units::Characters),
        Some("char_wb") => Ok(Units::CharactersInWords),
        None if method_of_str(part, analyzer) == Some("split") => Ok(Units::Split),
        _ => Err(own(part, "analyzer", analyzer)),
    }
}

fn pattern(part: Part<'_>) -> Result<Pattern, FormatError> {
    if let Some(tokenizer) = part.get("tokenizer") {
        return match method_of_str(part, tokenizer) {
            Some("split") => Ok(Pattern::split()),
            _ => Err(own(part, "tokenizer", tokenizer)),
        };
    }
    let id = part.attribute("token_pattern")?;
    let Some(pattern) = part.arena.text(id) else {
        return Err(own(part, "token_pattern", id));
    };
    Pattern::new(pattern).map_err(|error| {
        unsupported!(
            "the token_pattern {:?} of the {} {error}; fit it with one that this server runs",
            pattern.chars().take(80).collect::<String>(),
            part.class
        )
    })
}

fn stop_words(part: Part<'_>) -> Result<Option<Arc<HashSet<Box<str>>>>, FormatError> {
    let Some(id) = part.get("stop_words") else {
        return Ok(None);
    };
    let words = match part.arena.text(id) {
        Some("english") => ENGLISH.split_ascii_whitespace().map(Box::from).collect(),
        Some(other) => {
            return Err(corrupt!("the {} has the stop words {other:?}", part.class));
        }
        None => {
            let Some(items) = part.arena.items(id) else {
                return Err(own(part, "stop_words", id));
            };
            // What is no text equals no word.
            let texts = items.iter().filter_map(|item| part.arena.text(*item));
            texts.map(Box::from).collect()
        }
    };
    Ok(Some(Arc::new(words)))
}

fn runs(part: Part<'_>) -> Result<(usize, usize), FormatError> {
    let id = part.attribute("ngram_range")?;
    let bound = |id: &Id| match part.arena.node(*id) {
        Node::Int(bound) => usize::try_from(*bound).ok(),
        _ => super::numpy::number(part.arena, *id).map(|bound| bound as usize),
    };
    let bounds: Option<Vec<usize>> = part
        .arena
        .items(id)
        .unwrap_or_default()
        .iter()
        .map(bound)
        .collect();
    match bounds.as_deref() {
        Some(&[least, most]) if (1..=most).contains(&least) && most <= MAX_RUN => Ok((least, most)),
        Some(&[least, most]) => Err(unsupported!(
            "the {} has the ngram_range ({least}, {most}); this server takes from 1 to {MAX_RUN}",
            part.class
        )),
        _ => Err(corrupt!("the {} has no ngram_range", part.class)),
    }
}

/// The method of Python's `str` that a function is.
fn method_of_str(part: Part<'_>, id: Id) -> Option<&str> {
    let arena = part.arena;
    if arena.class(id) != Some(("builtins", "getattr")) {
        return None;
    }
    let &[class, name] = arena.items(arena.object(id)?.args)? else {
        return None;
    };
    (arena.global(class) == Some(("builtins", "str"))).then(|| arena.text(name))?
}

/// The refusal of a function of the model's author.
fn own(part: Part<'_>, parameter: &str, id: Id) -> FormatError {
    unsupported!(
        "the {parameter} of the {} is {}, which this server does not know and will not run; prepare the texts in the client, and fit \
         the vectorizer without it",
        part.class,
        part.arena.kind(id)
    )
}
