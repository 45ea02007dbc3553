# What the cases share; sourced by run, and by tests/release/rehearse, from the top of the repository.
# shellcheck shell=bash

IMAGE=${IMAGE:-ml-serving:test}
SKIPPED=77
chart=charts/ml-serving
models=target/e2e/models
work=target/e2e/$0
export HELM_CACHE_HOME=$PWD/target/e2e/helm HELM_CONFIG_HOME=$PWD/target/e2e/helm HELM_DATA_HOME=$PWD/target/e2e/helm

say() { printf '\n== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }
fail() {
	printf '   FAILED: %s\n' "$*" >&2
	exit 1
}
skip() {
	note "skipped: $*" >&2
	exit $SKIPPED
}

# The client may be older than the cluster; that is no news for every line.
kubectl() { command kubectl "$@" 2> >(grep -v '^WARNING: version difference' >&2); }

# --- models -------------------------------------------------------------------

# Two that can be told apart, and one that is broken.
prepare_models() {
	local seed
	mkdir -p "$models/broken"
	for seed in 1 2; do
		[ -e "$models/$seed/MLmodel" ] || docker run --rm --user "$(id -u)" --volume "$PWD/$models:/models" "$IMAGE" \
			train --data iris --out "/models/$seed" --trees 20 --seed $seed >"$models/train.log" 2>&1 || fail "$(tail -3 "$models/train.log")"
	done
	cp "$models/1/MLmodel" "$models/broken/"
	echo "not a model" >"$models/broken/model.onnx"
}

# version MODEL: what the server calls it.
version() {
	docker run --rm --volume "$PWD/$models:/models:ro" "$IMAGE" inspect "/models/$1" --json | jq -r '.digest[7:19]'
}

# --- the case's namespace -----------------------------------------------------

# namespace [SUFFIX [LABEL...]]: a fresh one, with the models, that the helpers use from now on.
namespace() {
	local model
	ns=e2e-$0${1:+-$1}
	mkdir -p "$work"
	kubectl delete namespace "$ns" --ignore-not-found >/dev/null
	kubectl create namespace "$ns" >/dev/null
	[ $# -lt 2 ] || kubectl label namespace "$ns" "${@:2}" >/dev/null
	for model in 1 2 broken; do
		kubectl --namespace "$ns" create configmap "model-$model" --from-file="$models/$model" >/dev/null
	done
}

k() { kubectl --namespace "$ns" "$@"; }

# outside KIND/NAME PATH: applies what is not of the case's namespaces, until the case ends. A cluster that has the one of this name keeps its own.
made=()
outside() {
	if ! kubectl get "$1" >/dev/null 2>&1; then
		made+=("$2")
		kubectl apply --server-side --filename "$2" 2>&1 >/dev/null | { grep -v 'unrecognized format' >&2 || true; }
	fi
	[[ $1 != customresourcedefinition/* ]] || kubectl wait --for condition=established --timeout 60s --filename "$2" >/dev/null
}

# Ends a case: shows what is there when it has failed, and takes it away. A case that makes something else outside of its namespaces defines undo.
finish() {
	local status=$?
	trap - EXIT
	if [ $status != 0 ] && [ $status != $SKIPPED ]; then
		k get pods,deployments,horizontalpodautoscalers --output wide || true
		k get events --sort-by .lastTimestamp | tail -20 || true
		k logs --selector app.kubernetes.io/component=server --tail 5 --prefix || true
	fi
	[ -n "${KEEP:-}" ] || [ "$(type -t undo)" != function ] || undo || true
	[ -n "${KEEP:-}" ] || for path in "${made[@]}"; do kubectl delete --ignore-not-found --wait=false --filename "$path" >/dev/null || true; done
	for pid in $(jobs -p); do kill "$pid" 2>/dev/null || true; done
	[ -n "${KEEP:-}" ] || kubectl delete namespace --wait=false $(kubectl get namespaces --output name | sed -n "s|^namespace/\(e2e-$0\(-.*\)\?\)$|\1|p") >/dev/null
	exit $status
}

# helm_with HELM install|upgrade RELEASE ARGUMENT...
helm_with() {
	# shellcheck disable=SC2086
	"$1" "$2" "$3" $chart --namespace "$ns" --wait --set image.registry= --set "image.repository=${IMAGE%:*}" \
		--set-string "image.tag=${IMAGE##*:}" --set service.type=NodePort ${EXTRA:-} "${@:4}" >"$work/helm.log" 2>&1
}
install() { helm_with "$1" install "${@:2}" || fail "install: $(tail -3 "$work/helm.log")"; }
upgrade() { helm_with "$1" upgrade "${@:2}" || fail "upgrade: $(tail -3 "$work/helm.log")"; }
fullname() { [[ $1 == *ml-serving* ]] && echo "$1" || echo "$1-ml-serving"; }
replicas() { k get deployment "$(fullname "$1")" --output 'jsonpath={.spec.replicas}'; }
ready_pods() { k get pods --selector "app.kubernetes.io/instance=$1,app.kubernetes.io/component=server" --output json | jq -r '.items[] | select(.metadata.deletionTimestamp == null and any(.status.conditions[]; .type == "Ready" and .status == "True")) | .metadata.name'; }
# The release's address on the first node.
url() {
	echo "http://$(kubectl get nodes --output 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}'):$(k get service "$(fullname "$1")" --output 'jsonpath={.spec.ports[0].nodePort}')"
}
# wait_for SECONDS WHAT COMMAND...
wait_for() {
	local until=$((SECONDS + $1)) what=$2
	shift 2
	until "$@"; do
		[ $SECONDS -lt $until ] || fail "$what: not within its time"
		sleep 1
	done
}

# gateway [CLASS]: one of the class, else of Traefik's, called gateway, with the listeners of standard input.
gateway() {
	k apply --filename - >/dev/null <<-YAML
		apiVersion: gateway.networking.k8s.io/v1
		kind: Gateway
		metadata: {name: gateway}
		spec:
		  gatewayClassName: ${1:-traefik}
		  listeners:
		$(sed 's/^/    /')
	YAML
}

# with_both FUNCTION: FUNCTION helm and FUNCTION helm3 at once, because most of the time pods start and end. Each has a directory of its own.
with_both() {
	local helm pid failed='' running=()
	for helm in helm helm3; do
		mkdir -p "$work/$helm"
		(
			work=$work/$helm
			trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
			"$1" "$helm"
		) >"$work/$helm/output" 2>&1 &
		running+=($!)
	done
	for pid in "${running[@]}"; do
		wait "$pid" || failed=1
	done
	for helm in helm helm3; do
		note "with $("$helm" version --short):"
		cat "$work/$helm/output"
	done
	[ -z "$failed" ] || fail "see above"
}

# --- a release behind a gateway, called as helm is ----------------------------

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
# install_routed ARGUMENT...: with a route of a host of its own to the gateway at address and port, through which those below ask host.
install_routed() {
	host=$helm.example.com
	install "$helm" "$helm" --set minReadySeconds=1 --set model.source.configMap=model-1 \
		--set httpRoute.enabled=true --set 'httpRoute.parentRefs[0].name=gateway' --set "httpRoute.hostnames[0]=$host" "$@"
	wait_for 60 "the route" routed
}
routed() { curl -sf -o /dev/null --connect-to "$host:80:$address:$port" "http://$host/health/ready"; }
through() { load "$1" "http://$host" "$2" -connect-to "$host:80:$address:$port" "${@:3}"; }
both_through() {
	through kept 80
	through fresh 40 -keepalive=false
}
# acts_by VERSION=PERCENT,…: whether the gateway does so, by fifty requests: each version within 20 points of its share, and no other one. The versions
# alone tell that a tenth is no longer sent elsewhere.
acts_by() {
	local answers share count others=50
	answers=$(for _ in {1..50}; do
		curl -sf -o /dev/null --dump-header - --connect-to "$host:80:$address:$port" -H content-type:application/json -d @target/e2e/body.json "http://$host/predict"
	done)
	for share in ${1//,/ }; do
		count=$(grep -ic "^x-model-version: ${share%=*}" <<<"$answers") || return
		others=$((others - count))
		count=$((count * 2 - ${share#*=}))
		[ ${count#-} -le 20 ] || return
	done
	[ $others = 0 ]
}

# --- load ---------------------------------------------------------------------

mkdir -p target/e2e
echo '{"features":[5.1,3.5,1.4,0.2]}' >target/e2e/body.json

# load NAME URL RATE ARGUMENT...: predictions at a fixed rate, whatever the answers do, until unload.
load() {
	# The node's rules may hear of the pods later than helm.
	[ $# -gt 3 ] || wait_for 30 "an answer of $2" curl -sf --max-time 5 -o /dev/null "$2/health/live"
	printf 'POST %s/predict\ncontent-type: application/json\n@%s\n' "$2" "${body:-target/e2e/body.json}" >"$work/$1.target"
	vegeta attack -name "$1" -rate "$3" -duration 0 -timeout 10s -targets "$work/$1.target" -output "$work/$1.bin" "${@:4}" &
	echo $! >"$work/$1.pid"
}
# Two kinds of clients: some keep their connections, some open one for every request, FRESH of these a second.
load_both() {
	load kept "$1" "${2:-200}" "${@:3}"
	load fresh "$1" "${FRESH:-50}" -keepalive=false "${@:3}"
}
unload() {
	local name
	for name; do
		kill -INT "$(cat "$work/$name.pid")"
		wait "$(cat "$work/$name.pid")" || true
	done
}
# report NAME... -- ARGUMENT...: the table, and what must hold.
report() {
	local files=()
	while [ "$1" != -- ]; do
		files+=("$work/$1.bin")
		shift
	done
	shift
	vegeta encode "${files[@]}" | python3 tests/e2e/report.py "$@"
}
# The version of the model that is inside the image.
builtin() { docker run --rm "$IMAGE" inspect builtin:iris --json | jq -r '.digest[7:19]'; }

# --- processes ----------------------------------------------------------------

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'; }

# pid_of POD: of its server, when its processes are on this machine and may be killed; else nothing.
pid_of() {
	local id pid
	id=$(k get pod "$1" --output 'jsonpath={.metadata.uid}')
	[ "$(id -u)" = 0 ] || return 0
	{ grep -lE "${id}|${id//-/_}" /proc/[0-9]*/cgroup 2>/dev/null || true; } | cut -d/ -f3 | while read -r pid; do
		[[ $(tr '\0' ' ' <"/proc/$pid/cmdline") != */ml-serving* ]] || echo "$pid"
	done | sed -n 1p
}

# The program, from Debian where it is not installed; false where it is not to be had.
get_prometheus() {
	local directory=$PWD/target/e2e/prometheus
	command -v prometheus && return
	mkdir -p "$directory"
	[ -x "$directory/usr/bin/prometheus" ] || (
		cd "$directory"
		{ apt-get download -qq prometheus || { apt-get update -qq && apt-get download -qq prometheus; }; } && dpkg-deb -x prometheus_*.deb .
	) >"$work/apt.log" 2>&1 || return
	echo "$directory/usr/bin/prometheus"
}

# discover: what the usual rules for annotations do, which Debian's Prometheus cannot by itself: the pods to ask, with the namespace, their names and
# all of their labels.
discover() {
	k get pods --selector app.kubernetes.io/component=server --output json | jq '[.items[] | select(.status.podIP and .metadata.annotations["prometheus.io/scrape"] == "true") | {
		targets: [.status.podIP + ":" + .metadata.annotations["prometheus.io/port"]],
		labels: ({namespace: .metadata.namespace, pod: .metadata.name, __metrics_path__: .metadata.annotations["prometheus.io/path"]}
			+ (.metadata.labels | with_entries(.key |= gsub("[^a-zA-Z0-9_]"; "_"))))}]' >"$work/found.json"
	mv "$work/found.json" "$work/targets.json"
}

# start_prometheus PORT SECONDS [RULES]: asks the pods that discover finds every so many seconds, and evaluates rules of the case's directory.
start_prometheus() {
	discover
	cat >"$work/prometheus.yml" <<-YAML
		global: {scrape_interval: ${2}s, evaluation_interval: ${2}s}
		rule_files: [${3:-}]
		scrape_configs:
		  - job_name: pods
		    file_sd_configs: [{files: [targets.json], refresh_interval: ${2}s}]
	YAML
	rm -rf "$work/tsdb"
	"$prometheus" --config.file "$work/prometheus.yml" --storage.tsdb.path "$work/tsdb" --web.listen-address "127.0.0.1:$1" --log.level warn 2>"$work/prometheus.log" &
}

# The address by which pods reach this machine.
host_address() {
	local node address
	node=$(kubectl get nodes --output 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}')
	for address in $(hostname -I); do
		[ "$address" != "$node" ] || { echo "$node"; return; }
	done
	[[ $(kubectl config current-context) == kind-* ]] || skip "the pods do not reach this machine"
	docker network inspect kind | jq -r '[.[0].IPAM.Config[].Gateway | select(contains("."))][0]'
}

# start_mlflow DIRECTORY ADDRESS [PORT]: a real one that keeps its models in the directory; sets mlflow to its URL.
start_mlflow() {
	local port=${3:-$(free_port)}
	[ -x target/python/bin/mlflow ] || make --silent target/python/built
	[ $# = 3 ] || rm -rf "$1"
	mkdir -p "$1"
	target/python/bin/mlflow server --host 0.0.0.0 --port "$port" --workers 1 --backend-store-uri "sqlite:///$PWD/$1/mlflow.db" \
		--serve-artifacts --artifacts-destination "$PWD/$1/artifacts" --allowed-hosts '*' >>"$1/log" 2>&1 &
	mlflow_pid=$!
	mlflow=http://$2:$port
	wait_for 90 "MLflow, see $1/log" curl -sf -o /dev/null "$mlflow/health"
}
stop_mlflow() {
	kill $mlflow_pid
	wait $mlflow_pid || true
	gone() { ! curl -s -o /dev/null "$mlflow/health"; }
	wait_for 30 "MLflow's end" gone
}
