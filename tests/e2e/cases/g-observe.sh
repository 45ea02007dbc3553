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
# Debian builds it without the discovery of Kubernetes; this does what its usual rules for annotations do.
k get pods --output json | jq '[.items[] | select(.metadata.annotations["prometheus.io/scrape"] == "true") | {
	targets: [.status.podIP + ":" + .metadata.annotations["prometheus.io/port"]],
	labels: {pod: .metadata.name, __metrics_path__: .metadata.annotations["prometheus.io/path"]}}]' >"$work/targets.json"
cat >"$work/prometheus.yml" <<YAML
global: {scrape_interval: 5s}
scrape_configs:
  - job_name: pods
    file_sd_configs: [{files: [targets.json]}]
YAML
rm -rf "$work/tsdb"
"$prometheus" --config.file "$work/prometheus.yml" --storage.tsdb.path "$work/tsdb" --web.listen-address 127.0.0.1:19090 --log.level warn 2>"$work/prometheus.log" &
load kept "$base" 100
query() { curl -sfG 127.0.0.1:19090/api/v1/query --data-urlencode "query=$1" | jq -r '.data.result[0].value[1] // "0"'; }
counted() { [[ $(query 'sum(rate(predictions_total{status="success"}[1m])) > 50') =~ ^[1-9] ]]; }
wait_for 90 "rate(predictions_total[1m])" counted
note "$(query 'count(up == 1)') targets up, rate(predictions_total[1m]) = $(query 'sum(rate(predictions_total[1m]))')"
unload kept
