//! `ZipMap`: a map from classes to scores for each row, which changes no number.

use super::{Attributes, Drawing, FormatError, NodeProto, Value, corrupt, label, labels, linear};

/// Reads a `ZipMap`.
pub(super) fn zip_map(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["classlabels_int64s", "classlabels_strings"])?;
    let scores = linear::rows(node, &drawing.tensor(node, 0)?)?;
    let (_, names) = linear::cells(&labels::labels(&attributes)?);
    if names.len() != scores.cells.len() {
        return Err(corrupt!(
            "{} has {} classes for {} scores",
            label(node),
            names.len(),
            scores.cells.len()
        ));
    }
    drawing.set_value(node, 0, Value::Zipped(names.into(), scores))
}
