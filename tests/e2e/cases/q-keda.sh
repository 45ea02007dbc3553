# KEDA's own operator and its metrics adapter scale by CPU, by requests in flight that a Prometheus counts, and to zero and back by what a gateway counts.
# No failed request, and no upgrade changes the number of pods. With both Helms.
{ command -v keda-operator && command -v keda-adapter; } >/dev/null || skip "make keda-operator builds what is missing"
prometheus=$(get_prometheus) || skip "Prometheus is not to be had: $(tail -1 "$work/apt.log")"
# It would scale as well, and there can be one adapter only.
for theirs in customresourcedefinition/scaledobjects.keda.sh apiservice/v1beta1.external.metrics.k8s.io; do
	! kubectl get "$theirs" >/dev/null 2>&1 || skip "the cluster has one of its own: $theirs"
done
one=$(version 1) two=$(version 2)
address=$(host_address)

# The adapter's API first: while it does not answer, no namespace can end. What the operator has put a finalizer on ends by the operator, if it still runs.
undo() {
	kubectl delete apiservice v1beta1.external.metrics.k8s.io --ignore-not-found >/dev/null
	k delete scaledobjects --all --timeout 30s >/dev/null ||
		k get scaledobjects --output name | while read -r object; do k patch "$object" --type merge --patch '{"metadata":{"finalizers":null}}' >/dev/null; done
	kubectl delete --ignore-not-found --timeout 60s --filename target/tools/keda-crds >/dev/null
}
kubectl apply --server-side --filename target/tools/keda-crds >/dev/null
kubectl wait --for condition=established --timeout 60s --filename target/tools/keda-crds >/dev/null

# One certificate for all: of the operator, of the adapter as its client, and of the adapter as a server.
mkdir -p "$work/certs"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=keda -addext extendedKeyUsage=serverAuth,clientAuth \
	-addext "subjectAltName=DNS:localhost,DNS:keda-metrics-apiserver.$ns.svc" -keyout "$work/certs/tls.key" -out "$work/certs/tls.crt" 2>/dev/null
cp "$work/certs/tls.crt" "$work/certs/ca.crt"
export WATCH_NAMESPACE=$ns POD_NAMESPACE=$ns KEDA_CLUSTER_OBJECT_NAMESPACE=$ns
keda-operator --leader-elect=false --cert-dir "$work/certs" --metrics-bind-address 127.0.0.1:18091 --health-probe-bind-address 127.0.0.1:18081 \
	--metrics-service-bind-address 127.0.0.1:19666 >"$work/operator.log" 2>&1 &
wait_for 60 "the operator, see $work/operator.log" curl -sf -o /dev/null 127.0.0.1:18081/readyz
config=${KUBECONFIG:-$HOME/.kube/config}
keda-adapter --bind-address "$address" --secure-port 16443 --port 18092 --metrics-service-address localhost:19666 --cert-dir "$work/certs" \
	--tls-cert-file "$work/certs/tls.crt" --tls-private-key-file "$work/certs/tls.key" --client-ca-file "$work/certs/ca.crt" \
	--lister-kubeconfig "$config" --authentication-kubeconfig "$config" --authorization-kubeconfig "$config" >"$work/adapter.log" 2>&1 &
kubectl apply --filename - >/dev/null <<YAML
apiVersion: v1
kind: Service
metadata: {name: keda-metrics-apiserver, namespace: $ns}
spec:
  ports: [{name: https, port: 443, targetPort: 16443}]
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: keda-metrics-apiserver, namespace: $ns, labels: {kubernetes.io/service-name: keda-metrics-apiserver}}
addressType: IPv4
endpoints: [{addresses: ["$address"]}]
ports: [{name: https, port: 16443, protocol: TCP}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1beta1.external.metrics.k8s.io}
spec:
  service: {name: keda-metrics-apiserver, namespace: $ns}
  group: external.metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  caBundle: $(base64 -w0 "$work/certs/ca.crt")
YAML
kubectl wait --for condition=Available --timeout 60s apiservice/v1beta1.external.metrics.k8s.io >/dev/null || fail "the API server does not reach the adapter, see $work/adapter.log"

# counted RELEASE NUMBER: what a gateway would count.
counted() {
	printf 'groups: [{name: %s, rules: [{record: gateway_requests, labels: {backend: %s}, expr: vector(%s)}]}]\n' "$1" "$1" "$2" >"$all/$1.new"
	mv "$all/$1.new" "$all/gateway-$1.yml"
	kill -HUP "$prometheus_pid"
}
all=$work
rm -f "$all"/gateway-*.yml
start_prometheus 19093 1 'gateway-*.yml'
prometheus_pid=$!
while sleep 1; do discover; done &
wait_for 30 "Prometheus, see $work/prometheus.log" curl -sf -o /dev/null 127.0.0.1:19093/-/ready

# Ten seconds for each of the requests of whom so many are in flight at a time.
printf '%-20000s' "$(cat target/e2e/body.json)" >"$work/slow.json"
slow() {
	curl --silent --show-error --no-progress-meter --parallel --parallel-immediate --parallel-max "$2" --limit-rate 2000 --header 'connection: close' \
		--header 'content-type: application/json' --data-binary @"$all/slow.json" --output /dev/null --write-out '%{stderr}%{http_code}\n' \
		"$1/predict#[1-10000]" 2>"$work/slow.codes" &
	slow_pid=$!
}

