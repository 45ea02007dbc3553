{{/* The address of an alert's section in the runbooks: arguments are root and alert. */}}
{{- define "ml-serving.runbook" -}}
{{- .root.Values.metrics.prometheusRule.runbookUrl }}#{{ lower .alert }}
{{- end }}

{{/* Alerts beside those of the objectives, by their keys in the values. What {{`{{ }}`}} holds in an annotation is for Prometheus. */}}
{{- define "ml-serving.alerts" -}}
{{- $alerts := .Values.metrics.prometheusRule.alerts }}
{{- $series := include "ml-serving.series" . }}
{{- $name := include "ml-serving.knownAs" . }}
{{- $limit := dig "server" "max_in_flight" nil .Values.config | default 64 }}
{{- /* A release without pods is down on purpose. */}}
{{- if ne (include "ml-serving.minReplicas" (include "ml-serving.stable" . | fromJson)) "0" }}
down:
  alert: MlServingDown
  expr: absent(up{ {{- $series }}} == 1)
  annotations:
    summary: No pod of {{ $name }} answers Prometheus
    description: Either no pod runs, or Prometheus does not find or reach them.
{{- end }}
modelNotLoaded:
  alert: MlServingModelNotLoaded
  expr: up{ {{- $series }}} unless on (job, instance) model_info{ {{- $series }}}
  annotations:
    summary: A pod of {{ $name }} serves no model
    description: >-
      {{`{{ or $labels.pod $labels.instance }} {{ if eq $value 1.0 }}has not loaded its model{{ else }}does not answer{{ end }}`}}.
modelFromCache:
  alert: MlServingModelFromCache
  expr: model_info{ {{- $series }},source="cache"}
  annotations:
    summary: A pod of {{ $name }} serves a model from its cache
    description: >-
      The registry did not answer when {{`{{ or $labels.pod $labels.instance }}`}} started. It serves version
      {{`{{ $labels.model_version }}`}}, which it had downloaded before.
restarts:
  alert: MlServingRestarts
  {{- /* That of kube-state-metrics, where there is one, also counts the restarts between two scrapes. */}}
  expr: |-
    max by (namespace, pod) (
      increase(kube_pod_container_status_restarts_total{ {{- include "ml-serving.podNames" . }}}[1h])
      or
      changes(process_start_time_seconds{ {{- $series }}}[1h])
    ) > {{ $alerts.restarts.perHour }}
  annotations:
    summary: A pod of {{ $name }} restarts again and again
    description: >-
      {{`{{ $labels.pod }}`}} has restarted {{`{{ printf "%.0f" $value }}`}} times within an hour.
saturation:
  alert: MlServingSaturated
  {{- /* Less the scrape, which is in flight when it looks. */}}
  expr: (avg_over_time(http_requests_in_flight{ {{- $series }}}[5m]) - 1) / {{ $limit }} > {{ divf $alerts.saturation.percent 100 }}
  annotations:
    summary: A pod of {{ $name }} is nearly full
    description: >-
      {{`{{ or $labels.pod $labels.instance }}`}} has {{`{{ $value | humanizePercentage }}`}} of the {{ $limit }} requests that it takes at a
      time. Above them it answers 429.
classDrift:
  alert: MlServingClassDrift
  {{- /* Half of the sum of all differences: the share of rows that would have to change their class. A class that only one of the two weeks has
         counts as none in the other. */}}
  {{- $now := printf "ml_serving:class_rows:increase%s{%s}" $alerts.classDrift.window (include "ml-serving.recorded" .) }}
  {{- $before := replace "{" "_week_ago{" $now }}
  expr: |-
    sum by (target) (abs(
      ({{ $now }} / on (target) group_left () sum by (target) ({{ $now }}) or {{ $before }} * 0)
      -
      ({{ $before }} / on (target) group_left () sum by (target) ({{ $before }}) or {{ $now }} * 0)
    )) / 2 > {{ divf $alerts.classDrift.percent 100 }}
    and
    sum by (target) ({{ $now }}) >= {{ $alerts.classDrift.minRows }}
    and
    sum by (target) ({{ $before }}) >= {{ $alerts.classDrift.minRows }}
  annotations:
    summary: The classes that {{ $name }} predicts differ from those of last week
    description: >-
      {{`{{ $value | humanizePercentage }}`}} of the rows of {{ $alerts.classDrift.window }} would have to be of another class for the mix of a week
      ago{{`{{ with $labels.target }} (target {{ . }}){{ end }}`}}.
{{- end }}

{{/* Rows by class over the window of the drift and over that of a week ago. They are not compared as they were recorded a week ago, so that the
     alert works from the first day on. */}}
{{- define "ml-serving.classRows" -}}
{{- $window := .Values.metrics.prometheusRule.alerts.classDrift.window }}
{{- range $suffix, $offset := dict "" "" "_week_ago" " offset 1w" }}
- record: ml_serving:class_rows:increase{{ $window }}{{ $suffix }}
  expr: |-
    sum by (target, class) (
      increase({__name__=~"prediction_class_total|prediction_target_class_total",{{ include "ml-serving.answered" $ }}}[{{ $window }}]{{ $offset }})
    )
  labels:
    {{- include "ml-serving.ruleLabels" $ | nindent 4 }}
{{- end }}
{{- end }}

{{/* Those that are switched on, with what the values say of them. */}}
{{- define "ml-serving.alertRules" -}}
{{- $rules := list }}
{{- if .Values.metrics.prometheusRule.alerts.classDrift.enabled }}
{{- $rules = include "ml-serving.classRows" . | fromYamlArray }}
{{- end }}
{{- range $key, $alert := include "ml-serving.alerts" . | fromYaml }}
{{- $own := get $.Values.metrics.prometheusRule.alerts $key | default dict }}
{{- if $own.enabled }}
{{- $own = deepCopy $own }}
{{- $labels := merge (dict "severity" ($own.severity | default "warning")) (include "ml-serving.ruleLabels" $ | fromYaml) ($own.labels | default dict) }}
{{- $_ := set $alert.annotations "runbook_url" (include "ml-serving.runbook" (dict "root" $ "alert" $alert.alert)) }}
{{- $rules = append $rules (merge $alert (dict "for" ($own.for | default "0s") "labels" $labels)) }}
{{- end }}
{{- end }}
{{- with $rules }}
{{- toYaml . }}
{{- end }}
{{- end }}
