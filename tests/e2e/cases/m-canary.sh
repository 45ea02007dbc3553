# A canary behind a gateway, under load and without a failed request: 10 %, 50 %, promoted; by header and cookie; 10 %, taken back; one that never becomes
# ready; copies that the gateway cannot make. With both Helms at once.
# Alone: a gateway that waits for the processors makes clients wait, and loses those that do not wait for long.
kubectl get gatewayclass traefik >/dev/null 2>&1 || skip "no gateway controller called traefik"
address=$(kubectl --namespace traefik get service traefik --output 'jsonpath={.status.loadBalancer.ingress[0].ip}') port=80
gateway <<'YAML'
- {name: http, port: 80, protocol: HTTP}
YAML
one=$(version 1) two=$(version 2)

# measure SHARES: what the gateway has to do, once it acts on its news. It takes turns with all of its requests, so that those of one client may have other shares.
measure() {
	local from
	wait_for 60 "a gateway with the shares $1" acts_by "$1"
	from=$(date +T%T.%N)
	sleep 6
	measured+=("$from,$(date +T%T.%N) $1")
}
# loaded VERSIONS: ends the load and looks at all of it.
loaded() {
	local window
	unload kept fresh
	report kept fresh -- --versions "$1"
	for window in "${measured[@]}"; do
		report kept fresh -- --between "${window% *}" --shares "${window#* }"
	done
	measured=()
}
pods() { k get pods --selector "app.kubernetes.io/instance=$helm" --output name | sort; }

canary() {
	helm=$1 measured=()
	install_routed --set replicaCount=2
	both_through

	refused "canary.weight 10 sends" --set canary.enabled=true --set canary.model.source.configMap=model-2 --set canary.weight=10
	changed --set canary.enabled=true --set canary.model.source.configMap=model-2
	before=$(pods)
	changed --set canary.weight=10 --set canary.match.header.name=x-canary --set canary.match.header.value=yes \
		--set canary.match.cookie.name=track --set canary.match.cookie.value=canary
	measure "$one=90,$two=10"
	through header 25 -header "x-canary: yes"
	through cookie 25 -header "cookie: a=b; track=canary"
	sleep 3
	unload header cookie
	report header cookie -- --versions "$two"
	changed --set canary.weight=50
	measure "$one=50,$two=50"
	[ "$(pods)" = "$before" ] || fail "a weight has replaced pods"
	told "Promote it"
	measure "$two=100"
	loaded "$one,$two"

	both_through
	changed --set canary.enabled=true --set canary.model.source.configMap=model-1
	refused "canary.mirror is not for Traefik" --set canary.mirror=true
	changed --set canary.weight=10
	measure "$two=90,$one=10"
	told "Take it back"
	measure "$two=100"
	loaded "$two,$one"

	both_through
	rollback=--rollback-on-failure
	[ "$helm" = helm ] || rollback=--atomic
	! change --set canary.enabled=true --set canary.model.source.configMap=model-broken --set progressDeadlineSeconds=10 $rollback --timeout 20s || fail "a broken canary is ready"
	note "$(grep -o 'UPGRADE FAILED.*\|Error: .*' "$work/helm.log" | head -1 | cut -c1-100)"
	refused "canary.weight 10 sends" --set canary.enabled=true --set canary.model.source.configMap=model-broken --set canary.weight=10
	! k get deployment "$(fullname "$helm")-canary" >/dev/null 2>&1 || fail "the broken canary is still there"
	loaded "$two"
}
with_both canary
