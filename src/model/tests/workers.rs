//! Batches shared out among threads.

use super::{
    blocks::{long_ways, trained},
    random::{classifier, random_model},
};
use crate::{
    input::{Batch, Precision},
    model::*,
};
use rand::{Rng, SeedableRng, rngs::StdRng};

/// Columns of the models here.
const WIDTH: usize = 6;

fn bits(answer: &Predictions) -> (Vec<u64>, &[u32]) {
    let scores = answer.scores.iter().map(|x| x.to_bits());
    (scores.collect(), &answer.classes)
}

/// A classifier and a regressor that make a thousand comparisons for a row or more: a few thousand rows are worth sharing out.
fn large() -> [Model; 2] {
    [trained(128, 8, WIDTH), long_ways(40, 30, WIDTH)].map(|ir| Model::new(ir).expect("valid"))
}

/// Compares the threads with one thread, and makes sure that there were any.
fn agree(workers: &Workers, model: &Model, rows: usize) {
    let rng = &mut StdRng::seed_from_u64(rows as u64);
    let values = (0..rows * WIDTH).map(|_| rng.gen_range(-4.0..4.0));
    let batch = Batch::from_values(values.collect(), WIDTH).expect("whole rows");
    let (mut shared, mut alone) = <(Predictions, Predictions)>::default();
    model.predict(&batch, &mut alone).expect("rows");
    let predicted = model.predict_with(Some(workers), &batch, &mut shared);
    predicted.expect("rows");
    assert!(workers.started());
    assert!(bits(&shared) == bits(&alone), "{rows} rows");
}

#[test]
fn several_threads_answer_to_the_bit_as_one() {
    for model in large() {
        for rows in [3 * 4 * 256, 70_001] {
            agree(&Workers::new(3), &model, rows);
        }
    }
}

#[test]
fn a_batch_is_shared_out_among_more_cores_than_it_has_parts_for() {
    let [model, _] = large();
    agree(&Workers::new(16), &model, 10_000);
}

#[test]
fn a_small_batch_starts_no_threads() {
    let model = Model::new(random_model(1, Precision::F32, classifier)).expect("valid");
    let width = model.schema().len();
    let batch = Batch::from_values(vec![0.5; 500 * width], width).expect("whole rows");
    let workers = Workers::new(2);
    let predicted = model.predict_with(Some(&workers), &batch, &mut Predictions::default());
    predicted.expect("rows");
    assert!(!workers.started());
}

#[test]
fn a_batch_of_one_part_starts_no_threads() {
    let model = Model::new(long_ways(400, 100, WIDTH)).expect("valid");
    let batch = Batch::from_values(vec![0.5; 256 * WIDTH], WIDTH).expect("whole rows");
    let workers = Workers::new(2);
    let predicted = model.predict_with(Some(&workers), &batch, &mut Predictions::default());
    predicted.expect("rows");
    assert!(!workers.started());
}
