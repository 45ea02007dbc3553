# Every target works on a fresh clone and installs what it needs.
.DEFAULT_GOAL := help
.PHONY: help run check test lint structure bench bench-tables bench-instructions bench-kernel bench-growth row-instructions bench-beside bench-load bench-pipeline bench-train bench-dialects bench-hostile parity browser-test openapi-check registry-test corpus random-models fuzz examples dialects-check

# Where Cargo builds; everything else that is made lies in target.
build := $(or $(CARGO_TARGET_DIR),target)
# MLflow and onnxruntime, pinned.
tools := target/python

# $(call debian,PROGRAMS,PACKAGES): installs the packages where one of the programs is missing.
debian = { $(foreach program,$1,command -v $(program) &&) :; } >/dev/null || { apt-get update -qq && apt-get install -qqy $2 >/dev/null; }

# The binary that `cargo test` makes too; without the tests' own dependencies Cargo would make another one.
debug-build := cargo test --no-run --test it

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
	$(MAKE) watch-check
	$(MAKE) compose-check

lint: ## Formatting, clippy and structure (2 min cold, 15 s warm)
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	$(MAKE) structure

structure: ## Import circles, functions over 60 lines, files over 400 (1 s)
	python3 -m unittest discover --quiet --start-directory tests/structure
	python3 tests/structure/check.py

# The binary of the image is static. It is measured where this machine can build it, and the native one elsewhere.
static := $(shell uname -m)-unknown-linux-musl
measured = $(build)/$(if $(wildcard $(build)/$(static)/release/examples/bare_hyper),$(static)/)release

# BASELINE=BINARY measures another build of the server in the same rounds, WRITE=FILE… puts the tables into files.
bench: target/incumbent/built target/incumbent-onnx/built target/bench/m3.pkl ## The tables of docs/benchmarks.md: throughput, latency, CPU, memory, start (30 min cold, 10 min warm)
	$(call debian,wrk musl-gcc,wrk musl-tools)
	-$(MAKE) target/incumbent-mlserver/built
	{ rustup target add $(static) && cargo build --release --bin ml-serving --example bare_hyper --target $(static); } \
	  || { rm -rf $(build)/$(static)/release && cargo build --release --bin ml-serving --example bare_hyper; }
	$(MAKE) bench-tables

bench-tables:
	python3 benches/http/compare.py $(measured) target/bench target $(BASELINE:%=--baseline %) $(if $(WRITE),--write $(WRITE))
	$(if $(WRITE),python3 benches/http/plots.py docs/benchmarks.md docs/images/bench.svg)

target/bench/m3.pkl: benches/models.py | $(tools)/built
	$(tools)/bin/python benches/models.py target/bench

# With the debug build, which the tests have made already. A change of Rust's version or of a dependency may move the limit.
bench-instructions: ## Instructions of a request, held to a limit (2 min cold, 30 s warm)
	$(call debian,valgrind,valgrind)
	$(debug-build)
	python3 benches/http/instructions.py $(build)/debug/ml-serving --most 230000 --paths /predict

bench-kernel: target/bench-kernel/built ## The engine on forests and boosters, beside onnxruntime and the libraries that made them (15 min cold, 5 min warm)
	target/bench-kernel/bin/python benches/engine.py target/bench

bench-growth: target/bench-kernel/built ## The engine on forests that grow, beside onnxruntime, as a table and a picture (20 min cold, 10 min warm)
	target/bench-kernel/bin/python benches/growth.py target/bench-growth docs/images/growth.svg

row-instructions: ## How many instructions a row takes, beside what is recorded (2 min cold, 1 min warm)
	$(call debian,valgrind,valgrind)
	benches/instructions/check.py

bench-beside: target/bench-pipeline/built ## SVM, neighbours, CatBoost and text, beside the libraries that made them (10 min cold, 6 min warm)
	target/bench-pipeline/bin/python benches/beside.py target/bench-beside

bench-load: $(tools)/built ## Time to the first answer of a forest of 1.6 million nodes, beside MLflow (7 min cold, 2 min warm)
	cargo build --release
	$(tools)/bin/python benches/load.py $(build)/release/ml-serving

bench-pipeline: target/bench-pipeline/built ## A pipeline over words beside FastAPI with scikit-learn, a wide forest beside onnxruntime (8 min cold, 3 min warm)
	$(call debian,wrk,wrk)
	cargo build --release
	target/bench-pipeline/bin/python benches/pipeline.py $(build)/release/ml-serving

bench-train: target/bench-train/built ## Training beside scikit-learn: time, memory, and quality on held-out rows (40 min cold, 35 min warm)
	cargo build --release
	target/bench-train/bin/python benches/train.py $(build)/release/ml-serving

bench-dialects: target/examples/built ## Every protocol beside the server's own (6 min cold, 5 min warm)
	$(call debian,wrk h2load,wrk nghttp2-client)
	cargo build --release
	target/examples/bin/python benches/http/dialects.py $(build)

bench-hostile: ## What hostile clients cost the honest ones (5 min cold, 2 min warm)
	cargo build --release
	python3 benches/http/hostile.py $(build)/release/ml-serving

# The browser and its driver come from Debian where they are not installed yet.
browser-test: ## Swagger UI in a real browser (6 min cold, 10 s warm)
	$(call debian,chromedriver,chromium chromium-driver)
	cargo test --test it -- --ignored in_a_real_browser

