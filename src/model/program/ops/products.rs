use super::{InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile};
use crate::{input::Precision, model::check::invalid};

/// A factor of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// A register before the operation.
    Register(Reg),
    /// A product before this one, counted from 0.
    Product(u32),
    One,
}

/// Products of two factors each, rounded to `precision`. One register for each product.
#[derive(Clone, Debug)]
pub struct Products {
    pub products: Vec<[Factor; 2]>,
    pub precision: Precision,
}

impl Operation for Products {
    fn reads(&self) -> Vec<Reg> {
        let factors = self.products.iter().flatten();
        let register = |factor: &Factor| match factor {
            Factor::Register(register) => Some(*register),
            _ => None,
        };
        factors.filter_map(register).collect()
    }

    fn width(&self) -> usize {
        self.products.len()
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        for (i, product) in self.products.iter().enumerate() {
            let ahead =
                |factor: &Factor| matches!(factor, Factor::Product(at) if *at as usize >= i);
            if product.iter().any(ahead) {
                invalid!("product {i} needs one that comes later");
            }
        }
        Ok(Box::new(self.clone()))
    }
}

impl Run for Products {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        let rows = tile.rows();
        for (i, factors) in self.products.iter().enumerate() {
            let (before, rest) = out.values.split_at_mut(i * rows);
            let product = &mut rest[..rows];
            product.fill(1.0);
            for factor in factors {
                let column = match factor {
                    Factor::Register(register) => tile.column(*register),
                    Factor::Product(at) => &before[*at as usize * rows..][..rows],
                    Factor::One => continue,
                };
                product.iter_mut().zip(column).for_each(|(y, x)| *y *= x);
            }
            // The product of two f32 numbers is exact in f64.
            if self.precision == Precision::F32 {
                product
                    .iter_mut()
                    .for_each(|y| *y = self.precision.round(*y));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::program::registers::Owners;

    #[test]
    fn a_product_reads_only_those_before_it() {
        let ready = |at| {
            let products = Products {
                products: vec![[Factor::One; 2], [Factor::Register(0), Factor::Product(at)]],
                precision: Precision::F64,
            };
            products.ready(&Registers::new(&Owners::default())).is_ok()
        };
        assert!(ready(0));
        assert!(!ready(1) && !ready(u32::MAX));
    }
}
