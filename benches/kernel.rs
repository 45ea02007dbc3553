//! The engine on the models of `benches/engine.py` or `benches/beside.py`, whose directory `MODELS` names; without it, on the embedded one.

use divan::{Bencher, counter::ItemsCount};
use ml_serving::{
    config::ModelConfig,
    input::{Batch, Texts},
    load::{self, LoadedModel},
    model::Predictions,
    registry::{Access, Secret},
};
use std::{path::Path, sync::LazyLock};

struct Case {
    name: String,
    served: LoadedModel,
    rows: Rows,
}

/// 10,000 distinct rows, so that no branch predictor learns them by heart.
enum Rows {
    Numbers(Vec<f64>),
    /// Of one column.
    Texts(Vec<String>),
}

impl Rows {
    /// Whole batches of so many rows.
    fn batches(&self, rows: usize, width: usize) -> Vec<Batch> {
        let batch = |values, width| Batch::from_values(values, width).expect("rows");
        match self {
            Self::Numbers(values) => {
                let chunks = values.chunks_exact(rows * width);
                chunks.map(|rows| batch(rows.to_vec(), width)).collect()
            }
            Self::Texts(lines) => {
                let chunks = lines.chunks_exact(rows);
                let written = |lines: &[String]| {
                    let mut texts = Texts::default();
                    let cells = lines.iter().map(|line| texts.add(line)).collect();
                    batch(cells, 1).with_texts(texts)
                };
                chunks.map(written).collect()
            }
        }
    }
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let load = |uri: String| {
        load::load(
            &ModelConfig {
                uri: Secret::uri(uri),
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
            rows: Rows::Numbers(rows),
        }];
    };
    let case = |rows: &Path| {
        let bytes = std::fs::read(rows).expect("rows");
        let number = |bytes: &[u8; 4]| f32::from_le_bytes(*bytes).into();
        let endings =
            ["onnx", "cbm", "pkl", "json", "txt"].map(|ending| rows.with_extension(ending));
        let model = endings.iter().find(|model| model.exists());
        let name = rows.file_stem().and_then(|name| name.to_str());
        Case {
            name: name.expect("a name").to_owned(),
            served: load(model.expect("a model").display().to_string()),
            rows: if rows.extension().is_some_and(|ending| ending == "texts") {
                let lines = String::from_utf8(bytes).expect("text");
                Rows::Texts(lines.lines().map(str::to_owned).collect())
            } else {
                Rows::Numbers(bytes.as_chunks::<4>().0.iter().map(number).collect())
            },
        }
    };
    let files = std::fs::read_dir(models).expect("a directory");
    let mut rows: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    rows.retain(|path| {
        path.extension()
            .is_some_and(|ending| ending == "rows" || ending == "texts")
    });
    rows.sort();
    rows.iter().map(|rows| case(rows)).collect()
});

fn names() -> Vec<&'static str> {
    CASES.iter().map(|case| case.name.as_str()).collect()
}

#[divan::bench(args = names(), consts = [1, 100, 10_000], sample_count = 200, max_time = 3)]
fn predict<const ROWS: usize>(bencher: Bencher, name: &str) {
    let Case { served, rows, .. } = CASES.iter().find(|case| case.name == name).expect("a case");
    let batches = rows.batches(ROWS, served.model.schema().len());
    let mut answer = Predictions::default();
    let mut next = 0;
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        next = (next + 1) % batches.len();
        served
            .model
            .predict(divan::black_box(&batches[next]), &mut answer)
            .expect("rows");
    });
}

fn main() {
    divan::main();
}
