# Load takes the pods up, calm takes them down, and an upgrade in between leaves their number to the autoscaler.
autoscaling() {
	local helm=$1 at settings watching
	settings=(--set autoscaling.enabled=true --set autoscaling.maxReplicas=4 --set resources.requests.cpu=20m
		--set autoscaling.behavior.scaleDown.stabilizationWindowSeconds=15
		--set-json 'autoscaling.behavior.scaleDown.policies=[{"type":"Pods","value":1,"periodSeconds":5}]')
	install $helm $helm "${settings[@]}"
	two() { [ "$(replicas $helm)" = 2 ] && [ "$(ready_pods $helm | wc -l)" = 2 ]; }
	wait_for 60 "two pods" two
	load_both "$(url $helm)" "${RATE:-1500}"
	more() { [ "$(replicas $helm)" -gt 2 ]; }
	at=$SECONDS
	wait_for 120 "more than two pods" more
	note "$(replicas $helm) pods after $((SECONDS - at)) s of load"
	all() { [ "$(replicas $helm)" = 4 ]; }
	wait_for 60 "four pods" all

	# Every change of the number, while another setting is rolled out.
	command kubectl --namespace "$ns" get deployment "$(fullname $helm)" --watch --output 'jsonpath={.spec.replicas}{"\n"}' >"$work/replicas" 2>/dev/null &
	watching=$!
	upgrade $helm $helm "${settings[@]}" --set podAnnotations.rolled=again
	kill $watching
	note "numbers of pods seen during the upgrade: $(sort -u "$work/replicas" | tr '\n' ' ')"
	[ "$(sort -n "$work/replicas" | head -1)" -ge 3 ] || fail "the upgrade has reset the number of pods"

	unload kept fresh
	report kept fresh -- --versions "$(builtin)"
	load kept "$(url $helm)" 50
	at=$SECONDS
	wait_for 240 "two pods again" two
	note "two pods again after $((SECONDS - at)) s of calm"
	sleep 12
	unload kept
	report kept -- --versions "$(builtin)"
	$helm uninstall $helm --namespace "$ns" >/dev/null
}
with_both autoscaling
