# Every target works on a fresh clone and installs what it needs.
.DEFAULT_GOAL := help
.PHONY: help run check test lint structure bench bench-kernel bench-catboost bench-stored bench-load bench-pipeline bench-dialects bench-hostile parity browser-test openapi-check registry-test corpus random-models fuzz examples dialects-check

# Where Cargo builds; everything else that is made lies in target.
build := $(or $(CARGO_TARGET_DIR),target)
# MLflow and onnxruntime, pinned.
tools := target/python

help: ## This list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "About how long it takes on two free cores: cold with an empty target directory, warm after a change in one source file."

run: ## Serve the embedded model on port 8000 (5 min cold, 1 min warm)
	cargo run --release

check: lint ## What needs only Rust and Python: lint and the tests without services (6 min cold, 1 min warm)
	cargo test --no-fail-fast

test: ## The whole test suite (20 min cold, 4 min warm)
	cargo test --no-fail-fast
	$(MAKE) openapi-check
	$(MAKE) examples
	$(MAKE) registry-test
	$(MAKE) chart-test
	$(MAKE) compose-check

lint: ## Formatting, clippy and structure (2 min cold, 15 s warm)
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	$(MAKE) structure

structure: ## Import circles, functions over 60 lines, files over 400 (1 s)
	python3 -m unittest discover --quiet --start-directory tests/structure
	python3 tests/structure/check.py

# BASELINE=BINARY measures another build of the server in the same rounds, WRITE=FILE… puts the table into files.
bench: target/incumbent/built ## The table of docs/benchmarks.md: throughput, latency, CPU, memory, start (8 min cold, 4 min warm)
	command -v wrk >/dev/null || { apt-get update -qq && apt-get install -qqy wrk >/dev/null; }
	cargo build --release --bin ml-serving --example bare_hyper
	python3 benches/http/compare.py $(build) target/incumbent $(BASELINE:%=--baseline %) $(if $(WRITE),--write $(WRITE))

bench-kernel: $(tools)/built ## The engine on three forests, beside onnxruntime (5 min cold, 3 min warm)
	$(tools)/bin/python benches/models.py target/bench
	MODELS=$(CURDIR)/target/bench cargo bench --bench kernel

bench-catboost: target/bench-catboost/built ## The engine on 1,000 trees of CatBoost, beside CatBoost's own predictor (3 min)
	target/bench-catboost/bin/python benches/catboost_trees.py target/bench-catboost/models
	MODELS=$(CURDIR)/target/bench-catboost/models cargo bench --bench kernel

bench-stored: target/bench-pipeline/built ## The engine on models that keep rows, SVM and neighbours, beside scikit-learn (3 min)
	target/bench-pipeline/bin/python benches/stored_rows.py target/bench-stored/models
	MODELS=$(CURDIR)/target/bench-stored/models cargo bench --bench kernel

bench-load: $(tools)/built ## Time to the first answer of a forest of 1.6 million nodes, beside MLflow (7 min cold, 2 min warm)
	cargo build --release
	$(tools)/bin/python benches/load.py $(build)/release/ml-serving

bench-pipeline: target/bench-pipeline/built ## A pipeline over words beside FastAPI with scikit-learn, a wide forest beside onnxruntime (8 min cold, 3 min warm)
	command -v wrk >/dev/null || { apt-get update -qq && apt-get install -qqy wrk >/dev/null; }
	cargo build --release
	target/bench-pipeline/bin/python benches/pipeline.py $(build)/release/ml-serving

bench-dialects: target/examples/built ## Every protocol beside the server's own (6 min cold, 5 min warm)
	command -v wrk h2load >/dev/null || { apt-get update -qq && apt-get install -qqy wrk nghttp2-client >/dev/null; }
	cargo build --release
	target/examples/bin/python benches/http/dialects.py $(build)

bench-hostile: ## What hostile clients cost the honest ones (5 min cold, 2 min warm)
	cargo build --release
	python3 benches/http/hostile.py $(build)/release/ml-serving

# The browser and its driver come from Debian where they are not installed yet.
browser-test: ## Swagger UI in a real browser (6 min cold, 10 s warm)
	command -v chromedriver >/dev/null || { apt-get update -qq && apt-get install -qqy chromium chromium-driver >/dev/null; }
	cargo test --test it -- --ignored in_a_real_browser

