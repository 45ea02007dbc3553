use super::{Columnwise, InvalidModel, Out, Reg, Run, Scratch, Tile, one_each};
use crate::{
    input::Precision,
    model::{StepOp, check::invalid, prepare::elementwise},
};

/// `y[i] = x[i] op operand[i]`, rounded to `precision`. One register for each that is read.
#[derive(Clone, Debug)]
pub struct Each {
    pub op: StepOp,
    pub reads: Vec<Reg>,
    /// NaN only where nothing of the fit could be computed; then every answer is NaN, as in the library.
    pub operand: Vec<f64>,
    pub precision: Precision,
}

impl Columnwise for Each {
    fn inputs(&self) -> &[Reg] {
        &self.reads
    }

    fn check(&self) -> Result<(), InvalidModel> {
        one_each("a step", &self.reads, &self.operand)?;
        if let Some(bad) = self.operand.iter().find(|x| x.is_infinite()) {
            invalid!("a step computes with {bad}");
        }
        Ok(())
    }
}

impl Run for Each {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, _: &mut Scratch) {
        for ((read, y), out) in self.reads.iter().zip(&self.operand).zip(out.columns()) {
            out.copy_from_slice(tile.column(*read));
            elementwise(self.op, self.precision, out.iter_mut().map(|x| (x, *y)));
            // One operation on two f32 numbers in f64, then rounded, is the f32 operation itself.
            if self.precision == Precision::F32 {
                out.iter_mut().for_each(|x| *x = f64::from(*x as f32));
            }
        }
    }
}
