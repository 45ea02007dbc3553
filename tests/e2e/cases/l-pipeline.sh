# A whole pipeline over words, logged by Python as MLflow does by default: rolled from version 1 to the champion under load, and both answer like Python.
host=$(host_address)
start_mlflow "$work/mlflow" "$host"
target/python/bin/python tests/e2e/log_pipeline.py "$mlflow" "$work/python.json" >"$work/python.log" 2>&1 || fail "logging: $(tail -3 "$work/python.log")"
jq -c .request "$work/python.json" >"$work/request.json"
jq -c '.request[0]' "$work/python.json" >"$work/row.json"
settings=(--set replicaCount=3 --set mlflow.trackingUri="$mlflow" --set-json "tests.request=$(cat "$work/row.json")")

# same VERSION: the server's answers to all rows beside Python's.
same() {
	curl -sf "$(url helm)/predict/batch?probabilities=true" -H content-type:application/json -d "@$work/request.json" >"$work/answers.json" || fail "the batch is refused"
	jq -se ".[0].answers[\"$1\"].labels == [.[1][].label]" "$work/python.json" "$work/answers.json" >/dev/null || fail "version $1: the labels are not Python's"
	jq -se ".[0].answers[\"$1\"].probabilities == [.[1][].probabilities]" "$work/python.json" "$work/answers.json" >/dev/null || fail "version $1: the probabilities are not Python's"
	note "version $1: labels and probabilities of $(jq length "$work/answers.json") rows are Python's to the last bit"
}

at=$SECONDS
install helm helm "${settings[@]}" --set model.uri=models:/Churn/1
note "installed in $((SECONDS - at)) s"
same 1
body=$work/row.json load_both "$(url helm)"
sleep 15
at=$SECONDS
upgrade helm helm "${settings[@]}" --set model.uri=models:/Churn@champion
note "upgraded in $((SECONDS - at)) s"
sleep 15
unload kept fresh
report kept fresh -- --versions 1,2
same 2
helm test helm --namespace "$ns" >"$work/test.log" 2>&1 || fail "helm test: $(tail -5 "$work/test.log")"
status=$(curl -s -o "$work/refused.json" -w '%{http_code}' "$(url helm)/predict" -H content-type:application/json -d "$(jq -c '.features.contract = 3' "$work/row.json")")
[ "$status" = 422 ] || fail "a number in a column of words is answered with $status"
note "refused: $(jq -r .detail "$work/refused.json")"
