//! Which of equally far points are found.

use super::*;

#[test]
fn of_equally_far_points_the_first_ones_stay_and_come_sorted() {
    let (mut distances, mut points) = ([f64::INFINITY; 3], [0; 3]);
    let mut heap = Heap {
        distances: &mut distances,
        points: &mut points,
    };
    for (point, distance) in (0..).zip([2.0, 1.0, 2.0, 2.0, 0.5, 2.0]) {
        heap.push(distance, point);
    }
    heap.sort();
    assert_eq!(
        distances.map(f64::to_bits),
        [0.5, 1.0, 2.0].map(f64::to_bits)
    );
    assert_eq!(points[..2], [4, 1]);
    assert!([0, 2].contains(&points[2]));
}

#[test]
fn a_tree_whose_nodes_do_not_share_its_points_is_refused() {
    let points = kernels_blocks(&[0.0, 1.0, 2.0, 3.0]);
    let tree = |ranges: &[(usize, usize, bool)], order: &[u32]| {
        let nodes = Nodes {
            order: order.to_vec(),
            ranges: ranges.to_vec(),
            bounds: Bounds::Box {
                least: vec![0.0; ranges.len()],
                most: vec![3.0; ranges.len()],
            },
        };
        Tree::new(&nodes, &points, Measure::Euclidean).is_ok()
    };
    let order = [3, 2, 1, 0];
    assert!(tree(&[(0, 4, false), (0, 2, true), (2, 4, true)], &order));
    assert!(tree(&[(0, 4, true)], &order));
    for (ranges, order) in [
        (&[(0, 4, false), (0, 2, true), (1, 4, true)][..], &order[..]),
        (&[(0, 4, false), (0, 5, true), (2, 4, true)], &order),
        (&[(0, 4, false), (0, 2, true)], &order),
        (&[(0, 4, false)], &order),
        (&[(0, 3, true)], &order),
        (&[], &order),
        (&[(0, 4, true)], &[3, 2, 1, 4]),
        (&[(0, 4, true)], &[3, 2, 1]),
    ] {
        assert!(!tree(ranges, order), "{ranges:?} {order:?}");
    }
}

fn kernels_blocks(points: &[f64]) -> super::super::kernels::Blocks {
    super::super::kernels::Blocks::new(points, 1)
}
