{{/* Mistakes in what watches the release. */}}
{{- define "ml-serving.validateWatching" -}}
{{- $metrics := .Values.metrics }}
{{- if and $metrics.serviceMonitor.enabled $metrics.podMonitor.enabled }}
{{- fail "ERROR: metrics.podMonitor and metrics.serviceMonitor would scrape every pod twice, and sums over pods would be double; enable one of them" }}
{{- end }}
{{- if and (dig "server" "tls" dict .Values.config) (include "ml-serving.monitored" .) (not (include "ml-serving.adminPort" .)) }}
{{- fail "ERROR: metrics.serviceMonitor and metrics.podMonitor scrape without TLS, and config.server.tls encrypts the port; set config.server.admin_port" }}
{{- end }}
{{- range $i, $burn := $metrics.prometheusRule.objectives.burnRates }}
{{- range $key := list "factor" "long" "short" "for" "severity" }}
{{- if not (get $burn $key) }}
{{- fail (printf "ERROR: metrics.prometheusRule.objectives.burnRates[%d] has no %s; each takes factor, long, short, for and severity" $i $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- range $i, $rule := $metrics.prometheusRule.additionalRules }}
{{- if not (and (kindIs "map" $rule) $rule.expr (or $rule.alert $rule.record)) }}
{{- fail (printf "ERROR: metrics.prometheusRule.additionalRules[%d] is no rule; set its expr, and its alert or record" $i) }}
{{- end }}
{{- end }}
{{- end }}
