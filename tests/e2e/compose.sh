# compose.sh WORK PACKAGE PROMETHEUS: the services of WORK/compose.json; started by the case on a network of its own.
. tests/e2e/lib.sh
work=$1 package=$2 prometheus=$3
ip link set lo up
sed "1i 127.0.0.1 $(jq -r '.services | keys | join(" ")' "$work/compose.json")" /etc/hosts >"$work/hosts"
mount --bind "$work/hosts" /etc/hosts
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

# argv FILTER FILE: a list of the file as lines, with the places of the volumes and of the program on this machine.
argv() {
	jq -r "$1[]" "$2" | sed "s|/mlflow/|$work/volumes/mlflow/|; s|^/model\$|$PWD/models/iris|; s|^/ml-serving\$|$work/ml-serving|"
}
# start SERVICE FILE [PROGRAM]
start() {
	local arguments variables
	mapfile -t arguments < <(argv ".services.$1.command" "$2")
	mapfile -t variables < <(jq -r ".services.$1.environment // {} | to_entries[] | \"\(.key)=\(.value)\"" "$2")
	env "${variables[@]}" MLSERVING__MODEL__CACHE_DIR="$work/volumes/tmp" ${3:+"$3"} "${arguments[@]}" >"$work/$1.log" 2>&1 &
	pid=$!
}
# healthy SERVICE: by its own check.
healthy() {
	local test
	mapfile -t test < <(argv ".services.$1.healthcheck.test" "$work/compose.json")
	"${test[@]:1}" >/dev/null 2>&1
}
model() { curl -sf localhost:8000/model | jq -r '"\(.name) version \(.version), from the \(.source)"'; }

start mlflow "$work/compose.json"
mlflow=$pid
wait_for 90 "MLflow healthy" healthy mlflow
[ "$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: evil.example.com' "localhost:5000/api/2.0/mlflow/registered-models/search")" = 403 ] || fail "MLflow answers to any name"
start register "$work/compose.json" "$work/ml-serving"
wait $pid || fail "register: $(tail -3 "$work/register.log")"
start server "$work/compose.json" "$work/ml-serving"
server=$pid
wait_for 30 "server healthy" healthy server
[ "$(model)" = "iris version 1, from the registry" ] || fail "the server serves $(model)"
curl -sf localhost:8000/predict -H content-type:application/json -d @target/e2e/body.json | jq -e '.prediction == 0' >/dev/null || fail "no prediction"
note "server and MLflow of docker-compose.yml: healthy, predicting with $(model)"

if [ -n "$prometheus" ]; then
	jq -r .configs.prometheus.content "$work/compose.json" >"$work/prometheus.yml"
	rm -rf "$work/tsdb"
	"$prometheus" --config.file "$work/prometheus.yml" --storage.tsdb.path "$work/tsdb" --web.listen-address 127.0.0.1:9090 --log.level warn 2>"$work/prometheus.log" &
	up() { curl -sfG localhost:9090/api/v1/query --data-urlencode 'query=sum(predictions_total{status="success"})' | jq -e '.data.result[0].value[1] == "1"' >/dev/null; }
	wait_for 30 "Prometheus counts the prediction" up
	note "its Prometheus configuration: the target is up, the prediction is counted"
fi

# What the README does next: a model of one's own.
MLFLOW_TRACKING_URI=$(jq -r .services.server.environment.MLFLOW_TRACKING_URI "$work/demo.json") "$work/ml-serving" push "$package" models:/demo >"$work/push.log" 2>&1 || fail "push: $(tail -3 "$work/push.log")"
kill $server
wait $server || fail "the server did not end well: $(tail -1 "$work/server.log")"
start server "$work/demo.json" "$work/ml-serving"
server=$pid
wait_for 30 "server healthy" healthy server
[ "$(model)" = "demo version 1, from the registry" ] || fail "the server serves $(model)"
kill $mlflow $server
wait $server || true
start server "$work/demo.json" "$work/ml-serving"
wait_for 30 "server healthy without MLflow" healthy server
note "another model: $(model)"
[ "$(model)" = "demo version 1, from the cache" ] || fail "the server serves $(model)"
