//! Categorical features of histogram boosting.
//!
//! Source: `_preprocess_X` in `gradient_boosting.py` (since 1.4 an `OrdinalEncoder` numbers the categories and their columns come
//! first), `make_known_categories_bitsets` in `binning.py`, and the walk in `_predictor.pyx`: a category that the fit did not see
//! counts as missing.

use super::{super::numpy, Part, corrupt, unsupported};
use crate::{formats::FormatError, model::CategorySet};

/// Larger categories would make the sets of bits too large.
const MAX_CATEGORY: f64 = 4095.0;

/// How the features of the nodes relate to the columns of a row.
#[derive(Debug, Default)]
pub(super) struct Categories {
    /// The column of every feature, where the fit has moved the columns.
    columns: Vec<u32>,
    /// For every column the categories that the fit saw, by their number in the sets; empty where a column has none.
    known: Vec<Vec<(u32, u32)>>,
    /// Whether a fraction is a category that the fit did not see, rather than the category below it.
    whole_only: bool,
    /// Whether the nodes get the places of the categories, because [`encoded`] stands before them.
    coded: bool,
}

/// What stands before the nodes: the columns as the nodes number them.
pub(super) struct Encoded<'d> {
    pub(super) encoder: Part<'d>,
    /// The places of the columns that are encoded, which come first, and of the others.
    pub(super) categorical: Vec<usize>,
    pub(super) rest: Vec<usize>,
}

/// What stands before the nodes, if the categories are not all integers from 0 on.
pub(super) fn encoded(part: Part<'_>) -> Result<Option<Encoded<'_>>, FormatError> {
    if part.get("_preprocessor").is_none() || part.get("is_categorical_").is_none() {
        return Ok(None);
    }
    let encoder = encoder(&part)?;
    let seen = encoder.attribute("categories_")?;
    let seen = part.arena.items(seen).unwrap_or_default();
    let plain = |id: &super::Id| {
        let floats = floats(&part, *id, 0).ok()?;
        numbered(&floats, 0, true).ok()
    };
    if seen.iter().all(|id| plain(id).is_some()) {
        return Ok(None);
    }
    let mask = part.array("is_categorical_")?;
    let flags = mask.numbers()?;
    let (categorical, rest) = (0..mask.len()).partition(|i| flags.int(*i) != 0);
    Ok(Some(Encoded {
        encoder,
        categorical,
        rest,
    }))
}

impl Categories {
    pub(super) fn new(part: Part<'_>, features: usize) -> Result<Self, FormatError> {
        if part.get("is_categorical_").is_none() {
            return Ok(Self::default());
        }
        let mask = part.array("is_categorical_")?;
        if mask.len() != features {
            return Err(corrupt!(
                "the {} has categories of {} features",
                part.class,
                mask.len()
            ));
        }
        let mask = mask.numbers()?;
        let (categorical, rest): (Vec<usize>, Vec<usize>) =
            (0..features).partition(|i| mask.int(*i) != 0);
        let mut categories = Self {
            columns: Vec::new(),
            known: vec![Vec::new(); features],
            whole_only: false,
            coded: false,
        };
        if encoded(part)?.is_some() {
            categories.coded = true;
            return Ok(categories);
        }
        if part.get("_preprocessor").is_none() {
            let bins = part.part("_bin_mapper")?.attribute("bin_thresholds_")?;
            for column in categorical {
                let seen = part.arena.items(bins).and_then(|b| b.get(column));
                let seen = seen.ok_or_else(|| corrupt!("column {column} has no categories"))?;
                let seen = floats(&part, *seen, column)?;
                categories.known[column] = numbered(&seen, column, false)?;
            }
            return Ok(categories);
        }
        categories.whole_only = true;
        let seen = encoder(&part)?.attribute("categories_")?;
        let seen = part.arena.items(seen).unwrap_or_default();
        if seen.len() != categorical.len() {
            return Err(corrupt!("the encoder knows {} columns", seen.len()));
        }
        for (seen, column) in seen.iter().zip(&categorical) {
            let seen = floats(&part, *seen, *column)?;
            categories.known[*column] = numbered(&seen, *column, true)?;
        }
        categories.columns = categorical.iter().chain(&rest).map(|c| *c as u32).collect();
        Ok(categories)
    }

    /// The column of a node's feature. One that is out of range stays so, and is refused with the tree.
    pub(super) fn feature(&self, feature: u32) -> u32 {
        let moved = self.columns.get(feature as usize);
        moved.copied().unwrap_or(feature)
    }

    /// The categories that take the left child: those of the set, and where missing values go left the unknown ones.
    pub(super) fn set(
        &self,
        tree: &Part<'_>,
        column: u32,
        number: u32,
        missing_left: bool,
    ) -> Result<CategorySet, FormatError> {
        let bits = tree.array("raw_left_cat_bitsets")?;
        let words = bits.numbers()?;
        let known = self
            .known
            .get(column as usize)
            .map_or(&[][..], Vec::as_slice);
        let there = bits.shape.get(1) == Some(&8) && (number as usize) < bits.shape[0];
        if there && self.coded {
            let word = |i: usize| words.int(number as usize * 8 + i) as u32;
            return Ok(CategorySet {
                words: (0..8).map(word).collect(),
                beyond_yes: missing_left,
                negative_yes: missing_left,
                fraction_yes: missing_left,
                ..CategorySet::default()
            });
        }
        if !there || known.is_empty() {
            return Err(corrupt!(
                "a split by category names set {number}, which is not there"
            ));
        }
        let largest = known
            .iter()
            .map(|(category, _)| *category)
            .max()
            .unwrap_or(0);
        let mut set = CategorySet {
            words: vec![if missing_left { u32::MAX } else { 0 }; largest as usize / 32 + 1],
            negative_yes: missing_left,
            fraction_yes: missing_left,
            beyond_yes: missing_left,
            whole: self.whole_only,
            // Without the encoder a number is cast to a byte, which wraps.
            low_byte: !self.whole_only,
        };
        for &(category, code) in known {
            let word = words.int(number as usize * 8 + code as usize / 32);
            let place = &mut set.words[category as usize / 32];
            let bit = 1 << (category % 32);
            if word >> (code % 32) & 1 == 1 {
                *place |= bit;
            } else {
                *place &= !bit;
            }
        }
        Ok(set)
    }
}

/// The encoder of the categorical columns, in the model's column transformer.
fn encoder<'d>(part: &Part<'d>) -> Result<Part<'d>, FormatError> {
    let arena = part.arena;
    let transformer = part.part("_preprocessor")?;
    let steps = transformer.attribute("transformers_")?;
    let step = |id: &super::Id| {
        let &[name, object, ..] = arena.items(*id)? else {
            return None;
        };
        (arena.text(name) == Some("encoder")).then(|| Part::new(arena, object))?
    };
    let encoder = arena.items(steps).unwrap_or_default().iter().find_map(step);
    encoder.ok_or_else(|| corrupt!("the {} has no encoder of its categories", part.class))
}

