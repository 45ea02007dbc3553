//! Tree ensembles over registers.

use super::{
    super::{ensemble, ensemble_v5},
    Dim, Drawing, Elem, Features, FormatError, Meaning, NodeProto, Tensor, label, linear,
    unsupported,
};
use crate::{
    formats::program::Register,
    input::Precision,
    model::{ForestModel, Output, Reg, ops},
};

/// `TreeEnsembleClassifier`.
pub(super) fn classifier(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let (raw, output, _) = scores(drawing, node)?;
    let Some(labels) = output.labels().cloned() else {
        return Err(unsupported!("{} has no classes", label(node)));
    };
    let decided = linear::decided(drawing, raw, output, labels.len())?;
    linear::classes(drawing, node, &labels, &decided, Meaning::Shares)
}

/// `TreeEnsembleRegressor`, and `TreeEnsemble` of version 5.
pub(super) fn regressor(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let (reads, output, precision) = scores(drawing, node)?;
    let width = reads.len();
    let elem = if precision == Precision::F32 {
        Elem::Float
    } else {
        Elem::Double
    };
    let known = vec![Register::rounded(precision).partial(); width];
    let decided = drawing.board.draw(
        ops::Decide {
            reads,
            output,
            precision,
        },
        known,
    )?;
    drawing.set(node, 0, Tensor::of_registers(elem, &decided))
}

/// The raw scores of the trees, and what they mean.
fn scores(
    drawing: &mut Drawing,
    node: &NodeProto,
) -> Result<(Vec<Reg>, Output, Precision), FormatError> {
    let tensor = linear::rows(node, &drawing.tensor(node, 0)?)?;
    let reads = drawing.registers(node, &tensor.cells)?;
    let features = Features::computed(tensor.cells.len(), tensor.elem);
    let model: ForestModel = if node.op_type == "TreeEnsemble" {
        ensemble_v5::read(node, &features, drawing.size)?
    } else {
        ensemble::read(node, &features, drawing.size)?
    };
    debug_assert!(matches!(tensor.dims[..], [Dim::Rows(1), Dim::Fixed(_)]));
    drawing.board.path = vec![label(node)];
    drawing.board.features(&reads, &model.forest)?;
    let width = model.forest.width;
    let (scores, _, output, precision) = model.apart(Some(reads));
    let known = vec![Register::number().partial(); width];
    Ok((drawing.board.draw(scores, known)?, output, precision))
}
