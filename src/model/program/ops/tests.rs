//! What operations answer, one row at a time.

use super::{Average, Interpolate, Median, Normalise, OfNothing, Operation, Votes};
use crate::{
    input::Precision,
    model::program::{Program, Scratch},
};
use std::sync::Arc;

/// What an operation appends to each of some rows.
fn run<const N: usize>(operation: impl Operation + 'static, rows: &[[f64; N]]) -> Vec<Vec<f64>> {
    let width = operation.width();
    let (program, _) = Program::new(N, &[Arc::new(operation)], &[], false).unwrap();
    let mut values = Vec::new();
    let mut row = |row: &[f64; N]| {
        program.run(row, &mut values, &mut Scratch::default());
        values[N..N + width].to_vec()
    };
    rows.iter().map(&mut row).collect()
}

/// The same with one number in and one out.
fn function(operation: impl Operation + 'static, x: &[f64]) -> Vec<f64> {
    let rows: Vec<[f64; 1]> = x.iter().map(|x| [*x]).collect();
    run(operation, &rows).concat()
}

fn line(precision: Precision, outside_is_nan: bool) -> Interpolate {
    Interpolate {
        read: 0,
        x: vec![0.0, 1.0, 4.0],
        y: [0.1f32, 0.7, 0.8].map(f64::from).to_vec(),
        precision,
        outside_is_nan,
    }
}

#[test]
fn a_line_meets_its_points_and_is_level_beyond_them() {
    let line = line(Precision::F64, false);
    let y = line.y.clone();
    let found = function(line, &[0.0, 1.0, 4.0, -3.0, 9.0]);
    assert_eq!(found, [y[0], y[1], y[2], y[0], y[2]]);
}

#[test]
fn a_line_rises_between_its_points() {
    let y = function(line(Precision::F64, false), &[2.5]);
    assert!((y[0] - 0.75).abs() < 1e-7, "{y:?}");
}

#[test]
fn a_line_ends_at_its_points_where_the_library_says_so() {
    let y = function(line(Precision::F64, true), &[-3.0, 4.5, f64::NAN, 4.0]);
    assert!(y[..3].iter().all(|y| y.is_nan()), "{y:?}");
    assert!(!y[3].is_nan());
}

#[test]
fn a_line_of_single_precision_rounds_every_step() {
    let x = 0.3f32;
    let y = f64::from((0.7f32 - 0.1) * x + 0.1);
    assert_eq!(function(line(Precision::F32, false), &[0.3]), [y]);
}

#[test]
fn points_at_the_same_place_divide_by_nothing() {
    let mut step = line(Precision::F64, false);
    step.x = vec![1.0; 3];
    let y = step.y[2];
    assert_eq!(function(step, &[1.0, 7.0]), [y, y]);
}

#[test]
fn an_average_weighs_its_members_in_their_order() {
    let average = |weights, precision| Average {
        members: vec![vec![0], vec![1], vec![2]],
        weights,
        precision,
    };
    let row = [[0.1, 0.2, 0.3]];
    let plain = run(average(None, Precision::F64), &row);
    assert_eq!(plain, [[(0.1 + 0.2 + 0.3) / 3.0]]);
    let weighted = run(average(Some(vec![2.0, 0.0, 1.0]), Precision::F64), &row);
    assert_eq!(weighted, [[(0.2 + 0.0 + 0.3) / 3.0]]);
    let single = run(
        average(None, Precision::F32),
        &[[0.1f32, 0.2, 0.3].map(f64::from)],
    );
    assert_eq!(single, [[f64::from((0.1f32 + 0.2 + 0.3) / 3.0)]]);
}

#[test]
fn shares_of_nothing_are_what_the_library_says() {
    let normalise = |of_nothing| Normalise {
        reads: vec![0, 1, 2, 3],
        of_nothing,
    };
    let rows = [[0.0; 4], [1.0, 0.0, 3.0, 0.0]];
    let found = run(normalise(OfNothing::Equal), &rows);
    assert_eq!(found, [[0.25; 4], [0.25, 0.0, 0.75, 0.0]]);
    assert_eq!(run(normalise(OfNothing::Same), &rows)[0], [0.0; 4]);
    let found = run(normalise(OfNothing::NaN), &rows);
    assert!(found[0].iter().all(|x| x.is_nan()) && found[1][0].to_string() == "0.25");
}

#[test]
fn shares_of_many_are_summed_as_numpy_sums_them() {
    let row: [f64; 9] = std::array::from_fn(|i| 0.1 * (i as f64 + 1.0));
    let normalise = Normalise {
        reads: (0..9).collect(),
        of_nothing: OfNothing::Equal,
    };
    let r = row;
    let sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7])) + r[8];
    assert_ne!(sum.to_bits(), row.iter().sum::<f64>().to_bits());
    assert_eq!(run(normalise, &[row])[0], row.map(|x| x / sum));
}

#[test]
fn votes_count_by_weight_and_not_for_what_is_no_class() {
    let votes = Votes {
        reads: vec![0, 1, 2],
        weights: vec![1.0, 2.5, 0.5],
        against: Vec::new(),
        classes: 2,
    };
    let found = run(votes, &[[0.0, 1.0, 0.0], [1.0, 1.0, 7.0]]);
    assert_eq!(found, [[1.5, 2.5], [0.0, 3.5]]);
}

#[test]
fn votes_count_against_the_classes_that_they_do_not_name() {
    let votes = Votes {
        reads: vec![0, 1],
        weights: vec![1.0, 2.5],
        against: vec![-0.5, -0.25],
        classes: 3,
    };
    let found = run(votes, &[[0.0, 1.0], [2.0, 7.0]]);
    assert_eq!(found, [[0.75, 2.0, -0.75], [-0.75, -0.75, 0.75]]);
}

#[test]
fn a_weighted_median_is_the_number_with_which_half_of_the_weight_is_reached() {
    let median = |weights: &[f64]| Median {
        reads: vec![0, 1, 2],
        weights: weights.to_vec(),
    };
    let rows = [[3.0, 1.0, 2.0], [1.0, 1.0, 5.0]];
    assert_eq!(run(median(&[1.0; 3]), &rows), [[2.0], [1.0]]);
    assert_eq!(run(median(&[5.0, 1.0, 1.0]), &rows), [[3.0], [1.0]]);
    // Exactly half is enough.
    assert_eq!(run(median(&[1.0, 1.0, 0.0]), &rows), [[1.0], [1.0]]);
}
