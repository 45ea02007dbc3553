# Pods that are deleted or evicted lose no request; one that is killed loses those on its own connections.
# Alone: it takes a node away.
install helm helm --set replicaCount=3
load_both "$(url helm)"
sleep 5
for _ in 1 2; do
	k delete pod "$(ready_pods helm | head -1)" >/dev/null
	k rollout status deployment "$(fullname helm)" --timeout 60s >/dev/null
done
sleep 3
unload kept fresh
note "two pods deleted:"
report kept fresh -- --versions "$(builtin)"

budget() { k get poddisruptionbudget "$(fullname helm)" --output 'jsonpath={.status.disruptionsAllowed}'; }
[ "$(budget)" = 1 ] || fail "the budget allows $(budget) disruptions rather than 1"
load_both "$(url helm)"
node=$(kubectl get nodes --output name | sed -n '2s|^node/||p')
if [ -n "$node" ]; then
	before=$(k get pods --output wide | grep -c " $node ") || fail "no pod on $node"
	timeout 180 kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data >"$work/drain.log" 2>&1 || fail "drain: $(tail -3 "$work/drain.log")"
	kubectl uncordon "$node" >/dev/null
	what="$node drained of $before pods"
else
	for pod in $(ready_pods helm); do
		evict() { kubectl create --raw "/api/v1/namespaces/$ns/pods/$pod/eviction" --filename - <<<"{\"apiVersion\":\"policy/v1\",\"kind\":\"Eviction\",\"metadata\":{\"name\":\"$pod\"}}" >/dev/null 2>&1; }
		wait_for 90 "eviction of $pod" evict
	done
	what="every pod evicted"
fi
k rollout status deployment "$(fullname helm)" --timeout 60s >/dev/null
sleep 12
unload kept fresh
note "$what:"
report kept fresh -- --versions "$(builtin)"

pod=$(ready_pods helm | head -1)
pid=$(pid_of "$pod")
if [ -z "$pid" ]; then
	note "no process was killed: the pods' processes are not on this machine"
else
	load_both "$(url helm)"
	sleep 5
	kill -9 "$pid"
	sleep 15
	unload kept fresh
	[ "$(k get pod "$pod" --output 'jsonpath={.status.containerStatuses[0].restartCount}')" = 1 ] || fail "the pod was not restarted"
	note "one of three pods killed -9; until its restart a third of the new connections are refused:"
	report kept fresh -- --failures 200 --within 5 --versions "$(builtin)"
fi
