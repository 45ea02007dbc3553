//! Vectorizers in graphs: what is refused by name, and what no recorded batch shows.

use prost::Message as _;

use super::{
    super::proto::{AttributeProto, GraphProto, NodeProto},
    Edit as _,
    distrust_graphs::{graph, refused},
};
use crate::{
    formats::ModelFile,
    input::{Batch, Texts},
    model::{Model, Predictions},
};

const CASE: &str = "1.20.0-v_tfidf_log";

fn node<'g>(graph: &'g mut GraphProto, op_type: &str) -> &'g mut NodeProto {
    let found = graph.node.iter_mut().find(|node| node.op_type == op_type);
    found.unwrap()
}

fn attribute<'g>(graph: &'g mut GraphProto, op_type: &str, name: &str) -> &'g mut AttributeProto {
    let node = node(graph, op_type);
    if node.attribute.iter().all(|a| a.name != name) {
        node.attribute.push(AttributeProto {
            name: name.into(),
            ..AttributeProto::default()
        });
    }
    let found = node.attribute.iter_mut().find(|a| a.name == name);
    found.unwrap()
}

fn with_text(attribute: &mut AttributeProto, text: &str) {
    (attribute.s, attribute.r#type) = (Some(text.into()), 3);
}

fn with_texts(attribute: &mut AttributeProto, texts: &[&str]) {
    attribute.strings = Some(texts.iter().collect());
    attribute.r#type = 8;
}

#[test]
fn what_a_text_is_cut_with_is_refused_by_name_where_it_cannot_run() {
    let cases: [(&str, &str, &str, &str); 5] = [
        ("Tokenizer", "tokenexp", "(?i)a", "(?i)a"),
        ("Tokenizer", "tokenexp", "", "nothing to cut"),
        ("StringNormalizer", "locale", "tr_TR.UTF-8", "tr_TR.UTF-8"),
        ("StringNormalizer", "case_change_action", "UPPER", "UPPER"),
        ("TfIdfVectorizer", "mode", "TFIDF", "only the mode TF"),
    ];
    for (op_type, name, value, told) in cases {
        let error = refused(CASE, |graph| {
            with_text(attribute(graph, op_type, name), value);
        });
        assert!(error.contains(told), "{error}");
    }
    let error = refused(CASE, |graph| {
        attribute(graph, "Tokenizer", "mark").i = Some(1);
    });
    assert!(error.contains("marks"), "{error}");
}

#[test]
fn a_pool_that_lies_is_refused() {
    let count = |graph: &mut GraphProto| {
        let pool = attribute(graph, "TfIdfVectorizer", "pool_strings");
        pool.strings.edit(|list| list.len())
    };
    let lies: [fn(&mut GraphProto); 5] = [
        |graph| {
            attribute(graph, "TfIdfVectorizer", "ngram_counts")
                .ints
                .edit(|list| *list = vec![5]);
        },
        |graph| {
            attribute(graph, "TfIdfVectorizer", "ngram_counts")
                .ints
                .edit(|list| *list = vec![0, 1 << 40]);
        },
        |graph| {
            attribute(graph, "TfIdfVectorizer", "ngram_indexes")
                .ints
                .edit(|list| list[0] = 1 << 30);
        },
        |graph| {
            attribute(graph, "TfIdfVectorizer", "ngram_indexes")
                .ints
                .edit(|list| list[0] = -1);
        },
        |graph| {
            let pool = attribute(graph, "TfIdfVectorizer", "pool_strings");
            pool.strings.edit(|pool| pool[0] = pool[1].clone());
        },
    ];
    assert!(count(graph(CASE).graph.as_mut().unwrap()) > 5);
    for lie in lies {
        let error = refused(CASE, lie);
        assert!(error.contains("TfIdfVectorizer"), "{error}");
    }
    let error = refused(CASE, |graph| {
        attribute(graph, "TfIdfVectorizer", "max_gram_length").i = Some(1 << 40);
    });
    assert!(error.contains("max_gram_length"), "{error}");
}

#[test]
fn nothing_but_a_vectorizer_reads_tokens() {
    let error = refused(CASE, |graph| {
        node(graph, "Flatten").op_type = "Transpose".into();
        node(graph, "Transpose").attribute.clear();
    });
    assert!(error.contains("only TfIdfVectorizer"), "{error}");
    let error = refused(CASE, |graph| {
        let tokens = node(graph, "Flatten").output[0].clone();
        graph.output[0].name = tokens;
    });
    assert!(error.contains("is a text"), "{error}");
}

/// The scores of texts, each in a row of its own.
fn scores(graph: &GraphProto, all: &[&str]) -> Vec<Vec<f64>> {
    let mut model = super::distrust_graphs::graph(CASE);
    model.graph = Some(graph.clone());
    let bytes = model.encode_to_vec();
    let parsed = crate::formats::onnx::read(&ModelFile::new(&bytes)).unwrap();
    let model = Model::new(parsed.ir).unwrap();
    let mut texts = Texts::default();
    let cells = all.iter().map(|text| texts.add(text)).collect();
    let batch = Batch::from_values(cells, 1).unwrap().with_texts(texts);
    let mut answers = Predictions::default();
    model.predict(&batch, &mut answers).unwrap();
    (0..all.len()).map(|at| answers.row(at).to_vec()).collect()
}

#[test]
fn a_text_that_is_a_stop_word_counts_as_empty_and_changes_no_other_row() {
    let mut graph = graph(CASE).graph.unwrap();
    let texts = ["", "good", "very good", "GOOD"];
    let before = scores(&graph, &texts);
    assert!(before[1] != before[0] && before[1] == before[3]);
    with_texts(
        attribute(&mut graph, "StringNormalizer", "stopwords"),
        &["Good"],
    );
    let after = scores(&graph, &texts);
    assert_eq!(after[1], before[0]);
    assert_eq!(after[3], before[0]);
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
}
