# A canary without a gateway answers by its share of the pods: one of four; promoted and taken back without a failed request. With both Helms.
one=$(version 1) two=$(version 2)
canary() {
	local helm=$1
	settings=(--set replicaCount=3 --set minReadySeconds=1 --set model.source.configMap=model-1)
	install "$helm" "$helm" "${settings[@]}"
	load_both "$(url "$helm")" 30
	upgrade "$helm" "$helm" "${settings[@]}" --set canary.enabled=true --set canary.model.source.configMap=model-2 --set canary.weight=25
	"$helm" get notes "$helm" --namespace "$ns" | grep -q "1 of 4: 25 % of the connections" || fail "the notes tell another share"
	canary_answers() { curl -sf -o /dev/null -D - "$(url "$helm")/predict" -H content-type:application/json -d @target/e2e/body.json | grep -q "^x-model-version: $two"; }
	wait_for 30 "an answer of the canary" canary_answers
	load share "$(url "$helm")" 250 -keepalive=false
	sleep 12
	unload share
	report share -- --shares "$one=75,$two=25"
	"${ending[$helm]}"
	three() { [ "$(k get pods --selector "app.kubernetes.io/instance=$helm" --output name | wc -l)" = 3 ]; }
	wait_for 60 "three pods, the others gone" three
	unload kept fresh
	report kept fresh -- --versions "$one,$two"
}
promoted() { upgrade "$helm" "$helm" "${settings[@]}" --set model.source.configMap=model-2; }
taken_back() { upgrade "$helm" "$helm" "${settings[@]}"; }
declare -A ending=([helm]=promoted [helm3]=taken_back)
with_both canary
