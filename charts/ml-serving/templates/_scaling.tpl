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

{{/* Requests in flight of all pods of the stable track, which alone is scaled; takes the root. Less the scrape itself, and a mean, because a scrape sees
     only one instant: of the sums, because the sum of means would count what pods that have ended had in flight together with what their heirs have. */}}
{{- define "ml-serving.kedaQuery" -}}
avg_over_time(sum(http_requests_in_flight{ {{- include "ml-serving.stableSeries" . }}} - 1)[2m:15s])
{{- end }}
