# Documentation and metrics answer; the ServiceMonitor is accepted; a Prometheus scrapes the pods by their annotations and counts predictions.
install helm helm
base=$(url helm)
curl -sf "$base/docs" | grep -i swagger >/dev/null || fail "/docs"
curl -sf "$base/openapi.json" | jq -e '.paths["/predict"].post' >/dev/null || fail "/openapi.json"
curl -sf "$base/metrics" | grep '^build_info' >/dev/null || fail "/metrics"
note "/docs, /openapi.json and /metrics answer"
upgrade helm helm --set metrics.serviceMonitor.enabled=true
k get servicemonitors.monitoring.coreos.com helm-ml-serving --output 'jsonpath={.spec.endpoints[0].port}' | grep -x http >/dev/null || fail "no ServiceMonitor"
note "the ServiceMonitor is accepted"
upgrade helm helm

prometheus=$(get_prometheus) || skip "Prometheus is not to be had: $(tail -1 "$work/apt.log")"
start_prometheus 19090 5
load kept "$base" 100
query() { curl -sfG 127.0.0.1:19090/api/v1/query --data-urlencode "query=$1" | jq -r '.data.result[0].value[1] // "0"'; }
counted() { [[ $(query 'sum(rate(predictions_total{status="success"}[1m])) > 50') =~ ^[1-9] ]]; }
wait_for 90 "rate(predictions_total[1m])" counted
note "$(query 'count(up == 1)') targets up, rate(predictions_total[1m]) = $(query 'sum(rate(predictions_total[1m]))')"
unload kept
