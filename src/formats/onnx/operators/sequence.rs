//! Sequences of tensors, such as the probabilities of several targets.

use super::{Drawing, FormatError, NodeProto, Value, corrupt, label, node::whole, unsupported};

/// `SequenceConstruct`.
pub(super) fn construct(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let tensors = drawing.tensors(node)?;
    drawing.set_value(node, 0, Value::Sequence(tensors.into()))
}

/// `SequenceAt`.
pub(super) fn at(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let Some(Value::Sequence(tensors)) = drawing.input(node, 0)?.cloned() else {
        return Err(unsupported!(
            "{} reads a sequence that this server does not know",
            label(node)
        ));
    };
    let position = whole(node, &drawing.tensor(node, 1)?)?;
    let &[position] = &*position else {
        return Err(corrupt!("{} has not one position", label(node)));
    };
    // A negative position counts from the end.
    let from_start = if position < 0 {
        position + tensors.len() as i64
    } else {
        position
    };
    let tensor = usize::try_from(from_start).ok();
    let tensor = tensor.and_then(|i| tensors.get(i)).ok_or_else(|| {
        corrupt!(
            "{} takes the tensor {position} of a sequence of {}",
            label(node),
            tensors.len()
        )
    })?;
    drawing.set(node, 0, tensor.clone())
}
