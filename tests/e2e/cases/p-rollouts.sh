# Argo Rollouts' own controller rolls a model out in steps and asks a Prometheus in between; it takes back what is refused and what never becomes
# ready. No failed request, and no upgrade starts pods behind the controller's back. With both Helms.
command -v rollouts-controller >/dev/null || skip "make rollouts-controller builds what is missing"
prometheus=$(get_prometheus) || skip "Prometheus is not to be had: $(tail -1 "$work/apt.log")"
one=$(version 1) two=$(version 2)
instance=e2e-p
outside customresourcedefinition/rollouts.argoproj.io target/tools/rollouts-crds

# Of the objects with its label alone: the cluster may have a controller already.
rollouts-controller --namespaced --namespace "$ns" --instance-id $instance --leader-elect=false --metricsPort 18090 --healthzPort 18080 >"$work/controller.log" 2>&1 &
wait_for 60 "the controller, see $work/controller.log" curl -sf -o /dev/null 127.0.0.1:18080/healthz

start_prometheus 19092 1
while sleep 1; do discover; done &

# share = CODES: of the answers to predictions of the new pods, those with such codes; with !=, of the other pods.
share() {
	local asked="http_requests_total{ {{- include \"ml-serving.series\" . }},rollouts_pod_template_hash$1\"{{ \`{{args.new}}\` }}\",{{ include \"ml-serving.predictions\" . }}"
	echo "(sum(rate($asked,code=~\"$2\"}[10s])) or vector(0)) / sum(rate($asked}[10s]))"
}
# As in docs/kubernetes.md, in seconds instead of minutes.
cat >"$work/values.yaml" <<YAML
extraObjects:
  - apiVersion: argoproj.io/v1alpha1
    kind: Rollout
    metadata:
      name: '{{ include "ml-serving.fullname" . }}'
      labels: {argo-rollouts.argoproj.io/controller-instance-id: $instance}
    spec:
      replicas: 4
      minReadySeconds: 1
      progressDeadlineSeconds: 25
      progressDeadlineAbort: true
      workloadRef: {apiVersion: apps/v1, kind: Deployment, name: '{{ include "ml-serving.fullname" . }}', scaleDown: onsuccess}
      strategy:
        canary:
          maxSurge: 1
          maxUnavailable: 0
          steps:
            - setWeight: 25
            - pause: {duration: 25s}
            - analysis:
                templates: [{templateName: '{{ include "ml-serving.fullname" . }}'}]
                args: [{name: new, valueFrom: {podTemplateHashValue: Latest}}]
            - setWeight: 50
            - pause: {duration: 5s}
            - setWeight: 100
  - apiVersion: argoproj.io/v1alpha1
    kind: AnalysisTemplate
    metadata:
      name: '{{ include "ml-serving.fullname" . }}'
      labels: {argo-rollouts.argoproj.io/controller-instance-id: $instance}
    spec:
      args: [{name: new}]
      metrics:
        - name: failures
          interval: 3s
          count: 3
          successCondition: len(result) == 0 || isNaN(result[0]) || result[0] < 0.01
          provider:
            prometheus:
              address: http://127.0.0.1:19092
              query: |
                $(share = '5..|429')
        - name: refusals
          interval: 3s
          count: 3
          successCondition: len(result) == 0 || isNaN(result[0]) || result[0] < 0.05
          provider:
            prometheus:
              address: http://127.0.0.1:19092
              query: |
                $(share = 4..) - $(share != 4..)
YAML
jq -nc '[range(100) | {features: [5.1, 3.5, 1.4, 0.2]}]' >"$work/batch.json"

