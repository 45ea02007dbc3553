//! Vectors in blocks of some that are compared with a row side by side.

/// Vectors of a block.
pub(in super::super) const LANES: usize = 8;

/// Vectors of the same width. In a block their first numbers come first, then their second ones, and so on; the last block ends in zeros.
#[derive(Clone, Debug)]
pub(in super::super) struct Blocks {
    numbers: Vec<f64>,
    width: usize,
    len: usize,
}

impl Blocks {
    /// `vectors` one after the other, of `width` numbers each.
    pub(in super::super) fn new(vectors: &[f64], width: usize) -> Self {
        let len = vectors.len().checked_div(width).unwrap_or(0);
        let mut numbers = vec![0.0; len.div_ceil(LANES) * LANES * width];
        for (at, vector) in vectors.chunks_exact(width.max(1)).enumerate() {
            let block = &mut numbers[at / LANES * LANES * width..];
            for (place, x) in vector.iter().enumerate() {
                block[place * LANES + at % LANES] = *x;
            }
        }
        Self {
            numbers,
            width,
            len,
        }
    }

    /// Numbers of each vector.
    pub(in super::super) fn width(&self) -> usize {
        self.width
    }

    /// The vectors, one after the other.
    pub(in super::super) fn vectors(&self) -> Vec<f64> {
        let number = |at: usize, place: usize| {
            self.numbers[at / LANES * LANES * self.width + place * LANES + at % LANES]
        };
        let vector = |at: usize| (0..self.width).map(move |place| number(at, place));
        (0..self.len).flat_map(vector).collect()
    }

    /// Number of vectors.
    pub(in super::super) fn len(&self) -> usize {
        self.len
    }

    /// The blocks, each the numbers of its vectors place by place.
    pub(in super::super) fn iter(&self) -> impl Iterator<Item = &[[f64; LANES]]> {
        self.from(0)
    }

    /// The blocks from the one with the number `first` on.
    #[inline]
    pub(in super::super) fn from(&self, first: usize) -> impl Iterator<Item = &[[f64; LANES]]> {
        let (numbers, _) = self.numbers.as_chunks();
        let rest = numbers.get(first * self.width..).unwrap_or_default();
        rest.chunks_exact(self.width.max(1))
    }
}

/// The squared distances of a row from the vectors of a block, place by place.
#[inline]
pub(in super::super) fn squared_distances(block: &[[f64; LANES]], row: &[f64]) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    for (numbers, x) in block.iter().zip(row) {
        for (sum, y) in sums.iter_mut().zip(numbers) {
            let apart = x - y;
            *sum += apart * apart;
        }
    }
    sums
}

/// The dot products of a row and the vectors of a block.
#[inline]
pub(in super::super) fn dots(block: &[[f64; LANES]], row: &[f64]) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    for (numbers, x) in block.iter().zip(row) {
        for (sum, y) in sums.iter_mut().zip(numbers) {
            *sum += x * y;
        }
    }
    sums
}
