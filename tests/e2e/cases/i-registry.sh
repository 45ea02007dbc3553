# A model of a real MLflow: rolled from version 1 to 2 under load, served from the cache while the registry is down, and waited for where there is no cache.
host=$(host_address)
start_mlflow "$work/mlflow" "$host"
note "MLflow $(curl -sf "$mlflow/version") answers"
push() {
	docker run --rm --network host --volume "$PWD/$models:/models:ro" --env MLFLOW_TRACKING_URI="$mlflow" "$IMAGE" push "/models/$1" models:/Iris-Forest >"$work/push.log" 2>&1 ||
		fail "push: $(tail -3 "$work/push.log")"
}
push 1
push 2
k create secret generic mlflow --from-literal=MLFLOW_TRACKING_TOKEN=t0ken >/dev/null
settings=(--set replicaCount=3 --set mlflow.trackingUri="$mlflow" --set mlflow.existingSecret=mlflow --set-json 'tests.request={"features":[5.1,3.5,1.4,0.2]}')
# answer POD PATH: through the API server, which reaches the pods of any cluster.
answer() { kubectl get --raw "/api/v1/namespaces/$ns/pods/$1:8000/proxy$2"; }
model() { answer "$1" /model | jq -r '"\(.name) version \(.version) of run \(.run_id[:8]), \(.digest[7:19]), from the \(.source)"'; }

at=$SECONDS
install helm helm "${settings[@]}" --set model.uri=models:/Iris-Forest/1
note "installed in $((SECONDS - at)) s: $(model "$(ready_pods helm | head -1)")"
load_both "$(url helm)"
sleep 20
at=$SECONDS
upgrade helm helm "${settings[@]}" --set model.uri=models:/Iris-Forest/2
note "upgraded in $((SECONDS - at)) s: $(model "$(ready_pods helm | head -1)")"
sleep 25
unload kept fresh
report kept fresh -- --versions 1,2
[ "$(model "$(ready_pods helm | head -1)")" = "Iris-Forest version 2 of run $(curl -sf "$mlflow/api/2.0/mlflow/model-versions/get?name=Iris-Forest&version=2" | jq -r '.model_version.run_id[:8]'), $(version 2), from the registry" ] || fail "that is not version 2"
[ "$(k get pod "$(ready_pods helm | head -1)" --output json | jq -r '.metadata.labels["ml-serving/model-version"]')" = 2 ] || fail "the pod's label is another version"
helm test helm --namespace "$ns" >"$work/test.log" 2>&1 || fail "helm test: $(tail -5 "$work/test.log")"

stop_mlflow
pods=$(ready_pods helm)
pod=$(head -1 <<<"$pods")
pid=$(pid_of "$pod")
if [ -n "$pid" ]; then
	kill -9 "$pid"
	restarted() { [ "$(k get pod "$pod" --output 'jsonpath={.status.containerStatuses[0].restartCount} {.status.containerStatuses[0].ready}')" = "1 true" ]; }
	wait_for 60 "the restarted container" restarted
	answer "$pod" /health/ready | jq -e '.source == "cache"' >/dev/null || fail "/health/ready does not say that the model is from the cache: $(answer "$pod" /health/ready)"
	note "registry stopped, container killed and restarted: $(model "$pod")"
else
	note "no container was killed: the pods' processes are not on this machine"
fi

pod=$(sed -n 2p <<<"$pods")
k delete pod "$pod" >/dev/null
waiting() { new=$(k get pods --selector app.kubernetes.io/component=server --field-selector status.phase=Running --output name | sed 's|^pod/||' | grep -vF "$pods") && answer "$new" /health/live >/dev/null 2>&1; }
wait_for 60 "a new pod" waiting
# Not ready is 503, whose body kubectl does not show.
sleep 8
k port-forward "$new" :8000 >"$work/forward" 2>&1 &
forward=$!
forwarded() { port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) .*/\1/p' "$work/forward") && [ -n "$port" ]; }
wait_for 20 "the forwarded port" forwarded
reason=$(curl -s "localhost:$port/health/ready")
kill $forward
[ "$(jq -r .status <<<"$reason")" = not_ready ] || fail "a new pod without a registry says: $reason"
note "registry stopped, new pod without a cache: $(jq -r .reason <<<"$reason")"
at=$SECONDS
start_mlflow "$work/mlflow" "$host" "${mlflow##*:}"
k wait --for=condition=Ready "pod/$new" --timeout 90s >/dev/null || fail "the new pod does not become ready when the registry is back"
[ "$(k get pod "$new" --output 'jsonpath={.status.containerStatuses[0].restartCount}')" = 0 ] || fail "the new pod was restarted"
note "registry back: ready $((SECONDS - at)) s after its start, without a restart: $(model "$new")"
