//! Products of columns.
//!
//! Source: `PolynomialFeatures` in `sklearn/preprocessing/_polynomial.py`, in 0.24 in `_data.py`. The order of its multiplications decides
//! the last bit: dense rows go by the first factor of a product, sparse ones by the last.

use super::{FormatError, Part, Reader, Reg, Register, corrupt, numpy, unsupported};
use crate::model::ops::{Factor, Products};

/// More products than any pipeline has.
const MAX_PRODUCTS: usize = 1 << 20;

/// Products of one degree: where they are, and the place of the column that is their outermost factor.
type Degree = Vec<(Factor, usize)>;

impl Reader {
    pub(super) fn polynomial(
        &mut self,
        part: Part<'_>,
        reads: &[Reg],
    ) -> Result<Vec<Reg>, FormatError> {
        self.board.whole_numbers(reads)?;
        let (least, most) = degrees(part)?;
        let mut all = Expansion {
            reads,
            interactions: part.flag("interaction_only"),
            by_last: self.sparse,
            products: Vec::new(),
        };
        let mut kept: Vec<Factor> = Vec::new();
        if part.flag("include_bias") {
            kept.push(all.add([Factor::One; 2])?);
        }
        let columns = reads.iter().map(|read| Factor::Register(*read));
        let mut degree: Degree = columns.zip(0..).collect();
        for number in 1..=most {
            if number > 1 {
                degree = all.next(&degree)?;
            }
            if degree.is_empty() {
                break;
            }
            if number >= least {
                kept.extend(degree.iter().map(|(factor, _)| *factor));
            }
        }
        if part.count("n_output_features_")? != kept.len() {
            return Err(corrupt!(
                "the PolynomialFeatures makes {} columns of {}, and says otherwise",
                kept.len(),
                reads.len()
            ));
        }
        let precision = self.board.precision(reads);
        // Products of large numbers are too large to be numbers.
        let register = Register::rounded(precision).partial();
        let registers = vec![register; all.products.len()];
        let products = Products {
            products: all.products,
            precision,
        };
        let drawn = self.board.draw(products, registers)?;
        let register = |factor| match factor {
            Factor::Register(register) => Some(register),
            Factor::Product(at) => drawn.get(at as usize).copied(),
            // The constant is a product of its own.
            Factor::One => None,
        };
        Ok(kept.into_iter().filter_map(register).collect())
    }
}

struct Expansion<'a> {
    reads: &'a [Reg],
    /// Whether no column is multiplied with itself.
    interactions: bool,
    by_last: bool,
    products: Vec<[Factor; 2]>,
}

impl Expansion<'_> {
    fn add(&mut self, product: [Factor; 2]) -> Result<Factor, FormatError> {
        if self.products.len() >= MAX_PRODUCTS {
            return Err(unsupported!(
                "the PolynomialFeatures makes more than {MAX_PRODUCTS} products"
            ));
        }
        self.products.push(product);
        Ok(Factor::Product(self.products.len() as u32 - 1))
    }

    /// The products of one degree more, in the order of their columns' places.
    fn next(&mut self, degree: &Degree) -> Result<Degree, FormatError> {
        let mut next = Vec::new();
        let strictly = usize::from(self.interactions);
        if self.by_last {
            for (product, last) in degree {
                for (place, read) in self.reads.iter().enumerate().skip(last + strictly) {
                    next.push((self.add([*product, Factor::Register(*read)])?, place));
                }
            }
        } else {
            for (place, read) in self.reads.iter().enumerate() {
                // Products are sorted by their first column.
                let from = degree.partition_point(|(_, first)| *first < place + strictly);
                for (product, _) in &degree[from..] {
                    next.push((self.add([*product, Factor::Register(*read)])?, place));
                }
            }
        }
        Ok(next)
    }
}

/// The least and the largest degree.
fn degrees(part: Part<'_>) -> Result<(usize, usize), FormatError> {
    if part.get("_max_degree").is_some() {
        return Ok((part.count("_min_degree")?, part.count("_max_degree")?));
    }
    let degree = part.attribute("degree")?;
    if part.arena.items(degree).is_none() && numpy::number(part.arena, degree).is_some() {
        return Ok((0, part.count("degree")?));
    }
    Err(corrupt!(
        "the degree of the PolynomialFeatures is no number"
    ))
}
