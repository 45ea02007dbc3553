# Flagger's own controller takes a running release over, rolls a model out by weights at a gateway, asks a Prometheus in between and promotes it; it takes
# back what is refused and what never becomes ready. No failed request, and no upgrade starts or stops pods behind its back. With both Helms. Then, for each
# label that it may select pods by: what of the chart covers its pods.
# Alone: because of the gateway, as the canary.
command -v flagger >/dev/null || skip "make flagger-controller builds what is missing"
prometheus=$(get_prometheus) || skip "Prometheus is not to be had: $(tail -1 "$work/apt.log")"
kubectl get gatewayclass traefik >/dev/null 2>&1 || skip "no gateway controller called traefik"
[ -z "$(kubectl get deployments --all-namespaces --selector app.kubernetes.io/name=flagger --output name)" ] || skip "the cluster has a Flagger, which would see the Canaries too"
address=$(kubectl --namespace traefik get service traefik --output 'jsonpath={.status.loadBalancer.ingress[0].ip}') port=80
one=$(version 1) two=$(version 2)
outside customresourcedefinition/canaries.flagger.app target/tools/flagger-crds
jq -nc '[range(100) | {features: [5.1, 3.5, 1.4, 0.2]}]' >"$work/batch.json"

# control LABEL PROVIDER PORT: a controller and a Prometheus for the Canaries of the namespace; they take two ports.
control() {
	flagger -kubeconfig "${KUBECONFIG:-$HOME/.kube/config}" -namespace "$ns" -selector-labels "$1" -mesh-provider "$2" -control-loop-interval 1s -port "$3" \
		-metrics-server "http://127.0.0.1:$(($3 + 1))" >"$work/flagger.log" 2>&1 &
	wait_for 60 "the controller, see $work/flagger.log" curl -sf -o /dev/null "127.0.0.1:$3/healthz"
	start_prometheus $(($3 + 1)) 1
	while sleep 1; do discover; done &
}
phase() { [ "$(k get canary "$1" --output 'jsonpath={.status.phase}')" = "$2" ]; }

