//! The nearest points so far.

/// Distances and the numbers of points, the largest distance first: a heap of a fixed size, full of infinity at first.
///
/// Source: `heap_push` in scikit-learn's `utils/_heap.pyx`; which of equally far points stays depends on every step of it.
#[derive(Debug)]
pub(super) struct Heap<'h> {
    pub(super) distances: &'h mut [f64],
    pub(super) points: &'h mut [u32],
}

impl Heap<'_> {
    /// The largest distance.
    #[inline]
    pub(super) fn largest(&self) -> f64 {
        self.distances[0]
    }

    /// Puts a point in place of the farthest one, if it is nearer.
    #[inline]
    pub(super) fn push(&mut self, distance: f64, point: u32) {
        if distance < self.distances[0] {
            let size = self.distances.len();
            self.sink(distance, point, size);
        }
    }

    /// Pushes several points, in their order.
    #[inline]
    pub(super) fn push_all(&mut self, found: &[f64], point: impl Fn(usize) -> u32) {
        // Mostly nothing of them is near.
        let largest = self.largest();
        if found.iter().any(|distance| *distance < largest) {
            for (lane, distance) in found.iter().enumerate() {
                self.push(*distance, point(lane));
            }
        }
    }

    /// Puts a point where the first one of `size` was, as far down as it belongs.
    fn sink(&mut self, distance: f64, point: u32, size: usize) {
        let mut at = 0;
        loop {
            let (left, right) = (2 * at + 1, 2 * at + 2);
            let child = if left >= size {
                break;
            } else if right >= size || self.distances[left] >= self.distances[right] {
                left
            } else {
                right
            };
            if self.distances[child] <= distance {
                break;
            }
            self.distances[at] = self.distances[child];
            self.points[at] = self.points[child];
            at = child;
        }
        self.distances[at] = distance;
        self.points[at] = point;
    }

    /// Sorts the points, the nearest one first.
    pub(super) fn sort(&mut self) {
        for end in (1..self.distances.len()).rev() {
            let (distance, point) = (self.distances[end], self.points[end]);
            self.distances[end] = self.distances[0];
            self.points[end] = self.points[0];
            self.sink(distance, point, end);
        }
    }
}
