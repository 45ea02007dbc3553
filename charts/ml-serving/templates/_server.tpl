{{/* The port that pods listen on. */}}
{{- define "ml-serving.port" -}}
8000
{{- end }}

{{/* Where the Service sends requests: to the server, or to a container in front of it. */}}
{{- define "ml-serving.targetPort" -}}
{{- $port := .Values.service.targetPort | default "http" }}
{{- kindIs "string" $port | ternary $port (int64 $port) }}
{{- end }}

{{/* The port for metrics and health alone; empty without one. */}}
{{- define "ml-serving.adminPort" -}}
{{- with .Values.config.server.admin_port }}{{ int64 . }}{{ end }}
{{- end }}

{{/* The name of the port that probes and Prometheus ask. */}}
{{- define "ml-serving.probePort" -}}
{{- ternary "admin" "http" (ne "" (include "ml-serving.adminPort" .)) }}
{{- end }}

{{/* Not empty if the server encrypts the connections of clients. */}}
{{- define "ml-serving.tls" -}}
{{- dig "server" "tls" "cert" "" .Values.config }}
{{- end }}

{{/* What kubelets ask for at a path. */}}
{{- define "ml-serving.probe" -}}
httpGet:
  path: {{ .path }}
  port: {{ include "ml-serving.probePort" .root }}
  {{- if and (include "ml-serving.tls" .root) (not (include "ml-serving.adminPort" .root)) }}
  scheme: HTTPS
  {{- end }}
{{- end }}

{{/* The directory of downloaded models. */}}
{{- define "ml-serving.cacheMount" -}}
/cache
{{- end }}

{{/* What the cache may take, so that it stays below the limit of its volume, above which the pod is evicted; empty for a claim. */}}
{{- define "ml-serving.cacheBytes" -}}
{{- with empty .Values.model.cache.existingClaim | ternary .Values.model.cache.sizeLimit "" }}
{{- with mulf (include "ml-serving.quantity" . | float64) 0.9 | floor | int64 }}{{ . }}{{ end }}
{{- end }}
{{- end }}

{{/* The server's configuration file. It is an annotation of the pods, which a volume shows as a file: so a pod of an earlier revision that is
     replaced during an update, or after a failed one, has the configuration of its own revision. In a ConfigMap it would find that of the
     newest one, and the server refuses keys that it does not know. */}}
{{- define "ml-serving.config" -}}
{{- $config := deepCopy .Values.config }}
{{- $_ := set $config.server "port" (include "ml-serving.port" . | int) }}
{{- $_ := set $config "log" (omit $config.log "level") }}
{{- $model := merge (dict "cache_dir" (include "ml-serving.cacheMount" .)) ($config.model | default dict) }}
{{- with include "ml-serving.cacheBytes" . }}
{{- $_ := merge $model (dict "cache_max_bytes" (int64 .)) }}
{{- end }}
{{- $_ := set $config "model" $model }}
{{- toYaml $config }}
{{- end }}

{{/* What all revisions share, in the ConfigMap, whose keys are environment variables: what every version of the server understands. */}}
{{- define "ml-serving.shared" -}}
{{- with .Values.mlflow.trackingUri }}
MLFLOW_TRACKING_URI: {{ . | quote }}
{{- end }}
{{- with .Values.config.log.level }}
LOG_LEVEL: {{ upper . }}
{{- end }}
{{- end }}

{{/* Labels by which the NetworkPolicy selects the test pods. */}}
{{- define "ml-serving.testLabels" -}}
{{- merge (dict "app.kubernetes.io/component" "test") (include "ml-serving.selectorLabels" . | fromYaml) | toYaml }}
{{- end }}

{{/* Body of the test's prediction; empty if the model's input is not known. */}}
{{- define "ml-serving.testRequest" -}}
{{- if .Values.tests.request }}
{{- toJson .Values.tests.request }}
{{- else if has (include "ml-serving.modelUri" (include "ml-serving.stable" . | fromJson)) (list "" "builtin:iris") }}
{{- dict "features" (list 5.1 3.5 1.4 0.2) | toJson }}
{{- end }}
{{- end }}