scaled() {
	local helm=$1 name watching
	name=$(fullname "$helm")
	pods() { [ "$(replicas "$helm")" = "$1" ] && [ "$(ready_pods "$helm" | wc -l)" = "$1" ]; }
	more() { [ "$(replicas "$helm")" -gt "$1" ]; }
	condition() { k get scaledobject "$name" --output "jsonpath={.status.conditions[?(@.type==\"$1\")].status}"; }
	silent() { ! curl -s -o /dev/null --max-time 5 "$(url "$helm")/health/live"; }
	ready() { [ "$(condition Ready)" = True ]; }
	unready() { [ "$(condition Ready)" = False ]; }
	measured() {
		kubectl get --raw "/apis/external.metrics.k8s.io/v1beta1/namespaces/$ns/s0-prometheus?labelSelector=scaledobject.keda.sh%2Fname%3D$name" |
			jq -r '.items[0].value | if endswith("m") then (.[:-1] | tonumber) / 1000 else tonumber end'
	}
	between() { jq -en --argjson is "$(measured)" "\$is >= $1 and \$is <= $2" >/dev/null; }
	# Every number of pods that is wanted, from now on.
	watch() {
		command kubectl --namespace "$ns" get deployment "$name" --watch --output 'jsonpath={.spec.replicas}{"\n"}' >"$work/replicas" 2>/dev/null &
		watching=$!
	}
	unwatch() {
		kill $watching
		note "$1: $(uniq "$work/replicas" | paste -sd' ') pods"
		[ "$(uniq "$work/replicas" | paste -sd' ')" = "$2" ] || fail "$2 would be right"
	}
	settings=(--set autoscaling.keda.enabled=true --set autoscaling.keda.pollingInterval=5 --set autoscaling.keda.cooldownPeriod=5
		--set autoscaling.minReplicas=1 --set autoscaling.maxReplicas=6 --set resources.requests.cpu=20m --set autoscaling.behavior.scaleDown.stabilizationWindowSeconds=15
		--set-json 'autoscaling.behavior.scaleDown.policies=[{"type":"Percent","value":100,"periodSeconds":15}]')
	by_prometheus=(--set autoscaling.keda.prometheus.serverAddress=http://127.0.0.1:19093 --set autoscaling.targetCPUUtilizationPercentage=null)

	note "by CPU"
	install "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-1
	wait_for 30 "the ScaledObject" ready
	[ -z "$("$helm" get manifest "$helm" --namespace "$ns" | grep '^  replicas:')" ] || fail "the Deployment has a number of pods"
	load_both "$(url "$helm")" 100
	wait_for 120 "more pods" more 1
	note "$(replicas "$helm") pods"

	note "by requests in flight"
	upgrade "$helm" "$helm" "${settings[@]}" "${by_prometheus[@]}" --set model.source.configMap=model-1
	wait_for 120 "one pod" pods 1
	wait_for 30 "hardly any requests in flight" between 0 6
	watch
	slow "$(url "$helm")" 40
	wait_for 240 "three pods for 40 requests" pods 3
	wait_for 60 "their number" between 36 48
	note "$(measured) requests in flight"
	unwatch "with the load" "1 2 3"
	watch
	upgrade "$helm" "$helm" "${settings[@]}" "${by_prometheus[@]}" --set model.source.configMap=model-2
	sleep 30
	unwatch "during an upgrade of the model" 3

	note "a Prometheus that does not answer"
	watch
	by_nobody=("${by_prometheus[@]}" --set autoscaling.keda.prometheus.serverAddress=http://127.0.0.1:1)
	# What Helm 4 waits with by default waits for the ScaledObject too.
	[ "$helm" = helm3 ] || by_nobody+=(--wait=legacy)
	upgrade "$helm" "$helm" "${settings[@]}" "${by_nobody[@]}" --set model.source.configMap=model-2
	wait_for 60 "that the ScaledObject is not ready" unready
	if [ "$helm" = helm ]; then
		! helm_with "$helm" upgrade "$helm" "${settings[@]}" "${by_nobody[@]}" --set model.source.configMap=model-2 --wait=watcher --timeout 15s || fail "helm has not waited for the ScaledObject"
		note "refused: $(grep -o 'ScaledObject/.* not ready[^\]*' "$work/helm.log" | head -1)"
	fi
	upgrade "$helm" "$helm" "${settings[@]}" "${by_nobody[@]}" --set model.source.configMap=model-2
	sleep 20
	unwatch "meanwhile" 3
	upgrade "$helm" "$helm" "${settings[@]}" "${by_prometheus[@]}" --set model.source.configMap=model-2
	wait_for 30 "the ScaledObject" ready
	kill $slow_pid
	note "slow requests: $(sort "$work/slow.codes" | uniq -c | tr -s ' \n' ' ')"
	[ "$(sort -u "$work/slow.codes")" = 200 ] || fail "other answers than 200"
	wait_for 240 "one pod again" pods 1
	unload kept fresh
	report kept fresh -- --versions "$one,$two"

	note "to zero"
	counted "$helm" 0
	settings+=("${by_prometheus[@]}" --set "autoscaling.keda.prometheus.query=gateway_requests{backend=\"$helm\"}" --set autoscaling.minReplicas=0)
	upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-2
	wait_for 60 "no pods" pods 0
	wait_for 60 "the last answer" silent
	watch
	upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-1
	unwatch "during an upgrade without pods" 0
	counted "$helm" 40
	wait_for 120 "three pods" pods 3
	load_both "$(url "$helm")" 100
	counted "$helm" 20
	wait_for 60 "two pods" pods 2
	unload kept fresh
	report kept fresh -- --versions "$one"
	ready || fail "the ScaledObject is not ready any more"
	gone() { [ -z "$(k get scaledobjects,horizontalpodautoscalers --output name | grep -- "$name\$")" ]; }
	"$helm" uninstall "$helm" --namespace "$ns" >/dev/null
	wait_for 60 "the end of the autoscaler" gone
}
with_both scaled
