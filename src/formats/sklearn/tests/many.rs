//! Files of few objects that stand for very many: `tests/data/pipelines/hostile/make.py` says which.

use super::read;
use std::fs;

/// Why a file is refused.
fn refusal(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/pipelines/hostile");
    let bytes = fs::read(format!("{folder}/{name}.pickle")).unwrap();
    read(&bytes, None)
        .map(|parsed| parsed.parts)
        .unwrap_err()
        .to_string()
}

#[test]
fn votes_of_votes_of_one_model_are_not_followed_for_ever() {
    let text = refusal("votes_of_votes");
    assert!(text.contains("more than 65536 parts"), "{text}");
}

#[test]
fn steps_of_steps_of_one_step_are_not_followed_for_ever() {
    let text = refusal("steps_of_steps");
    assert!(text.contains("more than 65536 parts"), "{text}");
}

#[test]
fn two_forests_that_take_turns_do_not_fill_the_memory() {
    let text = refusal("forests_in_turn");
    assert!(text.contains("many times over"), "{text}");
}

#[test]
fn a_list_of_words_that_many_columns_share_does_not_fill_the_memory() {
    let text = refusal("words_of_many_columns");
    assert!(text.contains("many times over"), "{text}");
}

#[test]
fn a_scaler_that_is_its_own_scaler_ends() {
    let text = refusal("scaler_of_itself");
    assert!(text.contains("nest more than 16 deep"), "{text}");
}

#[test]
fn sparse_weights_that_stand_for_very_many_do_not_fill_the_memory() {
    let text = refusal("sparse_weights");
    assert!(text.contains("call its `densify`"), "{text}");
}
