# A canary that gets a copy of every request, through a gateway that can make them: Contour and its Envoy, which run on this machine. Clients see the
# stable model alone, without a failed request, whatever becomes of the canary. With both Helms at once.
command -v contour >/dev/null && command -v envoy >/dev/null || skip "make mirror-gateway builds what is missing"
one=$(version 1) two=$(version 2)
cat >"$work/class.yaml" <<'YAML'
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: contour}
spec: {controllerName: projectcontour.io/gateway-controller}
YAML
outside gatewayclass/contour "$work/class.yaml"
outside customresourcedefinition/httpproxies.projectcontour.io target/tools/contour-crds

# Contour adds 8000 to the number of a listener's port.
address=127.0.0.1 port=$(free_port)
while [ "$port" -le 8000 ]; do port=$(free_port); done
gateway contour <<YAML
- {name: http, port: $((port - 8000)), protocol: HTTP}
YAML
echo "gateway: {gatewayRef: {namespace: $ns, name: gateway}}" >"$work/contour.yml"
# Of what the Gateway API has, the routes alone.
without=()
for feature in extensionservices tlsroutes grpcroutes tcproutes backendtlspolicies; do without+=(--disable-feature "$feature"); done
xds=$(free_port) health=$(free_port) metrics=$(free_port) debug=$(free_port)
contour serve --kubeconfig "$KUBECONFIG" --config-path "$work/contour.yml" --watch-namespaces "$ns" "${without[@]}" --disable-leader-election --insecure --xds-port "$xds" \
	--health-address 127.0.0.1 --health-port "$health" --http-address 127.0.0.1 --http-port "$metrics" --debug-http-port "$debug" >"$work/contour.log" 2>&1 &
wait_for 60 "Contour, see $work/contour.log" curl -sf -o /dev/null "127.0.0.1:$health/healthz"
contour bootstrap --xds-address 127.0.0.1 --xds-port "$xds" --admin-address "$PWD/$work/admin" --namespace "$ns" "$work/envoy.json" 2>"$work/bootstrap.log"
envoy --config-path "$work/envoy.json" --service-cluster "$ns" --service-node "$ns" --use-dynamic-base-id --concurrency 1 --log-level warning >"$work/envoy.log" 2>&1 &

# predictions TRACK: how many the pods of the track have answered with 200.
predictions() {
	local pod
	for pod in $(k get pods --selector "app.kubernetes.io/instance=$helm,ml-serving/track=$1" --output 'jsonpath={.items[*].status.podIP}'); do
		# Nobody answers for a pod that has just gone.
		curl -sf --max-time 3 "$pod:8000/metrics"
	done | awk '/^http_requests_total\{/ && /operation="predict"/ && /code="200"/ {sum += $NF} END {print sum + 0}'
}
copied() { [ "$(predictions canary)" -gt 0 ]; }

mirror() {
	local stable canary
	helm=$1
	install_routed --set replicaCount=2
	both_through
	changed --set canary.enabled=true --set canary.model.source.configMap=model-2
	[ "$(predictions canary)" = 0 ] || fail "the canary has predicted without being asked to"
	changed --set canary.mirror=true
	wait_for 30 "a copy of a request" copied
	unload kept fresh
	report kept fresh -- --versions "$one"

	stable=$(predictions stable) canary=$(predictions canary)
	through thousand 100 -duration 10s
	wait "$(cat "$work/thousand.pid")"
	as_many() { [ "$(predictions stable) $(predictions canary)" = "$((stable + 1000)) $((canary + 1000))" ]; }
	wait_for 30 "a thousand predictions by each" as_many
	report thousand -- --versions "$one"

	both_through
	k delete "$(k get pods --selector "app.kubernetes.io/instance=$helm,ml-serving/track=canary" --output name)" >/dev/null
	wait_for 60 "copies for the next one" copied
	told "Take it back"
	gone() { ! copied; }
	wait_for 60 "the end of the canary" gone
	unload kept fresh
	report kept fresh -- --versions "$one"
}
with_both mirror