rolled_out() {
	local helm=$1 name deployment
	name=$(fullname "$helm") deployment=deployment/$(fullname "$helm")
	field() { k get rollout "$name" --output json | jq -r "$1"; }
	# The controller has seen the newest template of the Deployment, and is where it should be.
	is() { [ "$(field '.status | "\(.workloadObservedGeneration) \(.phase)"')" = "$(k get "$deployment" --output 'jsonpath={.metadata.generation}') $1" ]; }
	at_step() { [ "$(field '.status | "\(.workloadObservedGeneration) \(.currentStepIndex)"')" = "$(k get "$deployment" --output 'jsonpath={.metadata.generation}') $1" ]; }
	# Its pods, and none of the Deployment's own.
	pods() { [ "$(k get pods --selector "app.kubernetes.io/instance=$helm,app.kubernetes.io/component=server" --output json | jq -r '[.items[] | select(.metadata.deletionTimestamp == null) | .metadata.labels["rollouts-pod-template-hash"] // "own"] | sort | join(" ")')" = "$1" ]; }
	only() { pods "$(for _ in 1 2 3 4; do echo "$1"; done | paste -sd' ')"; }
	nobody_elses() { [ "$(replicas "$helm")" = 0 ] || fail "the upgrade has started pods of the Deployment: $(replicas "$helm")"; }
	last_analysis() {
		k get analysisruns --sort-by .metadata.creationTimestamp --output json | jq -r --arg name "$name" '[.items[] | select(any(.metadata.ownerReferences[]; .name == $name))] | last |
			"\(.status.phase): " + ([.status.metricResults | sort_by(.name)[] | "\(.name) \(.phase) \([.measurements[].value] | join(" "))"] | join("; "))'
	}
	settings=(--values "$work/../values.yaml")
	# What Helm 4 waits with by default cannot read the status of a Rollout.
	[ "$helm" = helm3 ] || settings+=(--wait=legacy)

	note "from the Deployment's pods to the Rollout's"
	install "$helm" "$helm" --set replicaCount=4 --set model.source.configMap=model-1
	load_both "$(url "$helm")" 20
	printf 'POST %s/predict/batch\ncontent-type: application/json\n@%s\n' "$(url "$helm")" "$work/../batch.json" >"$work/batch.target"
	vegeta attack -rate 10 -duration 0 -timeout 10s -keepalive=false -targets "$work/batch.target" -output "$work/batch.bin" &
	echo $! >"$work/batch.pid"
	upgrade "$helm" "$helm" "${settings[@]}" --set replicaCount=4 --set model.source.configMap=model-1
	wait_for 120 "the Rollout's pods" is Healthy
	old=$(field .status.stableRS)
	wait_for 60 "the end of the Deployment's pods" only "$old"
	if [ "$helm" = helm ]; then
		! helm_with "$helm" upgrade "$helm" "${settings[@]}" --set replicaCount=4 --set model.source.configMap=model-2 || fail "helm has taken the number of pods from the controller"
		note "refused: $(grep -o 'conflict with .*' "$work/helm.log" | head -1 | tr -d '\\')"
	fi
	settings+=(--set replicaCount=null)
	upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-1
	wait_for 60 "no pods of the Deployment" only "$old"

	note "another model, in steps"
	upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-2
	nobody_elses
	wait_for 120 "the first step" at_step 1
	new=$(field .status.currentPodHash)
	load share "$(url "$helm")" 250 -keepalive=false
	sleep 12
	unload share
	at_step 1 || fail "the pause has ended too early to measure"
	report share -- --shares "$one=75,$two=25"
	wait_for 120 "the whole model" is Healthy
	[ "$(field .status.stableRS)" = "$new" ] || fail "Healthy with the old model"
	wait_for 60 "the end of the old pods" only "$new"
	analysis=$(last_analysis)
	note "$analysis"
	[ "$analysis" = "Successful: failures Successful [0] [0] [0]; refusals Successful [0] [0] [0]" ] || fail "the analysis did not see the requests"

	note "a setting with which clients are refused"
	upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-2 --set config.server.max_batch_rows=10
	nobody_elses
	wait_for 120 "the end of it" is Degraded
	[ "$(field .status.abort)" = true ] || fail "it was not taken back: $(field .status.message)"
	note "$(field .status.message)"
	analysis=$(last_analysis)
	note "$analysis"
	[[ $analysis == Failed:*"refusals Failed"* ]] || fail "another reason than the refusals"
	wait_for 60 "the pods as before" only "$new"
	unload batch
	upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-2
	wait_for 30 "the Rollout's peace" is Healthy
	only "$new" || fail "going back has replaced pods"
	codes=$(vegeta encode "$work/batch.bin" | jq -s -c 'group_by(.code) | map({key: "\(.[0].code)", value: length}) | from_entries')
	note "batches: $codes"
	jq -e 'keys == ["200", "413"]' <<<"$codes" >/dev/null || fail "other answers than 200 and 413"

	note "a broken model"
	upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-broken
	nobody_elses
	wait_for 120 "the end of it" is Degraded
	[ "$(field .status.abort)" = true ] || fail "it was not taken back: $(field .status.message)"
	note "$(field .status.message)"
	wait_for 60 "the pods as before" only "$new"
	upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-2
	wait_for 30 "the Rollout's peace" is Healthy
	unload kept fresh
	report kept fresh -- --versions "$one,$two"
}
with_both rolled_out
