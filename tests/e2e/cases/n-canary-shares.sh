# A canary without a gateway answers by its share of the pods: one of four; promoted and taken back without a failed request. With both Helms.
one=$(version 1) two=$(version 2)
canary() {
	local helm=$1
	work=$work/$1
	mkdir -p "$work"
	trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
	settings=(--set replicaCount=3 --set minReadySeconds=1 --set model.source.configMap=model-1)
	install "$helm" "$helm" "${settings[@]}"
	load_both "$(url "$helm")" 30
	upgrade "$helm" "$helm" "${settings[@]}" --set canary.enabled=true --set canary.model.source.configMap=model-2 --set canary.weight=25
	"$helm" get notes "$helm" --namespace "$ns" | grep -q "1 of 4: 25 % of the connections" || fail "the notes tell another share"
	sleep 2
	load share "$(url "$helm")" 250 -keepalive=false
	sleep 12
	unload share
	report share -- --shares "$one=75,$two=25"
	$2
	sleep 10
	unload kept fresh
	report kept fresh -- --versions "$one,$two"
	ready_pods "$helm" | grep -c . | grep -qx 3 || fail "not three pods: $(ready_pods "$helm")"
}
promoted() { upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-2; }
taken_back() { upgrade "$helm" "$helm" "${settings[@]}"; }
canary helm promoted &
running=($!)
canary helm3 taken_back &
running+=($!)
for pid in "${running[@]}"; do
	wait "$pid" || failed=1
done
[ -z "${failed:-}" ] || fail "see above"
