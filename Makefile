# Every target works on a fresh clone; each installs what it needs.
.PHONY: run test lint bench parity browser-test openapi-check registry-test random-models fuzz

tools := target/python

run: ## Serve the embedded model on port 8000
	cargo run --release

test: ## The whole test suite
	cargo test --no-fail-fast
	$(MAKE) openapi-check
	$(MAKE) registry-test
	$(MAKE) chart-test
	$(MAKE) compose-check

lint: ## Formatting and lints
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings

bench: $(tools)/built ## Kernel timings, and CPU per request beside bare hyper
	$(tools)/bin/python benches/models.py target/bench
	MODELS=$(CURDIR)/target/bench cargo bench --bench kernel
	benches/http/compare

# The browser and its driver come from Debian where they are not installed yet.
browser-test: ## Swagger UI in a real browser
	command -v chromedriver >/dev/null || { apt-get update -qq && apt-get install -qqy chromium chromium-driver >/dev/null; }
	cargo test --test it -- --ignored in_a_real_browser

openapi-check: target/openapi/built ## The document of each kind of model through a validator
	for model in builtin:iris tests/data/onnx/iris_rf_strings.onnx tests/data/onnx/diabetes_rf.onnx tests/data/onnx/iris_rf_double.onnx; do \
	  cargo run --quiet -- openapi $$model > target/openapi/document.json && \
	  target/openapi/bin/openapi-spec-validator target/openapi/document.json || exit 1; done

target/openapi/built:
	python3 -m venv target/openapi
	target/openapi/bin/pip install --quiet openapi-spec-validator==0.7.2
	touch $@

# MLflow and onnxruntime, pinned.
$(tools)/built: tests/data/requirements.txt
	python3 -m venv $(tools)
	$(tools)/bin/pip install --quiet --requirement tests/data/requirements.txt
	$(tools)/bin/pip install --quiet --no-deps mlflow==3.18.0
	touch $@

# MLflow 2 and a store that speaks S3, pinned.
target/mlflow2/built: tests/registry/requirements.txt
	python3 -m venv target/mlflow2
	target/mlflow2/bin/pip install --quiet --requirement $<
	touch $@

registry-test: $(tools)/built target/mlflow2/built ## Against real registries and stores on this machine
	tests/registry/run $(tools) target/mlflow2

parity: $(tools)/built ## Remake what onnxruntime and MLflow answer for the embedded model
	$(tools)/bin/python tests/data/rows.py
	$(tools)/bin/python tests/data/parity.py models/iris tests/data/iris_rows.csv tests/data/iris_expected.json

target/random/built: tests/data/sklearn/requirements-1.9.1.txt
	python3 -m venv target/random
	target/random/bin/pip install --quiet --requirement $<
	touch $@

# Another seed draws other models: make random-models SEED=7 MODELS=500
random-models: target/random/built ## Random models of the Python libraries, held against them
	cargo build
	target/random/bin/python tests/random/compare.py target/debug/ml-serving $(or $(SEED),0) $(or $(MODELS),100)

# The corpus grows in fuzz/corpus; one input is fed for at most five seconds and may take 2 GiB.
fuzz: ## Each reader against damaged files, ten minutes each
	cargo +nightly fuzz --version >/dev/null 2>&1 || cargo install --locked cargo-fuzz@0.13.2
	for target in xgboost_json xgboost_ubj xgboost_binary lightgbm onnx pickle skops mlmodel; do \
	  mkdir -p fuzz/corpus/$$target && \
	  cargo +nightly fuzz run $$target fuzz/corpus/$$target fuzz/seeds/$$target -- \
	    -max_total_time=$${FUZZ_SECONDS:-600} -timeout=5 -rss_limit_mb=2048 -max_len=50000 || exit 1; done

include chart.mk
