# A scikit-learn forest that Python has logged to a real MLflow: rolled out by its stage, and it answers like Python.
host=$(host_address)
start_mlflow "$work/mlflow" "$host"
target/python/bin/python tests/e2e/log_sklearn.py "$mlflow" "$work/python.json" >"$work/python.log" 2>&1 || fail "logging: $(tail -3 "$work/python.log")"
example=$(jq -c '.request[0]' "$work/python.json")
registry=(--set mlflow.trackingUri="$mlflow" --set replicaCount=2 --set-json "tests.request=$example")

install helm helm --set replicaCount=2
at=$SECONDS
upgrade helm helm "${registry[@]}" --set model.uri=models:/RandomForest-Classifier/Production
note "upgraded in $((SECONDS - at)) s"
helm test helm --namespace "$ns" >"$work/test.log" 2>&1 || fail "helm test: $(tail -5 "$work/test.log")"

jq -c .request "$work/python.json" >"$work/request.json"
curl -sf "$(url helm)/predict/batch?probabilities=true" -H content-type:application/json -d "@$work/request.json" >"$work/answers.json" || fail "the batch is refused"
jq -se '.[0].labels == [.[1][].label]' "$work/python.json" "$work/answers.json" >/dev/null || fail "the labels are not Python's"
off=$(jq -s '[.[0].probabilities, [.[1][].probabilities]] | transpose | map(transpose | map((.[0] - .[1]) | fabs) | max) | max' "$work/python.json" "$work/answers.json")
jq -en "$off < 1e-6" >/dev/null || fail "probabilities are off by $off"
note "$(jq length "$work/answers.json") rows: every label is Python's, probabilities differ by $off at most"
model=$(curl -sf "$(url helm)/model")
[ "$(jq -r '"\(.name) \(.version) \(.flavor) \(.source)"' <<<"$model")" = "RandomForest-Classifier 1 sklearn registry" ] || fail "/model says $model"
