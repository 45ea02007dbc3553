{{/* Mistakes about the model of one track. Takes its context, see _tracks.tpl, and `env`, the names in extraEnv. */}}
{{- define "ml-serving.validateModel" -}}
{{- $values := .root.Values }}
{{- $model := .model }}
{{- $at := ternary "" "canary." (eq .track "stable") }}
{{- $sources := list $model.uri $model.source.image.reference $model.source.existingClaim $model.source.configMap | compact }}
{{- if gt (len $sources) 1 }}
{{- fail (printf "ERROR: more than one model: %s; set only one of %smodel.uri, %smodel.source.image.reference, %smodel.source.existingClaim and %smodel.source.configMap" (join ", " $sources) $at $at $at $at) }}
{{- end }}
{{- if and $model.source.path (not (include "ml-serving.modelVolume" .)) }}
{{- fail (printf "ERROR: %smodel.source.path is inside a mounted source, and there is none; set %smodel.source.image.reference, %smodel.source.existingClaim or %smodel.source.configMap, or use %smodel.uri" $at $at $at $at $at) }}
{{- end }}
{{- if and (include "ml-serving.fromMlflow" .) (not (hasPrefix "mlflow-artifacts://" $model.uri)) (not (or .mlflow.trackingUri .mlflow.existingSecret $values.extraEnvFrom (has "MLFLOW_TRACKING_URI" .env))) }}
{{- fail (printf "ERROR: %smodel.uri %s is in an MLflow registry; set %smlflow.trackingUri to the server that has it" $at $model.uri $at) }}
{{- end }}
{{- $kubernetes := .root.Capabilities.KubeVersion.Version }}
{{- if and $model.source.image.reference (semverCompare "<1.33-0" $kubernetes) }}
{{- fail (printf "ERROR: %smodel.source.image.reference needs Kubernetes 1.33, and this is %s; copy the model into the server's image, or set %smodel.uri" $at $kubernetes $at) }}
{{- end }}
{{- if and .mlflow.ca.secret .mlflow.ca.configMap }}
{{- fail (printf "ERROR: two certificate authorities: Secret %s and ConfigMap %s; set only one of %smlflow.ca.secret and %smlflow.ca.configMap, a PEM file may hold many" .mlflow.ca.secret .mlflow.ca.configMap $at $at) }}
{{- end }}
{{- range $key, $value := dict "model.uri" $model.uri "mlflow.trackingUri" .mlflow.trackingUri }}
{{- if regexMatch "://[^/]*@" $value }}
{{- fail (printf "ERROR: %s%s holds credentials, which would be readable in the release; put them into a Secret and name it in %smlflow.existingSecret" $at $key $at) }}
{{- end }}
{{- end }}

{{- if and $values.networkPolicy.enabled (not $values.networkPolicy.egress) (include "ml-serving.fromNetwork" .) }}
{{- fail (printf "ERROR: networkPolicy lets the pods reach nothing but DNS, so they cannot fetch %s; open the way in networkPolicy.egress, such as [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 5000}]}]" $model.uri) }}
{{- end }}
{{- end }}
