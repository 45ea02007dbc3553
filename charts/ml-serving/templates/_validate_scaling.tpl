{{/* Mistakes about the autoscaler of one track. Takes its context, see _tracks.tpl. */}}
{{- define "ml-serving.validateScaling" -}}
{{- $values := .root.Values }}
{{- $scaling := .autoscaling }}
{{- $at := ternary "" "canary." (eq .track "stable") }}
{{- if include "ml-serving.autoscaled" . }}
{{- if not $scaling.maxReplicas }}
{{- fail (printf "ERROR: %sautoscaling.maxReplicas is not set; say how many pods there may be" $at) }}
{{- end }}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) }}
{{- fail (printf "ERROR: %sautoscaling.minReplicas %d is more than %sautoscaling.maxReplicas %d" $at (int $scaling.minReplicas) $at (int $scaling.maxReplicas)) }}
{{- end }}
{{- range $name, $target := dict "cpu" $scaling.targetCPUUtilizationPercentage "memory" $scaling.targetMemoryUtilizationPercentage }}
{{- if and $target (not (dig "requests" $name "" $values.resources)) (not (dig "limits" $name "" $values.resources)) }}
{{- fail (printf "ERROR: autoscaling by %s is a percentage of its request, and there is none; set resources.requests.%s" $name $name) }}
{{- end }}
{{- end }}
{{- end }}
{{- if $scaling.enabled }}
{{- if eq (int $scaling.minReplicas) 0 }}
{{- fail "ERROR: autoscaling.minReplicas 0 is more than a HorizontalPodAutoscaler can do; set 1 or more, or scale by autoscaling.keda" }}
{{- end }}
{{- if not (or $scaling.targetCPUUtilizationPercentage $scaling.targetMemoryUtilizationPercentage $scaling.metrics) }}
{{- fail "ERROR: autoscaling has no metric; set autoscaling.targetCPUUtilizationPercentage, targetMemoryUtilizationPercentage or metrics" }}
{{- end }}
{{- end }}
{{- if include "ml-serving.byKeda" . }}
{{- include "ml-serving.validateKeda" . }}
{{- end }}
{{- end }}

{{- define "ml-serving.validateKeda" -}}
{{- $scaling := .autoscaling }}
{{- $keda := $scaling.keda }}
{{- if $scaling.enabled }}
{{- fail "ERROR: autoscaling.enabled and autoscaling.keda.enabled would make two autoscalers, each of which undoes what the other does; enable one of them" }}
{{- end }}
{{- if $scaling.metrics }}
{{- fail "ERROR: autoscaling.metrics is for a HorizontalPodAutoscaler; say it as autoscaling.keda.triggers" }}
{{- end }}
{{- if not (include "ml-serving.kedaTriggers" . | fromYamlArray) }}
{{- fail "ERROR: autoscaling.keda has no trigger; set autoscaling.keda.prometheus.serverAddress, autoscaling.keda.triggers or autoscaling.targetCPUUtilizationPercentage" }}
{{- end }}
{{- if and $keda.prometheus.query (not $keda.prometheus.serverAddress) }}
{{- fail "ERROR: autoscaling.keda.prometheus.query has no Prometheus to ask; set autoscaling.keda.prometheus.serverAddress" }}
{{- end }}
{{- if and (eq (int $scaling.minReplicas) 0) (not $keda.triggers) (not $keda.prometheus.query) }}
{{- fail "ERROR: autoscaling.minReplicas 0 would be for good, because CPU, memory and the default query are asked of the pods, and there are none; set autoscaling.keda.prometheus.query to what your gateway counts, or add autoscaling.keda.triggers" }}
{{- end }}
{{- end }}
