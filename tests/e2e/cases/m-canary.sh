# A canary behind a gateway, under load and without a failed request: 10 %, 50 %, promoted; by header and cookie; 10 %, taken back; one that never becomes
# ready; copies that the gateway cannot make. With both Helms at once.
# Alone: a gateway that waits for the processors makes clients wait, and loses those that do not wait for long.
kubectl get gatewayclass traefik >/dev/null 2>&1 || skip "no gateway controller called traefik"
address=$(kubectl --namespace traefik get service traefik --output 'jsonpath={.status.loadBalancer.ingress[0].ip}')
gateway <<'YAML'
- {name: http, port: 80, protocol: HTTP}
YAML
one=$(version 1) two=$(version 2)

# change ARGUMENT...: an upgrade that keeps what was set before.
change() { "$helm" upgrade "$helm" $chart --namespace "$ns" --reset-then-reuse-values --wait "$@" >"$work/helm.log" 2>&1; }
changed() { change "$@" || fail "upgrade: $(tail -3 "$work/helm.log")"; }
refused() {
	! change "${@:2}" || fail "not refused: ${*:2}"
	grep -q "ERROR: $1" "$work/helm.log" || fail "another reason: $(tail -3 "$work/helm.log")"
	note "refused: $(grep -o 'ERROR: .*' "$work/helm.log" | head -1 | cut -c1-100)"
}
# told TITLE: runs the command that the notes have below it.
told() {
	local command
	command=$("$helm" get notes "$helm" --namespace "$ns" | sed -n "/^ *$1/{n;s/^ *helm //;s| CHART | $chart |;p}")
	[ -n "$command" ] || fail "no command in the notes: $1"
	eval "$helm $command" >"$work/helm.log" 2>&1 || fail "$command: $(tail -3 "$work/helm.log")"
}
through() { load "$1" "http://$helm.example.com" "$2" -connect-to "$helm.example.com:80:$address:80" "${@:3}"; }
# measure SHARES: what the gateway has to do, once it has heard of it. It takes turns with all of its requests, so that those of one client may have other shares.
measure() {
	local from
	sleep 4
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
routed() { curl -sf -o /dev/null --resolve "$helm.example.com:80:$address" "http://$helm.example.com/health/ready"; }

canary() {
	helm=$1 measured=()
	install "$helm" "$helm" --set replicaCount=2 --set minReadySeconds=1 --set model.source.configMap=model-1 \
		--set httpRoute.enabled=true --set 'httpRoute.parentRefs[0].name=gateway' --set "httpRoute.hostnames[0]=$helm.example.com"
	wait_for 60 "the route" routed
	through kept 80
	through fresh 40 -keepalive=false

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

	through kept 80
	through fresh 40 -keepalive=false
	changed --set canary.enabled=true --set canary.model.source.configMap=model-1
	refused "canary.mirror is not for Traefik" --set canary.mirror=true
	changed --set canary.weight=10
	measure "$two=90,$one=10"
	told "Take it back"
	measure "$two=100"
	loaded "$two,$one"

	through kept 80
	through fresh 40 -keepalive=false
	rollback=--rollback-on-failure
	[ "$helm" = helm ] || rollback=--atomic
	! change --set canary.enabled=true --set canary.model.source.configMap=model-broken --set progressDeadlineSeconds=10 $rollback --timeout 20s || fail "a broken canary is ready"
	note "$(grep -o 'UPGRADE FAILED.*\|Error: .*' "$work/helm.log" | head -1 | cut -c1-100)"
	refused "canary.weight 10 sends" --set canary.enabled=true --set canary.model.source.configMap=model-broken --set canary.weight=10
	! k get deployment "$(fullname "$helm")-canary" >/dev/null 2>&1 || fail "the broken canary is still there"
	loaded "$two"
}
with_both canary
