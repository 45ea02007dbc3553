//! Batches shared out among threads.

use super::random::{classifier, random_model, regressor};
use crate::{
    input::{Batch, Precision},
    model::*,
};
use rand::{Rng, SeedableRng, rngs::StdRng};

fn bits(answer: &Predictions) -> (Vec<u64>, &[u32]) {
    let scores = answer.scores.iter().map(|x| x.to_bits());
    (scores.collect(), &answer.classes)
}

#[test]
fn several_threads_answer_to_the_bit_as_one() {
    let (workers, mut shared, mut alone) = (Workers::new(3), <_>::default(), <_>::default());
    for seed in 0..6 {
        let output = if seed % 2 == 0 { classifier } else { regressor };
        let model = Model::new(random_model(seed, Precision::F32, output)).expect("valid");
        let rng = &mut StdRng::seed_from_u64(seed);
        let width = model.schema().len();
        for rows in [3 * 4 * 256, 70_001] {
            let values = (0..rows * width)
                .map(|_| rng.gen_range(-4.0..4.0))
                .collect();
            let batch = Batch::from_values(values, width).expect("whole rows");
            model.predict(&batch, &mut alone).expect("rows");
            let predicted = model.predict_with(Some(&workers), &batch, &mut shared);
            predicted.expect("rows");
            assert!(bits(&shared) == bits(&alone), "seed {seed}, {rows} rows");
        }
    }
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
