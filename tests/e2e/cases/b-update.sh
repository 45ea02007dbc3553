# A new model under load: no request fails, every answer is from a known model, and the new one takes over.
one=$(version 1) two=$(version 2)
update() {
	local helm=$1 at
	install $helm $helm --set replicaCount=3 --set model.source.configMap=model-1
	# So many fresh connections, or pods that stop at once go unnoticed.
	FRESH=250 load_both "$(url $helm)"
	sleep 20
	at=$SECONDS
	upgrade $helm $helm --set replicaCount=3 --set model.source.configMap=model-2
	note "upgrade took $((SECONDS - at)) s"
	sleep 25 # the last old pod has drained, and over 60 s are full
	unload kept fresh
	report kept fresh -- --versions "$one,$two"
	[ "$(curl -s -o /dev/null -D - "$(url $helm)/predict" -H content-type:application/json -d @target/e2e/body.json | tr -d '\r' | sed -n 's/^x-model-version: //p')" = "$two" ] || fail "the old model still answers"
	$helm uninstall $helm --namespace "$ns" >/dev/null
}
with_both update
