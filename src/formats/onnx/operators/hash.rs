//! `MurmurHash3` of onnxruntime, which skl2onnx writes for a `FeatureHasher`.

use super::{Attributes, Cell, Drawing, Elem, FormatError, NodeProto, Tensor, label, unsupported};
use crate::{formats::program::Register, model::ops::Hash};

/// `MurmurHash3` of texts.
pub(super) fn murmur3(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["positive", "seed"])?;
    let unsigned = attributes.int("positive")?.unwrap_or(1) != 0;
    let tensor = drawing.tensor(node, 0)?;
    if attributes.int("seed")?.unwrap_or(0) != 0 || tensor.elem != Elem::Text {
        return Err(unsupported!(
            "{} hashes no texts, or with a seed; texts without one work",
            label(node)
        ));
    }
    let known = |cell: &Cell| match cell {
        Cell::Text(text) => Some(Cell::Number(Hash::of(text, unsigned))),
        _ => None,
    };
    let mut cells = Vec::with_capacity(tensor.cells.len());
    for cell in tensor.cells.iter() {
        let hash = match cell {
            Cell::Column(read) => {
                drawing.board.path = vec![label(node)];
                drawing.board.free_text(*read)?;
                let hash = Hash {
                    read: *read,
                    unsigned,
                };
                let drawn = drawing.board.draw(hash, [Register::number()])?;
                Some(Cell::Register(drawn[0]))
            }
            Cell::OneOf(place, list) => {
                drawing.spend(list.len(), node)?;
                let hashes: Option<Vec<_>> = list.iter().map(known).collect();
                hashes.map(|hashes| Cell::OneOf(*place, hashes.into()))
            }
            cell => known(cell),
        };
        cells.push(hash.ok_or_else(|| {
            unsupported!("{} hashes texts that were changed before", label(node))
        })?);
    }
    drawing.set(node, 0, Tensor::new(Elem::Integer, tensor.dims, cells))
}