fn floats(part: &Part<'_>, id: super::Id, column: usize) -> Result<Vec<f64>, FormatError> {
    let array = numpy::array(part.arena, id)?;
    let array = array.ok_or_else(|| corrupt!("the categories of column {column} are no array"))?;
    if let Some(objects) = array.objects() {
        let numbers: Option<Vec<f64>> = objects
            .iter()
            .map(|id| numpy::number(part.arena, *id))
            .collect();
        return numbers.ok_or_else(|| text_categories(column));
    }
    if !array.dtype.scalar.is_number() {
        return Err(text_categories(column));
    }
    array.floats()
}

fn text_categories(column: usize) -> FormatError {
    unsupported!(
        "column {column} has categories that are text; rows are numbers here: encode them as integers from 0 on before the \
         model"
    )
}

/// Categories with their numbers in the sets: themselves, or since 1.4 their place.
fn numbered(seen: &[f64], column: usize, places: bool) -> Result<Vec<(u32, u32)>, FormatError> {
    let seen: Vec<f64> = seen.iter().copied().filter(|c| !c.is_nan()).collect();
    let mut known = Vec::with_capacity(seen.len());
    for (place, category) in seen.iter().enumerate() {
        if category.fract() != 0.0 || !(0.0..=MAX_CATEGORY).contains(category) {
            return Err(unsupported!(
                "column {column} has the category {category}; integers from 0 to {MAX_CATEGORY} work: encode it before the model"
            ));
        }
        let code = if places {
            place as u32
        } else {
            *category as u32
        };
        if code >= 256 {
            return Err(corrupt!("column {column} has more than 256 categories"));
        }
        known.push((*category as u32, code));
    }
    Ok(known)
}
