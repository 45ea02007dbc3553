#!/bin/sh
# score.sh: what kube-score finds in the values files of the chart, but for what is on purpose; docs/kubernetes.md#security says why.
set -eu
cd "$(dirname "$0")/../.."
on_purpose="--ignore-container-cpu-limit --ignore-test container-image-pull-policy --ignore-test deployment-has-host-podantiaffinity"
# Only hardened-values.yaml names a user, sets bounds to the disk and has a NetworkPolicy.
not_hardened="--ignore-test container-security-context-user-group-id --ignore-test container-ephemeral-storage-request-and-limit --ignore-test pod-networkpolicy"
for values in charts/ml-serving/ci/*-values.yaml; do
	case $values in *hardened*) ignored="$on_purpose --exit-one-on-warning" ;; *) ignored="$on_purpose $not_hardened" ;; esac
	# shellcheck disable=SC2086
	helm template demo charts/ml-serving --namespace models --values "$values" | kube-score score --kubernetes-version v1.30 --output-format ci $ignored - >target/score ||
		{ echo "kube-score, $values:" && grep -v '^\[OK\|^\[SKIPPED' target/score; exit 1; } >&2
done
