#!/bin/sh
# render.sh OLDEST... NEWEST: every values file, with Helm 3 and Helm 4, for each Kubernetes; the same from both, and valid.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for values in charts/ml-serving/ci/*-values.yaml tests/chart/*-values.yaml; do
	for helm in helm3 helm; do
		"$helm" lint --strict --quiet charts/ml-serving --values "$values"
	done
	for kubernetes; do
		newest=$kubernetes
	done
	for kubernetes; do
		[ "$values" != tests/chart/newest-values.yaml ] || [ "$kubernetes" = "$newest" ] || continue
		for helm in helm3 helm; do
			"$helm" template demo charts/ml-serving --namespace models --kube-version "$kubernetes" --values "$values" |
				grep -v '^$' >"$work/$helm.yaml"
		done
		diff "$work/helm3.yaml" "$work/helm.yaml"
		kubeconform -strict -summary \
			-schema-location "target/schemas/$kubernetes/{{ .ResourceKind }}{{ .KindSuffix }}.json" \
			-schema-location 'tests/chart/schemas/{{ .ResourceKind }}{{ .KindSuffix }}.json' \
			"$work/helm.yaml" | sed "s|^|$(basename "$values" -values.yaml), Kubernetes $kubernetes: |" >"$work/summary" || {
			cat "$work/summary"
			exit 1
		}
		cat "$work/summary"
	done
done
