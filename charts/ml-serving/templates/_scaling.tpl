{{/* Who decides how many pods a track has. Every template here takes the context of a track, see _tracks.tpl. */}}

{{/* Not empty if KEDA does. */}}
{{- define "ml-serving.byKeda" -}}
{{- if dig "keda" "enabled" false .autoscaling }}yes{{ end }}
{{- end }}

{{/* Not empty if an autoscaler of the chart does. */}}
{{- define "ml-serving.autoscaled" -}}
{{- if .autoscaling.enabled }}yes{{ else }}{{ include "ml-serving.byKeda" . }}{{ end }}
{{- end }}

{{/* What is scaled. */}}
{{- define "ml-serving.scaleTarget" -}}
{{- .autoscaling.scaleTargetRef | default (dict "apiVersion" "apps/v1" "kind" "Deployment" "name" (include "ml-serving.workload" .)) | toYaml }}
{{- end }}

{{/* The triggers of a ScaledObject. */}}
{{- define "ml-serving.kedaTriggers" -}}
{{- $scaling := .autoscaling }}
{{- $prometheus := $scaling.keda.prometheus }}
{{- range $name, $target := dict "cpu" $scaling.targetCPUUtilizationPercentage "memory" $scaling.targetMemoryUtilizationPercentage }}
{{- with $target }}
- type: {{ $name }}
  metricType: Utilization
  metadata:
    containerName: server
    value: {{ . | quote }}
{{- end }}
{{- end }}
{{- if $prometheus.serverAddress }}
- type: prometheus
  {{- with $prometheus.authentication }}
  authenticationRef:
    name: {{ . | quote }}
  {{- end }}
  metadata:
    serverAddress: {{ $prometheus.serverAddress | quote }}
    query: {{ $prometheus.query | default (include "ml-serving.kedaQuery" .root) | quote }}
    threshold: {{ $prometheus.threshold | default 16 | quote }}
    {{- with $prometheus.activationThreshold }}
    activationThreshold: {{ . | quote }}
    {{- end }}
{{- end }}
{{- with $scaling.keda.triggers }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Requests in flight of all pods of the stable track, which alone is scaled; takes the root. A mean, because a scrape sees only one instant, and less the scrape itself. */}}
{{- define "ml-serving.kedaQuery" -}}
sum(avg_over_time(http_requests_in_flight{ {{- include "ml-serving.stableSeries" . }}}[2m]) - 1)
{{- end }}
