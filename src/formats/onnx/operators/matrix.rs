//! Products with matrices of the graph.

use super::{
    Attributes, Cell, Dim, Drawing, Elem, FormatError, NodeProto, Tensor, cells_of, label, pair,
    unsupported,
};
use crate::{
    formats::program::Register,
    input::Precision,
    model::ops::{self, Binary},
};

/// `MatMul`.
pub(super) fn matmul(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let (a, b) = (drawing.tensor(node, 0)?, drawing.tensor(node, 1)?);
    let product = product(drawing, node, &a, &b)?;
    drawing.set(node, 0, product)
}

/// `Gemm`: `alpha · A · B + beta · C`.
pub(super) fn gemm(drawing: &mut Drawing, node: &NodeProto) -> Result<(), FormatError> {
    let attributes = Attributes::new(node, &["alpha", "beta", "transA", "transB"])?;
    let (mut a, mut b) = (drawing.tensor(node, 0)?, drawing.tensor(node, 1)?);
    if attributes.int("transA")?.unwrap_or(0) != 0 {
        a = turned(drawing, node, &a)?;
    }
    if attributes.int("transB")?.unwrap_or(0) != 0 {
        b = turned(drawing, node, &b)?;
    }
    let mut result = product(drawing, node, &a, &b)?;
    let number = |x: f64, elem| Tensor::new(elem, Vec::new(), vec![Cell::Number(x)]);
    if let Some(alpha) = attributes
        .float("alpha")?
        .filter(|alpha| alpha.total_cmp(&1.0).is_ne())
    {
        result = pair::pair(
            drawing,
            node,
            Binary::Mul,
            &result,
            &number(alpha, result.elem),
        )?;
    }
    if let Some(mut c) = drawing.optional(node, 2)? {
        if let Some(beta) = attributes
            .float("beta")?
            .filter(|beta| beta.total_cmp(&1.0).is_ne())
        {
            c = pair::pair(drawing, node, Binary::Mul, &c, &number(beta, c.elem))?;
        }
        result = pair::pair(drawing, node, Binary::Add, &result, &c)?;
    }
    drawing.set(node, 0, result)
}

/// The product of two tensors, one of which is a matrix that is the same for every row.
fn product(
    drawing: &mut Drawing,
    node: &NodeProto,
    a: &Tensor,
    b: &Tensor,
) -> Result<Tensor, FormatError> {
    if a.rows().is_none() && b.rows().is_some() && a.dims.len() == 2 && b.dims.len() == 2 {
        // The other way round: (BᵀAᵀ)ᵀ.
        let (a, b) = (turned(drawing, node, a)?, turned(drawing, node, b)?);
        let product = product(drawing, node, &b, &a)?;
        return turned(drawing, node, &product);
    }
    let refused = || {
        unsupported!(
            "{} multiplies what this server cannot: one of two has to be a matrix of the graph, with as many rows as the other has columns",
            label(node)
        )
    };
    let (Some(matrix), [Dim::Fixed(inner), rest @ ..]) = (b.numbers(), b.dims.as_slice()) else {
        return Err(refused());
    };
    let (Some(Dim::Fixed(last)), true) = (a.dims.last(), rest.len() <= 1 && a.elem == b.elem)
    else {
        return Err(refused());
    };
    if last != inner || a.elem == Elem::Text {
        return Err(refused());
    }
    let width = cells_of(rest);
    let mut dims = a.dims[..a.dims.len() - 1].to_vec();
    dims.extend_from_slice(rest);
    drawing.spend(cells_of(&dims), node)?;
    drawing.spend(a.cells.len().saturating_mul(width), node)?;
    let weights: Vec<f64> = (0..width)
        .flat_map(|j| matrix.iter().skip(j).step_by(width.max(1)).copied())
        .collect();
    let mut cells = Vec::with_capacity(cells_of(&dims));
    for row in a.cells.chunks_exact((*inner).max(1)) {
        let reads = drawing.registers(node, row)?;
        drawing.board.numbers(&reads)?;
        drawing.board.refuse_missing(&reads);
        let (weights, intercept) = (weights.clone(), vec![0.0; width]);
        let drawn = if a.elem == Elem::Float {
            let known = vec![Register::rounded(Precision::F32).partial(); width];
            drawing.board.draw(
                ops::Dot {
                    reads,
                    weights,
                    intercept,
                },
                known,
            )?
        } else {
            let known = vec![Register::number().partial(); width];
            drawing.board.draw(
                ops::Linear {
                    reads,
                    weights,
                    intercept,
                },
                known,
            )?
        };
        cells.extend(drawn.into_iter().map(Cell::Register));
    }
    Ok(Tensor::new(a.elem, dims, cells))
}

/// A matrix with its axes in the other order.
fn turned(drawing: &mut Drawing, node: &NodeProto, tensor: &Tensor) -> Result<Tensor, FormatError> {
    let [rows, columns] = tensor.dims[..] else {
        return Err(unsupported!("{} turns what is no matrix", label(node)));
    };
    drawing.spend(tensor.cells.len(), node)?;
    let n = columns.per_row();
    let cells: Vec<_> = (0..n)
        .flat_map(|j| tensor.cells.iter().skip(j).step_by(n.max(1)).cloned())
        .collect();
    Ok(tensor.alike(vec![columns, rows], cells))
}
