//! The engine on the models of `benches/models.py`, `benches/catboost_trees.py` or `benches/stored_rows.py`, whose directory `MODELS` names; without it, on the embedded one.

use divan::{Bencher, counter::ItemsCount};
use ml_serving::{
    config::ModelConfig,
    input::Batch,
    load::{self, LoadedModel},
    model::Predictions,
    registry::Access,
};
use std::{path::Path, sync::LazyLock};

struct Case {
    name: String,
    served: LoadedModel,
    /// 10,000 distinct rows, so that no branch predictor learns them by heart.
    rows: Vec<f64>,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let load = |uri: String| {
        load::load(
            &ModelConfig {
                uri,
                ..ModelConfig::default()
            },
            &Access::default(),
        )
        .expect("a model")
    };
    let Ok(models) = std::env::var("MODELS") else {
        let cell = |i: usize| 1.0 + (i * 37 % 61) as f64 / 10.0;
        let rows = (0..40_000).map(cell).collect();
        return vec![Case {
            name: "iris".to_owned(),
            served: load("builtin:iris".to_owned()),
            rows,
        }];
    };
    let case = |rows: &Path| {
        let bytes = std::fs::read(rows).expect("rows");
        let rows_of = bytes.as_chunks::<4>().0.iter();
        let endings = ["onnx", "cbm", "pkl"].map(|ending| rows.with_extension(ending));
        let model = endings.iter().find(|model| model.exists());
        let name = rows.file_stem().and_then(|name| name.to_str());
        Case {
            name: name.expect("a name").to_owned(),
            served: load(model.expect("a model").display().to_string()),
            rows: rows_of
                .map(|bytes| f32::from_le_bytes(*bytes).into())
                .collect(),
        }
    };
    let files = std::fs::read_dir(models).expect("a directory");
    let mut rows: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    rows.retain(|path| path.extension().is_some_and(|ending| ending == "rows"));
    rows.sort();
    rows.iter().map(|rows| case(rows)).collect()
});

fn names() -> Vec<&'static str> {
    CASES.iter().map(|case| case.name.as_str()).collect()
}

#[divan::bench(args = names(), consts = [1, 100, 10_000], sample_count = 200)]
fn predict<const ROWS: usize>(bencher: Bencher, name: &str) {
    let Case { served, rows, .. } = CASES.iter().find(|case| case.name == name).expect("a case");
    let chunks: Vec<_> = rows
        .chunks_exact(ROWS * served.model.schema().len())
        .map(|rows| Batch::from_values(rows.to_vec(), served.model.schema().len()).expect("rows"))
        .collect();
    let mut answer = Predictions::default();
    let mut next = 0;
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        next = (next + 1) % chunks.len();
        served
            .model
            .predict(divan::black_box(&chunks[next]), &mut answer)
            .expect("rows");
    });
}

fn main() {
    divan::main();
}
