//! The names of the classes.

use std::collections::HashMap;

use super::{attributes::Attributes, corrupt};
use crate::{formats::FormatError, model::Labels};

/// The class labels of a classifier or a `ZipMap`.
pub(super) fn labels(attributes: &Attributes<'_>) -> Result<Labels, FormatError> {
    labels_of(attributes, "classlabels_int64s")
}

/// The same, where the attribute with the integers has another name.
pub(super) fn labels_of(
    attributes: &Attributes<'_>,
    integers: &str,
) -> Result<Labels, FormatError> {
    let integers = attributes.ints(integers)?;
    let strings = attributes.bytes("classlabels_strings")?;
    if integers.is_empty() == strings.is_empty() {
        return Err(corrupt!(
            "the class labels must be either integers or strings: there are {} and {}",
            integers.len(),
            strings.len()
        ));
    }
    let labels = if strings.is_empty() {
        Labels::Integers(integers.to_vec())
    } else {
        let text = |bytes: &[u8]| {
            String::from_utf8(bytes.to_vec()).map_err(|_| corrupt!("a class label is not UTF-8"))
        };
        Labels::Strings(strings.iter().map(text).collect::<Result<_, _>>()?)
    };
    distinct(labels)
}

fn distinct(labels: Labels) -> Result<Labels, FormatError> {
    if labels.distinct() != labels.len() {
        return Err(corrupt!("two classes have the same label"));
    }
    Ok(labels)
}

/// The names that a `LabelEncoder` has for `labels`, if it has one for each.
pub(super) fn renamed(
    attributes: &Attributes<'_>,
    labels: &[i64],
) -> Result<Option<Labels>, FormatError> {
    let keys = attributes.ints("keys_int64s")?;
    let integers = attributes.ints("values_int64s")?;
    let strings = attributes.bytes("values_strings")?;
    let places: HashMap<i64, usize> = keys.iter().zip(0..).collect();
    let place = |label| places.get(label).copied();
    let named: Option<Labels> = if strings.is_empty() {
        let name = |label| integers.get(place(label)?);
        let names: Option<_> = labels.iter().map(name).collect();
        names.map(Labels::Integers)
    } else {
        let name = |label| String::from_utf8(strings.get(place(label)?)?.to_vec()).ok();
        let names: Option<_> = labels.iter().map(name).collect();
        names.map(Labels::Strings)
    };
    named.map(distinct).transpose()
}
