# A Prometheus with the rules of the chart: no alert in peace; one when the server refuses what clients ask, one when no pod is left; none afterwards.
# Alone: it takes all of the machine.
# The windows of a real objective take hours, so these are seconds.
cat >"$work/values.yaml" <<'YAML'
# Room for one request at a time, so that it is soon full.
config: {server: {max_in_flight: 1}}
metrics:
  prometheusRule:
    objectives:
      minRequests: 20
      burnRates: [{factor: 1, long: 1m, short: 20s, for: 5s, severity: critical}]
    alerts:
      down: {for: 5s}
YAML
prometheus=$(get_prometheus) || skip "Prometheus is not to be had: $(tail -1 "$work/apt.log")"
install helm o --values "$work/values.yaml"
base=$(url o)
helm template o $chart --namespace "$ns" --values "$work/values.yaml" --set metrics.prometheusRule.enabled=true --show-only templates/prometheusrule.yaml |
	python -c 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin)["spec"], sys.stdout)' >"$work/rules.json"

start_prometheus 19091 2 rules.json
query() { curl -sfG 127.0.0.1:19091/api/v1/query --data-urlencode "query=$1" | jq -r '[.data.result[].metric.alertname] | unique | join(" ")'; }
firing() { query 'ALERTS{alertstate="firing"}'; }
fires() { [[ " $(firing) " == *" $1 "* ]]; }
# An alert that is only pending does not count: on a busy machine one may come up at any time. No answer is no peace.
quiet() {
	local now
	now=$(firing) && [ -z "$now" ]
}
calm() { [ -z "$(query ALERTS)" ] && [ -n "$(curl -sfG 127.0.0.1:19091/api/v1/query --data-urlencode query=ml_serving:slow:ratio_rate1m | jq -r ".data.result[].value[1]")" ]; }

note "in peace, for 40 s"
load kept "$base" 20 -max-workers 1
wait_for 60 "the first figures" calm
for _ in {1..20}; do
	sleep 2
	quiet || fail "in peace, $(firing)"
done
unload kept

note "larger batches at a time than the server takes"
jq -nc '[range(5000) | {features: [5.1, 3.5, 1.4, 0.2]}]' >"$work/batch.json"
printf 'POST %s/predict/batch\ncontent-type: application/json\n@%s\n' "$base" "$work/batch.json" >"$work/batch.target"
vegeta attack -rate 0 -max-workers 32 -duration 120s -timeout 10s -targets "$work/batch.target" -output "$work/batch.bin" &
wait_for 110 "MlServingErrorBudgetBurn" fires MlServingErrorBudgetBurn
note "fires: $(firing)"
kill %% 2>/dev/null || true

note "no pod"
k scale deployment "$(fullname o)" --replicas 0 >/dev/null
wait_for 60 "MlServingDown" fires MlServingDown
note "fires: $(firing)"

note "pods again"
k scale deployment "$(fullname o)" --replicas 2 >/dev/null
k rollout status deployment "$(fullname o)" --timeout 120s >/dev/null
discover
wait_for 240 "the end of the alerts" quiet
note "none fires"
