//! The columns that a model was fitted on: how many, and their names where they had names.

use super::{
    Id, Part, catboost, compose, corrupt, dicts, estimate, names::feature_names, reader::MAX_PARTS,
    transform::reads_text, unsupported,
};
use crate::{
    formats::{FormatError, Parsed, Takes, coded::Coded},
    input::Schema,
};

/// What the parts of a model say of its columns.
#[derive(Debug, Default)]
pub(super) struct Origin {
    names: Option<Vec<String>>,
    width: Option<usize>,
    /// How many parts have been asked.
    asked: usize,
    /// The booster that had to be read for its columns, which takes as long as all the rest.
    pub(super) booster: Option<(Id, Parsed<Coded>)>,
    /// Whether the only column is a text that nobody has named.
    text: bool,
}

/// The name of a text that a signature does not name either.
pub(super) const TEXT: &str = "text";

/// The name of a text column: that of the signature, where there is one.
fn text_name(told: Option<&Schema>) -> String {
    let column = told
        .filter(|told| told.named)
        .and_then(|told| told.columns.first());
    column.map_or_else(|| TEXT.to_owned(), |column| column.name.clone())
}

/// Deeper than this nobody nests, and no model has as many parts before one that has seen the rows.
const MAX_DEPTH: usize = 16;

/// What `root` says of its columns, or the first part inside it that says something.
pub(super) fn of(root: Part<'_>) -> Result<Origin, FormatError> {
    let mut origin = Origin::default();
    origin.ask(root, 0)?;
    Ok(origin)
}

impl Origin {
    /// Asks a part, and then the ones inside it that get its rows.
    fn ask(&mut self, part: Part<'_>, depth: usize) -> Result<(), FormatError> {
        let counts = ["n_features_in_", "n_features_", "_n_features", "_dim"];
        let count = counts.iter().find(|name| part.get(name).is_some());
        if self.width.is_none() && reads_text(part) {
            self.width = Some(1);
            self.text = true;
        } else if let (None, Some(count)) = (self.width, count) {
            self.width = Some(part.count(count)?);
        } else if let (None, Some(categories)) = (self.width, part.get("categories_")) {
            self.width = part.arena.items(categories).map(<[_]>::len);
        } else if self.width.is_none() && part.get("coef_").is_some() {
            // In 0.24 some linear models had not counted them.
            let weights = part.array("coef_").ok();
            self.width = weights.and_then(|weights| weights.shape.last().copied());
        } else if self.width.is_none()
            && part.package() == "xgboost"
            && let Some(booster) = estimate::booster(part)?
        {
            self.width = Some(booster.ir.forest.schema.len());
            self.booster = Some((part.id, booster));
        }
        if let Some(takes) = catboost::columns(part)? {
            self.width = self.width.or(takes.width);
            self.names = self.names.take().or(takes.names);
        }
        if let (None, Some(names)) = (&self.names, dicts::names(part)?) {
            self.width = Some(names.len());
            self.names = Some(names);
        }
        if self.names.is_none() {
            self.names = feature_names(part).transpose()?;
        }
        for inside in compose::with_its_rows(part)? {
            let known = self.width.is_some() && self.names.is_some();
            // Of few objects that hold each other a file can make any number.
            if depth >= MAX_DEPTH || known || self.asked >= MAX_PARTS {
                break;
            }
            self.asked += 1;
            self.ask(inside, depth + 1)?;
        }
        Ok(())
    }
}

/// The scikit-learn that fitted the model, as the outermost part that tells says.
pub(super) fn version(root: Part<'_>) -> Option<&str> {
    let mut part = Some(root);
    for _ in 0..MAX_DEPTH {
        let at = part?;
        if let Some(version) = at.version_text() {
            return Some(version);
        }
        part = compose::with_its_rows(at).ok()?.first().copied();
    }
    None
}

impl Origin {
    /// The columns of a booster, which is the whole model.
    pub(super) fn of_booster(id: Id, booster: Parsed<Coded>) -> Self {
        let Takes { names, width } = Takes::of(&booster.ir.forest.schema);
        Self {
            asked: 0,
            names,
            width,
            booster: Some((id, booster)),
            text: false,
        }
    }

    /// The same, for what stands beside other files.
    pub(super) fn takes(&self) -> Takes {
        Takes {
            names: self.names.clone(),
            width: self.width.or(self.names.as_ref().map(Vec::len)),
        }
    }

    /// How many columns a row has.
    pub(super) fn width(
        &self,
        root: Part<'_>,
        told: Option<&Schema>,
    ) -> Result<usize, FormatError> {
        let width = self.width.or(self.names.as_ref().map(Vec::len));
        let Some(width) = width.or(told.map(Schema::len)) else {
            return Err(unsupported!(
                "the {} does not say how many columns it takes: fit it, and if it is fitted, log it with a signature",
                root.class
            ));
        };
        if width > crate::formats::MAX_FEATURES {
            return Err(corrupt!("the model takes {width} columns"));
        }
        Ok(width)
    }

    /// The names, if they are those of all columns. What a vectorizer alone reads is called `text`.
    pub(super) fn names(self, width: usize, told: Option<&Schema>) -> Option<Vec<String>> {
        let text = || (self.text && width == 1).then(|| vec![text_name(told)]);
        self.names
            .filter(|names| names.len() == width)
            .or_else(text)
    }
}
