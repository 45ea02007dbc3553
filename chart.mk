# The chart, the image and docker-compose.yml: tools, generated files, checks. Included by the Makefile.

.PHONY: chart-generate chart-test chart-crds compose-check image push deploy e2e

chart := charts/ml-serving
chart_tools := $(CURDIR)/target/tools
image ?= ml-serving:test
# A client that has BuildKit.
docker ?= docker

# The oldest Kubernetes the chart supports and the newest there is.
kubernetes := 1.30.14 1.37.1
schemas := $(kubernetes:%=target/schemas/%)

# Only the recipes below see the tools' own helm, python and so on.
chart-generate chart-test chart-crds compose-check deploy e2e: export PATH := $(chart_tools)/bin:$(PATH)

# Helm 3 and Helm 4 share a name, so Helm 3 is built as helm3.
$(chart_tools)/built: tools/requirements.txt tools/go.mod tools/go.sum tools/compose-config/main.go
	python3 -m venv $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check $(packages)
	cd tools && GOBIN=$(chart_tools)/bin go install $$(go list tool | grep -v helm/v3)
	cd tools && go build -o $(chart_tools)/bin/helm3 helm.sh/helm/v3/cmd/helm
	cd tools && go build -o $(chart_tools)/bin/compose-config ./compose-config
	touch $@

# JSON schemas from Kubernetes' own sources; the modules are kept in Go's cache.
target/schemas/%: tests/chart/schemas.py | $(chart_tools)/built
	cd tools && go mod download -json k8s.io/kubernetes@v$* >$(CURDIR)/target/kubernetes.json
	$(chart_tools)/bin/python $< "$$(jq -r .Dir target/kubernetes.json)/api/openapi-spec/swagger.json" $@

chart-generate: $(chart_tools)/built ## Remake the chart's schema and README from its values (3 min cold, 1 s warm)
	helm-values-schema-json >/dev/null
	helm-docs --log-level warning --chart-search-root charts --skip-version-footer --sort-values-order file

chart-test: chart-generate $(schemas) ## Check the chart, offline (4 min cold, 15 s warm)
	git diff --exit-code -- $(chart)/values.schema.json $(chart)/README.md
	test "$$(wc -l <$(chart)/values.yaml)" -le 400
	hadolint Dockerfile
	ct lint --all --config ct.yaml
	helm-unittest --strict $(chart)
	tests/chart/render.sh $(kubernetes)
	kubeconform -strict -schema-location 'tests/chart/schemas/{{ .ResourceKind }}{{ .KindSuffix }}.json' examples/kserve/cluster-serving-runtime.yaml

# Only when a version below is raised.
chart-crds: $(chart_tools)/built ## Remake the schemas of custom kinds
	tests/chart/crds.sh github.com/prometheus-operator/prometheus-operator@v0.85.0 example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml
	tests/chart/crds.sh sigs.k8s.io/gateway-api@v1.4.1 config/crd/standard/gateway.networking.k8s.io_httproutes.yaml
	tests/chart/crds.sh github.com/kserve/kserve@v0.16.0 config/crd/full/serving.kserve.io_clusterservingruntimes.yaml

compose-check: $(chart_tools)/built ## Check docker-compose.yml as `docker compose config` does (3 min cold, 1 s warm)
	compose-config docker-compose.yml >target/compose.json

image: ## Build the image
	DOCKER_BUILDKIT=1 $(docker) build \
		--build-arg VERSION=$$(sed -n 's/^appVersion: "\(.*\)"/\1/p' $(chart)/Chart.yaml) \
		--build-arg REVISION=$$(git rev-parse HEAD) --tag $(image) .

push: image ## Push it: make push image=registry.example.com/team/ml-serving:1.2.3
	$(docker) push $(image)

deploy: $(chart_tools)/built ## Install or upgrade on the cluster of KUBECONFIG: make deploy image=...
	helm upgrade --install ml-serving $(chart) --wait --rollback-on-failure \
		--set image.registry= --set image.repository=$(firstword $(subst :, ,$(image))) --set image.tag=$(lastword $(subst :, ,$(image)))

e2e: $(chart_tools)/built ## Everything that only a real cluster shows, on the one of KUBECONFIG
	tests/e2e/run $(cases)
