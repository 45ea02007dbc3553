# The restricted Pod Security Standard, a read-only root, no token of the API, a network policy.
namespace restricted pod-security.kubernetes.io/enforce=restricted
for values in default hardened; do
	install helm $values --values $chart/ci/$values-values.yaml
	k get events --output json | jq -e '[.items[] | select(.message | contains("violates PodSecurity"))] == []' >/dev/null || fail "Pod Security complains"
	pods=$(k get pods --selector "app.kubernetes.io/instance=$values" --output json)
	jq -e '.items | length > 0 and all(.[].spec;
		(.containers | all(.securityContext.readOnlyRootFilesystem and (.securityContext.allowPrivilegeEscalation | not)))
		and (.volumes | all(has("projected") | not)) and .automountServiceAccountToken == false)' <<<"$pods" >/dev/null || fail "$values: a pod is not as it should be"
	helm test $values --namespace "$ns" >"$work/test.log" 2>&1 || fail "helm test: $(tail -5 "$work/test.log")"
	note "$values: running and tested"
done
k get networkpolicy hardened-ml-serving --output json | jq -e '.spec.policyTypes == ["Ingress", "Egress"]' >/dev/null || fail "no network policy"

# A namespace that the chart makes, and that stays.
install helm apart --set namespaceOverride="$ns-made" --set namespace.create=true --set 'namespace.labels.pod-security\.kubernetes\.io/enforce=restricted'
kubectl --namespace "$ns-made" wait --for=condition=Available deployment/apart-ml-serving --timeout 60s >/dev/null
helm uninstall apart --namespace "$ns" >/dev/null
kubectl get namespace "$ns-made" >/dev/null || fail "uninstall has deleted the namespace"
note "a namespace of the chart's own: made, used and kept"

# What no schema can see. Not here: a PriorityClass and a namespace of their own.
helm template everything $chart --namespace "$ns" --kube-version 1.35 --values tests/chart/everything-values.yaml --set namespace.create=false --set namespaceOverride= --set 'service.ipFamilies={IPv4}' \
	--set priorityClassName= --set metrics.prometheusRule.namespace= --set metrics.serviceMonitor.namespace= --set metrics.podMonitor.namespace= --set metrics.dashboard.namespace= |
	k apply --dry-run=server --filename - >"$work/dry.log" 2>&1 || fail "server-side dry run: $(grep -v 'dry run)$' "$work/dry.log")"
note "server-side dry run of everything: $(wc -l <"$work/dry.log") objects accepted"