openapi-check: target/openapi/built ## Servers of several kinds of models against their documents (3 min cold, 30 s warm)
	cargo build
	tests/openapi/run $(build)/debug/ml-serving target/openapi

registry-test: $(tools)/built target/mlflow2/built ## Against real registries and stores on this machine (10 min cold, 4 min warm)
	tests/registry/run $(tools) target/mlflow2

# Build the other server with `cargo build --release` at the commit to compare with, and copy it out of Cargo's directory.
corpus: ## Every answer beside that of another build: make corpus BASELINE=BINARY (5 min cold, 2 min warm)
	test -x "$(BASELINE)" || { echo "make corpus needs BASELINE=BINARY, the server to compare with" >&2; exit 2; }
	cargo build --release
	mkdir -p target/corpus
	tests/corpus/record.py $(BASELINE) target/corpus/before.json
	tests/corpus/record.py $(build)/release/ml-serving target/corpus/after.json
	tests/corpus/compare.py --alike target/corpus/before.json target/corpus/after.json

parity: $(tools)/built ## Remake what onnxruntime and MLflow answer for the embedded model (1 min cold, 5 s warm)
	$(tools)/bin/python tests/data/rows.py
	$(tools)/bin/python tests/data/parity.py models/iris tests/data/iris_rows.csv tests/data/iris_expected.json

# Another seed draws other models: make random-models SEED=7 MODELS=500
random-models: target/random/built ## Random models and whole pipelines of the Python libraries, held against them (4 min cold, 2 min warm)
	cargo build
	target/random/bin/python tests/random/compare.py $(build)/debug/ml-serving $(or $(SEED),0) $(or $(MODELS),100)

# The corpus grows in fuzz/corpus; one input is fed for at most five seconds and may take 2 GiB.
fuzz: ## Each reader against damaged files, FUZZ_SECONDS=600 each (90 min; 5 min more cold)
	cargo +nightly fuzz --version >/dev/null 2>&1 || cargo install --locked cargo-fuzz@0.13.2
	for target in xgboost_json xgboost_ubj xgboost_binary lightgbm catboost_cbm catboost_json onnx pickle skops companions mlmodel; do \
	  mkdir -p fuzz/corpus/$$target && \
	  cargo +nightly fuzz run $$target fuzz/corpus/$$target fuzz/seeds/$$target -- \
	    -max_total_time=$${FUZZ_SECONDS:-600} -timeout=5 -rss_limit_mb=2048 -max_len=50000 || exit 1; done

# Virtual environments of Python: each has the packages of the file that it depends on.
environments := $(tools) target/mlflow2 target/random target/incumbent target/bench-pipeline target/bench-catboost target/openapi target/examples target/kserve target/dialects
packages = $(<:%=--requirement %)
$(environments:%=%/built):
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check $(packages)
	$(more)
	touch $@

$(tools)/built: tests/data/requirements.txt
$(tools)/built: more = $(@D)/bin/pip install --quiet --no-deps mlflow==3.18.0
# MLflow 2 and a store that speaks S3.
target/mlflow2/built: tests/registry/requirements.txt
target/random/built: tests/data/sklearn/requirements-1.9.1.txt
target/incumbent/built: benches/http/requirements.txt
target/bench-pipeline/built: benches/requirements-pipeline.txt
target/bench-catboost/built: tests/data/catboost/requirements-1.2.10.txt
target/openapi/built: packages = openapi-spec-validator==0.7.2 schemathesis==4.32.5

target/examples/built: examples/requirements.txt
target/kserve/built: examples/requirements-kserve.txt

target/dialects/built: examples/requirements.txt
target/dialects/built: more = $(@D)/bin/pip install --quiet --disable-pip-version-check mlserver-sklearn==1.7.1 mlserver-mlflow==1.7.1

dialects-check: target/dialects/built ## What MLServer and this server answer to the same requests (4 min cold, 1 min warm)
	cargo build
	target/dialects/bin/python tests/dialects/beside_mlserver.py $(build)/debug/ml-serving

include chart.mk

# After chart.mk, which knows the tools.
examples: target/examples/built target/kserve/built $(chart_tools)/built ## Every example, and every client in it (6 min cold, 15 s warm)
	cargo build
	PATH="$(chart_tools)/bin:$$PATH" tests/examples/run $(build)/debug/ml-serving
