# Every ci file: upgraded from the last release, upgraded to itself, and freshly installed, each with helm test; with both Helms.
# ct starts what is called helm.
mkdir -p "$work/helm3"
ln -sf "$(command -v helm3)" "$work/helm3/helm"
git update-ref refs/e2e/base "$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || git merge-base HEAD main 2>/dev/null || git rev-parse HEAD)"
git cat-file -e "refs/e2e/base:$chart/Chart.yaml" 2>/dev/null || git update-ref refs/e2e/base HEAD
# Nobody is connected here: old pods need only outlive the news of their end, or a test right after an upgrade still meets one.
quick="--set preStopSleepSeconds=2 --set config.server.drain_seconds=1 --set minReadySeconds=0"
# And no autoscaler starts a second pod between the end of ct's waiting and its look at who is there.
quick+=" --set autoscaling.minReplicas=1"
# Both at once, because most of the time pods start and end.
installs() {
	local at=$SECONDS log=$work/ct-$1.log PATH=$2
	ct install --config ct.yaml --upgrade --charts $chart --remote e2e --target-branch base \
		--helm-extra-set-args "--set image.registry= --set image.repository=${IMAGE%:*} --set-string image.tag=${IMAGE##*:} $quick ${EXTRA:-}" \
		>"$log" 2>&1 || { tail -40 "$log"; fail "ct install"; }
	! grep -i 'skipping upgrade\|upgrade testing for release.*skipped' "$log" || fail "ct has skipped an upgrade"
	note "$(helm version --short): $(grep -c '^Phase: *Succeeded' "$log") tests succeeded in $((SECONDS - at)) s"
}
installs helm "$PATH" &
with4=$!
installs helm3 "$PWD/$work/helm3:$PATH" &
with3=$!
wait $with4
wait $with3
at=$SECONDS
install helm ready
k get pods --selector app.kubernetes.io/instance=ready --output json | jq -r '
	def at(kind): .status.conditions[] | select(.type == kind).lastTransitionTime | fromdate;
	[.items[] | at("Ready") - at("PodScheduled")] | "   pods ready \(max) s after they were scheduled"'
note "helm install --wait, with minReadySeconds: $((SECONDS - at)) s"
