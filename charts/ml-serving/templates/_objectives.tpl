{{/* The service level objectives: how much fails or is slow, over each window, and alerts when the budget burns too fast. Two windows for each
     rate: the long one says that it matters, the short one that it still goes on. */}}

{{/* The share of predictions that the server failed, over a window: arguments are root and window. */}}
{{- define "ml-serving.errorRatio" -}}
{{- $matchers := printf "%s,%s" (include "ml-serving.answered" .root) (include "ml-serving.predictions" .root) -}}
sum(rate(http_requests_total{ {{- $matchers }},code=~"5..|429"}[{{ .window }}]))
/
sum(rate(http_requests_total{ {{- $matchers }}}[{{ .window }}]))
{{- end }}

{{- define "ml-serving.errorRatioOf" -}}
sum(increase(http_requests_total{ {{- include "ml-serving.answered" .root }},{{ include "ml-serving.predictions" .root }}}[{{ .window }}]))
{{- end }}

{{/* The share of successful predictions that took longer than the objective, over a window. Whole seconds have two spellings, by the version
     of Prometheus. */}}
{{- define "ml-serving.slowRatio" -}}
{{- $series := include "ml-serving.answered" .root }}
{{- $bound := toString .root.Values.metrics.prometheusRule.objectives.latency.seconds -}}
1 - sum(rate(prediction_latency_seconds_bucket{ {{- $series }},le=~"{{ $bound }}{{ if not (contains "." $bound) }}|{{ $bound }}.0{{ end }}"}[{{ .window }}]))
/
sum(rate(prediction_latency_seconds_count{ {{- $series }}}[{{ .window }}]))
{{- end }}

{{- define "ml-serving.slowRatioOf" -}}
sum(increase(prediction_latency_seconds_count{ {{- include "ml-serving.answered" .root }}}[{{ .window }}]))
{{- end }}

{{/* The objectives that are set, as a JSON array: what is recorded, the template of its expression, the budget and the alert. */}}
{{- define "ml-serving.objectives" -}}
{{- $objectives := .Values.metrics.prometheusRule.objectives }}
{{- $alerts := .Values.metrics.prometheusRule.alerts }}
{{- $found := list }}
{{- if and $objectives.availability $alerts.errorBudget.enabled }}
{{- $found = append $found (dict "record" "ml_serving:errors:ratio_rate" "ratio" "errorRatio" "percent" $objectives.availability "key" "errorBudget"
  "alert" "MlServingErrorBudgetBurn" "what" "of the predictions fail through the server") }}
{{- end }}
{{- if and $objectives.latency.percent $alerts.latencyBudget.enabled }}
{{- $found = append $found (dict "record" "ml_serving:slow:ratio_rate" "ratio" "slowRatio" "percent" $objectives.latency.percent "key" "latencyBudget"
  "alert" "MlServingLatencyBudgetBurn" "what" (printf "of the predictions take longer than %v s" $objectives.latency.seconds)) }}
{{- end }}
{{- toJson $found }}
{{- end }}

{{/* When a budget burns too fast: those of the SRE workbook, unless the values have others. */}}
{{- define "ml-serving.burnRates" -}}
{{- with .Values.metrics.prometheusRule.objectives.burnRates }}
{{- toYaml . }}
{{- else -}}
- {factor: 14.4, long: 1h, short: 5m, for: 2m, severity: critical}
- {factor: 6, long: 6h, short: 30m, for: 15m, severity: critical}
- {factor: 3, long: 1d, short: 2h, for: 1h, severity: warning}
- {factor: 1, long: 3d, short: 6h, for: 3h, severity: warning}
{{- end }}
{{- end }}

{{/* The rules of all objectives; nothing without one. */}}
{{- define "ml-serving.objectiveRules" -}}
{{- $root := . }}
{{- $objectives := .Values.metrics.prometheusRule.objectives }}
{{- $own := include "ml-serving.ruleLabels" . | fromYaml }}
{{- $series := include "ml-serving.recorded" . }}
{{- $windows := list }}
{{- $burnRates := include "ml-serving.burnRates" . | fromYamlArray }}
{{- range $burnRates }}
{{- $windows = append (append $windows .short) .long | uniq }}
{{- end }}
{{- range $objective := include "ml-serving.objectives" . | fromJsonArray }}
{{- range $window := $windows }}
- record: {{ $objective.record }}{{ $window }}
  expr: |-
    {{- include (printf "ml-serving.%s" $objective.ratio) (dict "root" $root "window" $window) | nindent 4 }}
  labels:
    {{- toYaml $own | nindent 4 }}
{{- end }}
{{- range $burn := $burnRates }}
{{- $budget := divf (subf 100 $objective.percent) 100 }}
{{- $values := get $root.Values.metrics.prometheusRule.alerts $objective.key }}
- alert: {{ $objective.alert }}
  expr: |-
    {{ $objective.record }}{{ .long }}{ {{- $series }}} > {{ .factor }} * {{ $budget }}
    and
    {{ $objective.record }}{{ .short }}{ {{- $series }}} > {{ .factor }} * {{ $budget }}
    and on ()
    {{ include (printf "ml-serving.%sOf" $objective.ratio) (dict "root" $root "window" .long) }} >= {{ $objectives.minRequests }}
  for: {{ .for | quote }}
  labels:
    {{- toYaml (merge (dict "severity" .severity "window" .long) $own ($values.labels | default dict | deepCopy)) | nindent 4 }}
  annotations:
    summary: {{ printf "%s burns the budget of its objective %vx too fast" (include "ml-serving.knownAs" $root) .factor | quote }}
    description: >-
      {{`{{ $value | humanizePercentage }}`}} {{ $objective.what }}, over {{ .long }} and over {{ .short }}. The objective allows
      {{ subf 100 $objective.percent }}%.
    runbook_url: {{ include "ml-serving.runbook" (dict "root" $root "alert" $objective.alert) }}
{{- end }}
{{- end }}
{{- end }}
