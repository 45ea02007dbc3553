use super::{
    InvalidModel, Operation, Out, Reg, Registers, Run, Scratch, Tile, finite, nearest::squares,
};
use crate::model::check::invalid;

/// Where a row comes to that goes from each fork to the nearer one of its two centers. One register: the number at the end of its way.
#[derive(Clone, Debug)]
pub struct Bisect {
    pub reads: Vec<Reg>,
    /// The first one is where a row begins. A way leads to later ones only.
    pub forks: Vec<[Way; 2]>,
    /// Two centers for each fork, the first one's numbers before the second one's.
    pub centers: Vec<f64>,
}

/// Where a side of a fork leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Fork(u32),
    End(u32),
}

#[derive(Debug)]
struct Ready {
    of: Bisect,
    /// Two for each fork.
    squares: Vec<f64>,
}

impl Operation for Bisect {
    fn reads(&self) -> Vec<Reg> {
        self.reads.clone()
    }

    fn width(&self) -> usize {
        1
    }

    fn ready(&self, _: &Registers<'_>) -> Result<Box<dyn Run>, InvalidModel> {
        let (width, forks) = (self.reads.len(), self.forks.len());
        if forks == 0 || width == 0 || self.centers.len() != 2 * forks * width {
            invalid!(
                "{} numbers are the centers of {forks} forks over {width} columns",
                self.centers.len()
            );
        }
        for (at, fork) in self.forks.iter().enumerate() {
            for way in fork {
                if let Way::Fork(to) = *way
                    && (to as usize <= at || to as usize >= forks)
                {
                    invalid!("fork {at} of {forks} leads to fork {to}");
                }
            }
        }
        finite("a center", &self.centers)?;
        Ok(Box::new(Ready {
            squares: squares(&self.centers, width),
            of: self.clone(),
        }))
    }
}

impl Ready {
    /// How near a center is to a row, see [`super::Nearest`].
    fn near(&self, center: usize, row: &[f64]) -> f64 {
        let numbers = &self.of.centers[center * row.len()..][..row.len()];
        let product: f64 = numbers.iter().zip(row).map(|(c, x)| c * x).sum();
        self.squares[center] - 2.0 * product
    }
}

impl Run for Ready {
    fn run(&self, tile: &Tile<'_>, out: &mut Out<'_>, scratch: &mut Scratch) {
        for (i, out) in out.column(0).iter_mut().enumerate() {
            scratch.row.clear();
            let numbers = self.of.reads.iter().map(|read| tile.column(*read)[i]);
            scratch.row.extend(numbers);
            let row = &scratch.row;
            let mut at = 0;
            *out = loop {
                let second = self.near(2 * at + 1, row) < self.near(2 * at, row);
                match self.of.forks[at][usize::from(second)] {
                    Way::Fork(to) => at = to as usize,
                    Way::End(number) => break f64::from(number),
                }
            };
        }
    }
}