# share TRACK CODES: of the answers to predictions of such pods, the percentage with such codes.
share() {
	local asked="http_requests_total{ {{- include \"ml-serving.series\" . }},ml_serving_track=\"$1\",{{ include \"ml-serving.predictions\" . }}"
	echo "100 * (sum(rate($asked,code=~\"$2\"}[{{ \`{{ interval }}\` }}])) or vector(0)) / sum(rate($asked}[{{ \`{{ interval }}\` }}]))"
}
# As in docs/kubernetes.md, in seconds instead of minutes; with a metric more.
values() {
	local metric provider="{type: prometheus, address: 'http://127.0.0.1:$1'}"
	cat <<-YAML
		service: {enabled: false}
		httpRoute: {enabled: false}
		extraObjects:
		  - apiVersion: flagger.app/v1beta1
		    kind: Canary
		    metadata: {name: '{{ include "ml-serving.fullname" . }}'}
		    spec:
		      targetRef: {apiVersion: apps/v1, kind: Deployment, name: '{{ include "ml-serving.fullname" . }}'}
		      progressDeadlineSeconds: 40
		      service:
		        port: 80
		        targetPort: http
		        appProtocol: http
		        hosts: ['{{ .Release.Name }}.flagger.example.com']
		        gatewayRefs: [{name: gateway}]
		      analysis:
		        interval: 15s
		        threshold: 1
		        stepWeights: [25, 50]
		        metrics:
		          - {name: failures, templateRef: {name: failures}, thresholdRange: {max: 1}, interval: 10s}
		          - {name: refusals, templateRef: {name: refusals}, thresholdRange: {max: 5}, interval: 10s}
	YAML
	for metric in "failures: $(share stable '5..|429')" "refusals: $(share stable 4..) - $(share stable-primary 4..)"; do
		cat <<-YAML
			  - apiVersion: flagger.app/v1beta1
			    kind: MetricTemplate
			    metadata: {name: ${metric%%: *}}
			    spec:
			      provider: $provider
			      query: |
			        ${metric#*: }
		YAML
	done
}

handed_over() {
	local helm=$1 host=$1.flagger.example.com name ports window before
	name=$(fullname "$helm") ports=$([ "$helm" = helm ] && echo 18110 || echo 18120)
	weighs() { [ "$(k get canary "$name" --output 'jsonpath={.status.canaryWeight}')" = "$1" ]; }
	# So often. Helm may have waited for the pods until Flagger has stopped them.
	taken_back() { phase "$name" Failed && [ "$(curl -sf "127.0.0.1:$ports/metrics" | sed -n 's/^flagger_canary_failures_total{.* //p')" = "$1" ]; }
	# Shows those of Flagger's events; there must be one.
	told() {
		local said
		said=$(k get events --field-selector "involvedObject.kind=Canary,involvedObject.name=$name" --output json | jq -r '.items[].message' | grep "$1") || fail "Flagger has not told: $1"
		sed 's/^/   /' <<<"$said"
	}
	# Those that do not end, as TRACK/NAME.
	pods() { k get pods --selector "app.kubernetes.io/instance=$helm,app.kubernetes.io/component=server" --output json | jq -r '[.items[] | select(.metadata.deletionTimestamp == null) | .metadata | .labels["ml-serving/track"] + "/" + .name] | sort | join(" ")'; }
	as_before() { [ "$(pods)" = "$before" ]; }
	primary() { [[ $(replicas "$helm") == 0 && $(pods) =~ ^stable-primary/[^\ ]*\ stable-primary/[^\ ]*$ ]]; }
	# The same pods before and after.
	quiet() {
		before=$(pods)
		upgrade "$helm" "$helm" "${settings[@]}" "$@"
		as_before || fail "the upgrade has started or stopped pods: $before, now $(pods)"
	}

	namespace "$helm"
	gateway <<-'YAML'
		- {name: http, port: 80, protocol: HTTP}
	YAML
	k annotate configmap model-1 model-2 model-broken flagger.app/config-tracking=disabled >/dev/null
	control ml-serving/track gatewayapi:v1 "$ports"
	values $((ports + 1)) >"$work/values.yaml"

	note "from the chart's pods to Flagger's"
	settings=(--set minReadySeconds=1)
	chart_own=(--set httpRoute.enabled=true --set 'httpRoute.parentRefs[0].name=gateway' --set "httpRoute.hostnames[0]=$host" --set model.source.configMap=model-1)
	install "$helm" "$helm" "${settings[@]}" "${chart_own[@]}"
	wait_for 60 "the route" routed
	through kept 40
	through fresh 20 -keepalive=false
	load inside "$(url "$helm")" 20 -keepalive=false
	quiet "${chart_own[@]}" --set 'commonAnnotations.helm\.sh/resource-policy=keep'
	settings+=(--values "$work/values.yaml")
	upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-1
	wait_for 120 "Flagger's own pods" phase "$name" Initialized
	wait_for 30 "two pods of the primary alone" primary
	if [ "$helm" = helm ]; then
		! helm_with "$helm" upgrade "$helm" "${settings[@]}" --set model.source.configMap=model-1 || fail "helm has taken the number of pods from the controller"
		note "refused: $(grep -o 'conflict with .*' "$work/helm.log" | head -1 | tr -d '\\')"
	fi
	settings+=(--set replicaCount=null)
	upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-1
	# Helm 3 removes the field, which makes it 1; Helm 4 leaves it to its owner.
	if [ "$helm" = helm3 ]; then
		[ "$(replicas "$helm")" = 1 ] || fail "Helm 3 has left the number of pods at $(replicas "$helm")"
		k scale deployment "$name" --replicas=0 >/dev/null
	fi
	wait_for 30 "two pods of the primary alone" primary
	k delete service "$name-stable" >/dev/null

	note "another model, in steps"
	quiet --set model.source.configMap=model-1 --set deploymentAnnotations.seen=before
	upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-2
	wait_for 120 "the first step" weighs 25
	wait_for 10 "the gateway's news of it" acts_by "$one=75,$two=25"
	window=$(date +T%T.%N)
	sleep 6
	window+=,$(date +T%T.%N)
	weighs 25 || fail "the step has ended too early to measure"
	quiet --set model.source.configMap=model-2 --set deploymentAnnotations.seen=between
	wait_for 180 "the whole model" phase "$name" Succeeded
	wait_for 30 "two pods of the primary alone" primary
	told "Advance.*weight\|Promotion completed"
	note "$(curl -s "127.0.0.1:$ports/metrics" | grep '^flagger_canary_metric_analysis' | sed 's/.*metric="\([a-z]*\)".* /\1 /' | paste -sd' ')"

	note "a setting with which clients are refused"
	printf 'POST http://%s/predict/batch\ncontent-type: application/json\n@%s\n' "$host" "$work/../batch.json" >"$work/batch.target"
	vegeta attack -rate 10 -duration 0 -timeout 10s -keepalive=false -connect-to "$host:80:$address:$port" -targets "$work/batch.target" -output "$work/batch.bin" &
	echo $! >"$work/batch.pid"
	before=$(pods)
	upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-2 --set config.server.max_batch_rows=10
	wait_for 120 "the end of it" taken_back 1
	told "Halt.*refusals"
	wait_for 30 "the pods as before" as_before
	unload batch
	codes=$(vegeta encode "$work/batch.bin" | jq -s -c 'group_by(.code) | map({key: "\(.[0].code)", value: length}) | from_entries')
	note "batches: $codes"
	jq -e 'keys == ["200", "413"]' <<<"$codes" >/dev/null || fail "other answers than 200 and 413"
	quiet --set model.source.configMap=model-2

	note "a broken model"
	before=$(pods)
	upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-broken
	wait_for 120 "the end of it" taken_back 2
	told "not ready: .*are available"
	wait_for 30 "the pods as before" as_before
	quiet --set model.source.configMap=model-2
	unload kept fresh inside
	report kept fresh -- --between "$window" --shares "$one=75,$two=25"
	report kept fresh inside -- --versions "$one,$two"
}
with_both handed_over

# Two releases in one namespace, for each label.
at() { label=$1 ns=e2e-$0-${1#*/} work=target/e2e/$0/${1#*/}; }
labels=(app.kubernetes.io/name app.kubernetes.io/instance ml-serving/track)
cat >"$work/covered.yaml" <<'YAML'
service: {enabled: false}
networkPolicy: {enabled: true}
metrics: {podMonitor: {enabled: true}, prometheusRule: {enabled: true}}
podAnnotations: {prometheus.io/scrape: "true", prometheus.io/port: "8000", prometheus.io/path: /metrics}
extraObjects:
  - apiVersion: flagger.app/v1beta1
    kind: Canary
    metadata: {name: '{{ .Release.Name }}'}
    spec:
      targetRef: {apiVersion: apps/v1, kind: Deployment, name: '{{ .Release.Name }}'}
      service: {port: 80, targetPort: http}
      analysis: {interval: 10s, threshold: 1, iterations: 1}
YAML
# count KIND NAME PATH: the pods that the labels there select.
count() { k get pods --selector "$(k get "$1" "$2" --output json | jq -r "$3 | to_entries | map(\"\(.key)=\(.value)\") | join(\",\")")" --output name | wc -l; }
asked() { curl -sfG "127.0.0.1:$port/api/v1/query" --data-urlencode "query=$1" | jq -r '.data.result | length'; }
found() { [ "$(asked 'up == 1')" = 4 ]; }
budgeted() { [ "$(k get poddisruptionbudget first --output 'jsonpath={.status.expectedPods}')" = "$1" ]; }

note "what of the chart covers the primary's pods, by label"
port=18130
for each in "${labels[@]}"; do
	at "$each"
	mkdir -p "$work"
	namespace "${each#*/}"
	control "$label" kubernetes $((port += 10))
	for release in first second; do
		install helm $release --values "$work/../covered.yaml" --set fullnameOverride=$release --set "nameOverride=$([[ $label == *name ]] && echo $release)"
	done
done
port=18131
for each in "${labels[@]}"; do
	at "$each"
	port=$((port + 10))
	for release in first second; do wait_for 120 "Flagger's pods" phase $release Initialized; done
	wait_for 60 "the pods' metrics, see $work/prometheus.log" found
	wait_for 30 "the budget of $label" budgeted "$([[ $label == *track ]] && echo 2 || echo 0)"
	covers="budget $(k get poddisruptionbudget first --output 'jsonpath={.status.expectedPods}'), network policy $(count networkpolicy first .spec.podSelector.matchLabels), monitor $(count podmonitor first .spec.selector.matchLabels)"
	covers+=", MlServingDown $(asked "$(k get prometheusrule first --output json | jq -r '.spec.groups[].rules[] | select(.alert == "MlServingDown").expr')")"
	covers+=", Service $(k get endpointslices --selector kubernetes.io/service-name=first --output json | jq '[.items[].endpoints[]?] | length')"
	note "$label: $covers"
	case $label in
		*track) [ "$covers" = "budget 2, network policy 2, monitor 2, MlServingDown 0, Service 4" ] ;;
		*) [ "$covers" = "budget 0, network policy 0, monitor 0, MlServingDown 1, Service 2" ] ;;
	esac || fail "not as docs/kubernetes.md tells"
done
