//! Numbers as the values of B-splines.
//!
//! Source: `SplineTransformer` in `sklearn/preprocessing/_polynomial.py`, versions 1.0 to 1.9. How its file holds the knots is scipy's
//! matter, and has changed twice.

use super::{FormatError, Id, Node, Part, Reader, Reg, Register, corrupt, numpy, unsupported};
use crate::{
    input::Precision,
    model::ops::{Basis, Outside, Spline},
};

impl Reader {
    pub(super) fn splines(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        self.board.numbers(reads)?;
        let missing_is_zero = part.text("handle_missing") == Some("zeros");
        if !missing_is_zero {
            self.board.refuse_missing(reads);
        }
        let sparse = part.flag("sparse_output");
        let splines = part.arena.items(part.attribute("bsplines_")?);
        let splines = splines.unwrap_or_default();
        if splines.len() != reads.len() {
            return Err(corrupt!(
                "the SplineTransformer was fitted on {} columns, and gets {}",
                splines.len(),
                reads.len()
            ));
        }
        let precision = if sparse {
            Precision::F64
        } else {
            self.board.precision(reads)
        };
        let mut edges = Edges::new(part, sparse)?;
        let mut result = Vec::new();
        for (read, spline) in reads.iter().zip(splines) {
            let basis = edges.basis(*spline)?;
            let count = edges.count(&basis)?;
            let kept = count - usize::from(!part.flag("include_bias"));
            let outside = edges.outside(&basis, count)?;
            let register = Register::rounded(precision);
            let fails = match &outside {
                Outside::Nothing => true,
                Outside::Lines { above, .. } => above[0][0].is_nan(),
                Outside::Continued | Outside::Periodic => false,
            };
            let register = if fails { register.partial() } else { register };
            let spline = Spline {
                read: *read,
                basis,
                count,
                kept,
                outside,
                missing_is_zero,
                precision,
            };
            let drawn = self.board.draw(spline, vec![register; kept])?;
            // Beyond its knots a number is an error.
            self.board.refuse_missing(&drawn);
            result.extend(drawn);
        }
        self.sparse = sparse;
        Ok(result)
    }
}

/// What splines are beyond their knots, column by column.
struct Edges<'d> {
    part: Part<'d>,
    sparse: bool,
    degree: usize,
    /// The degree as scikit-learn's loop over the columns has it: with straight lines, columns after the first one of splines of degree 0
    /// or 1 are taken for those of a higher degree.
    reached: usize,
    extrapolation: &'d str,
}

impl<'d> Edges<'d> {
    fn new(part: Part<'d>, sparse: bool) -> Result<Self, FormatError> {
        let degree = part.count("degree")?;
        let extrapolation = part.text("extrapolation").unwrap_or_default();
        if sparse && degree == 0 && extrapolation == "periodic" {
            return Err(unsupported!(
                "the SplineTransformer makes periodic splines of degree 0 in a sparse matrix, which scikit-learn does not; fit it with \
                 sparse_output=False"
            ));
        }
        Ok(Self {
            part,
            sparse,
            degree,
            reached: degree,
            extrapolation,
        })
    }

    /// The knots of a `scipy.interpolate.BSpline`.
    fn basis(&self, spline: Id) -> Result<Basis, FormatError> {
        let arena = self.part.arena;
        let wrong = || corrupt!("the SplineTransformer holds {}", arena.kind(spline));
        let state = |id: Id| match arena.class(id) {
            Some((module, "BSpline" | "_BSpline")) if module.starts_with("scipy.interpolate") => {
                Ok(arena.object(id).ok_or_else(wrong)?.state)
            }
            _ => Err(wrong()),
        };
        let mut held = state(spline)?;
        // Since scipy 1.18 another object has the numbers.
        if let Node::Tuple(pair) = arena.node(held) {
            held = state(*pair.first().ok_or_else(wrong)?)?;
        }
        let knots = arena.get(held, "t").or_else(|| arena.get(held, "_t"));
        let knots = knots.map(|id| numpy::array(arena, id)).transpose()?;
        let knots = knots.flatten().ok_or_else(wrong)?.floats()?;
        Basis::new(knots, self.degree).map_err(|error| corrupt!("the SplineTransformer: {error}"))
    }

    /// How many splines are different.
    fn count(&self, basis: &Basis) -> Result<usize, FormatError> {
        let again = if self.extrapolation == "periodic" {
            self.degree
        } else {
            0
        };
        let count = basis.len().checked_sub(again).filter(|count| *count > 0);
        count.ok_or_else(|| corrupt!("the SplineTransformer has too few knots for its degree"))
    }

    fn outside(&mut self, basis: &Basis, count: usize) -> Result<Outside, FormatError> {
        match self.extrapolation {
            "error" => Ok(Outside::Nothing),
            "continue" => Ok(Outside::Continued),
            "periodic" => {
                let (first, last) = basis.ends();
                if first < last {
                    return Ok(Outside::Periodic);
                }
                Err(unsupported!(
                    "the SplineTransformer has the period 0, for a column without differences; fit it without that column"
                ))
            }
            "constant" => self.lines(basis, count, false),
            "linear" => self.lines(basis, count, true),
            other => Err(corrupt!(
                "the SplineTransformer has extrapolation={other:?}"
            )),
        }
    }

    /// The outermost splines go on as they are at the ends, with their slope there or level.
    fn lines(&mut self, basis: &Basis, count: usize, sloped: bool) -> Result<Outside, FormatError> {
        let few = || {
            unsupported!(
                "the SplineTransformer has too few knots for splines of degree {} that go on as straight lines; fit it with more knots",
                self.degree
            )
        };
        let from = basis.knot(self.reached, false).ok_or_else(few)?;
        let to = basis.knot(self.reached, true).ok_or_else(few)?;
        let (first, last) = basis.ends();
        if from > to || from > last || to < first {
            return Err(few());
        }
        if sloped && self.reached <= 1 {
            self.reached += 1;
        }
        let outer = self.reached;
        if outer > count {
            return Err(few());
        }
        let at = |x: f64| {
            let mut line = vec![[0.0; 2]; count];
            basis.add(x, false, |j, y| line[j][0] += y);
            if sloped {
                basis.add(x, true, |j, y| line[j][1] += y);
            }
            line
        };
        let (mut below, mut above) = (at(from), at(to));
        below[outer..].fill([0.0; 2]);
        if outer > 0 {
            above[..count - outer].fill([0.0; 2]);
        } else if !self.sparse {
            // Python fails to give no splines the values of all.
            above.fill([f64::NAN; 2]);
        }
        Ok(Outside::Lines {
            from,
            to,
            below,
            above,
        })
    }
}
