# A model that cannot be loaded: no request ever reaches it, helm rolls back, and a pod that is lost meanwhile comes back with the old model.
one=$(version 1)
failed_update() {
	local helm=$1 at took upgrading rollback=--rollback-on-failure
	[ $helm = helm ] || rollback=--atomic
	install $helm $helm --set replicaCount=3 --set model.source.configMap=model-1
	load_both "$(url $helm)"
	sleep 5
	at=$SECONDS
	helm_with $helm upgrade $helm $rollback --timeout 60s --set replicaCount=3 --set model.source.configMap=model-broken --set progressDeadlineSeconds=30 &
	upgrading=$!
	sleep 15
	note "the new pod says: $(k logs --selector "app.kubernetes.io/instance=$helm" --tail 5 | grep -m 1 -E '^ml-serving: |"level":"ERROR"')"
	[ "$(ready_pods $helm | wc -l)" = 3 ] || fail "not all of the old pods are ready: $(ready_pods $helm)"
	k delete pod "$(ready_pods $helm | head -1)" --wait=false >/dev/null
	! wait $upgrading || fail "the upgrade has succeeded"
	took=$((SECONDS - at))
	note "upgrade failed after $took s: $(grep -o 'UPGRADE FAILED.*\|Error: .*' "$work/helm.log" | head -1 | cut -c1-150)"
	[ $took -lt 110 ] || fail "it took too long"
	[ "$($helm status $helm --namespace "$ns" --output json | jq -r .info.status)" = deployed ] || fail "the release is not deployed"
	k rollout status deployment "$(fullname $helm)" --timeout 60s >/dev/null
	sleep 15
	unload kept fresh
	report kept fresh -- --versions "$one"
	$helm uninstall $helm --namespace "$ns" >/dev/null
}
with_both failed_update