openapi-check: target/openapi/built ## Servers of several kinds of models against their documents (3 min cold, 30 s warm)
	$(debug-build)
	tests/openapi/run $(build)/debug/ml-serving target/openapi

registry-test: $(tools)/built target/mlflow2/built target/oci/built ## Against real registries and stores on this machine (10 min cold, 4 min warm)
	tests/registry/run $(tools) target/mlflow2

# An OCI registry, and the tool that pushes to it.
target/oci/built: tools/oci/go.mod tools/oci/go.sum tools/oci/registry/main.go
	cd tools/oci && GOBIN=$(CURDIR)/target/oci/bin go install ./registry $$(go list tool)
	touch $@

# Build the other server with `cargo build --release` at the commit to compare with, and copy it out of Cargo's directory.
corpus: ## Every answer beside that of another build: make corpus BASELINE=BINARY (5 min cold, 2 min warm)
	test -x "$(BASELINE)" || { echo "make corpus needs BASELINE=BINARY, the server to compare with" >&2; exit 2; }
	cargo build --release
	mkdir -p target/corpus
	tests/corpus/record.py $(BASELINE) target/corpus/before.json
	tests/corpus/record.py $(build)/release/ml-serving target/corpus/after.json
	tests/corpus/compare.py --alike target/corpus/before.json target/corpus/after.json

parity: $(tools)/built ## Remake what onnxruntime and MLflow answer for the embedded model and a regressor (1 min cold, 10 s warm)
	$(tools)/bin/python tests/data/rows.py
	$(tools)/bin/python tests/data/parity.py models/iris tests/data/iris_rows.csv tests/data/iris_expected.json
	$(tools)/bin/python tests/data/parity.py tests/data/wine tests/data/wine_rows.csv tests/data/wine_expected.json

# Another seed draws other models: make random-models SEED=7 MODELS=500
random-models: target/random/built ## Random models and whole pipelines of the Python libraries, held against them (4 min cold, 2 min warm)
	$(debug-build)
	target/random/bin/python tests/random/compare.py $(build)/debug/ml-serving $(or $(SEED),0) $(or $(MODELS),100)

# The corpus grows in fuzz/corpus; one input is fed for at most five seconds and may take 2 GiB.
fuzz: ## Each reader against damaged files, FUZZ_SECONDS=600 each (90 min; 5 min more cold)
	cargo +nightly fuzz --version >/dev/null 2>&1 || cargo install --locked cargo-fuzz@0.13.2
	for target in xgboost_json xgboost_ubj xgboost_binary lightgbm catboost_cbm catboost_json onnx pickle skops companions mlmodel; do \
	  mkdir -p fuzz/corpus/$$target && \
	  cargo +nightly fuzz run $$target fuzz/corpus/$$target fuzz/seeds/$$target -- \
	    -max_total_time=$${FUZZ_SECONDS:-600} -timeout=5 -rss_limit_mb=2048 -max_len=50000 || exit 1; done

# Virtual environments of Python: each has the packages of the file that it depends on.
environments := $(tools) target/mlflow2 target/random target/incumbent target/incumbent-onnx target/incumbent-mlserver target/bench-pipeline target/bench-kernel target/bench-train target/openapi target/examples target/kserve target/dialects
packages = $(<:%=--requirement %)
quietly := --quiet --disable-pip-version-check
$(environments:%=%/built):
	python3 -m venv $(@D)
	$(@D)/bin/pip install $(quietly) $(packages)
	$(more)
	touch $@

$(tools)/built: tests/data/requirements.txt
$(tools)/built: more = $(@D)/bin/pip install $(quietly) --no-deps mlflow==3.18.0
# MLflow 2 and a store that speaks S3.
target/mlflow2/built: tests/registry/requirements.txt
target/random/built: tests/data/sklearn/requirements-1.9.1.txt
target/incumbent/built: benches/http/requirements.txt
target/incumbent-onnx/built: benches/http/requirements-onnx.txt
target/incumbent-mlserver/built: benches/http/requirements-mlserver.txt
target/bench-pipeline/built: benches/requirements-pipeline.txt
target/bench-kernel/built: benches/requirements-kernel.txt
target/bench-train/built: benches/requirements-train.txt
target/openapi/built: packages = openapi-spec-validator==0.7.2 schemathesis==4.32.5

target/examples/built: examples/requirements.txt
target/kserve/built: examples/requirements-kserve.txt

target/dialects/built: examples/requirements.txt
target/dialects/built: more = $(@D)/bin/pip install $(quietly) mlserver-sklearn==1.7.1 mlserver-mlflow==1.7.1

dialects-check: target/dialects/built ## What MLServer and this server answer to the same requests (4 min cold, 1 min warm)
	$(debug-build)
	target/dialects/bin/python tests/dialects/beside_mlserver.py $(build)/debug/ml-serving

include chart.mk

# After chart.mk, which knows the tools.
examples: target/examples/built target/kserve/built $(chart_tools)/built ## Every example, and every client in it (6 min cold, 15 s warm)
	$(debug-build)
	PATH="$(chart_tools)/bin:$$PATH" tests/examples/run $(build)/debug/ml-serving
