{{/* A track is a Deployment with a model of its own. What the templates know about one is its context: `track` (stable or canary), `model`,
     `mlflow`, `replicaCount` and `autoscaling`, in the form of those values, and `root`, which the caller adds, because a template yields only text. */}}
{{- define "ml-serving.stable" -}}
{{- dict "track" "stable" "model" .Values.model "mlflow" .Values.mlflow "replicaCount" .Values.replicaCount "autoscaling" .Values.autoscaling | toJson }}
{{- end }}

{{/* The contexts of all tracks as a JSON array: {{- range include "ml-serving.tracks" . | fromJsonArray }}{{ $track := set . "root" $ }} */}}
{{- define "ml-serving.tracks" -}}
{{- $tracks := list (include "ml-serving.stable" . | fromJson) }}
{{- if .Values.canary.enabled }}
{{- $tracks = append $tracks (include "ml-serving.canary" . | fromJson) }}
{{- end }}
{{- toJson $tracks }}
{{- end }}

{{/* The labels by which the Deployment of a track selects its pods, and a Service of the track alone. */}}
{{- define "ml-serving.trackLabels" -}}
{{ include "ml-serving.selectorLabels" .root }}
ml-serving/track: {{ .track }}
{{- end }}

{{/* The release's name with that of a track. Takes `root` and `track`. */}}
{{- define "ml-serving.trackName" -}}
{{- $suffix := print "-" .track }}
{{- include "ml-serving.short" (list (include "ml-serving.fullname" .root) (sub 63 (len $suffix) | int)) }}{{ $suffix }}
{{- end }}

{{/* The name of a track's Deployment and of what scales it. The stable one has the release's own, canary or not. */}}
{{- define "ml-serving.workload" -}}
{{- if eq .track "stable" }}
{{- include "ml-serving.fullname" .root }}
{{- else }}
{{- include "ml-serving.trackName" . }}
{{- end }}
{{- end }}

{{/* The number of a track's pods; empty if a scaler decides. */}}
{{- define "ml-serving.replicas" -}}
{{- if not (or (include "ml-serving.autoscaled" .) .autoscaling.external (kindIs "invalid" .replicaCount)) }}
{{- int64 .replicaCount }}
{{- end }}
{{- end }}

{{/* The smallest number of a track's pods; -1 if another scaler decides. */}}
{{- define "ml-serving.minReplicas" -}}
{{- if include "ml-serving.autoscaled" . }}
{{- int64 .autoscaling.minReplicas }}
{{- else }}
{{- include "ml-serving.replicas" . | default "-1" }}
{{- end }}
{{- end }}

{{/* A metric of the autoscaler: the use of a resource. That of a pod is known only if all of its containers have requests, so beside other
     containers it is the server's alone. */}}
{{- define "ml-serving.resourceMetric" -}}
{{- $beside := .root.Values.extraContainers | default list }}
{{- range .root.Values.initContainers }}
{{- if eq (.restartPolicy | default "") "Always" }}{{ $beside = append $beside . }}{{ end }}
{{- end }}
{{- $metric := dict "name" .name "target" (dict "type" "Utilization" "averageUtilization" (int64 .target)) }}
{{- if $beside }}
{{- dict "type" "ContainerResource" "containerResource" (set $metric "container" "server") | toYaml }}
{{- else }}
{{- dict "type" "Resource" "resource" $metric | toYaml }}
{{- end }}
{{- end }}

{{/* The port of the Services. */}}
{{- define "ml-serving.servicePort" -}}
name: http
port: {{ int64 .Values.service.port }}
targetPort: {{ include "ml-serving.targetPort" . }}
appProtocol: {{ .Values.service.appProtocol | default (ternary "https" "http" (ne "" (include "ml-serving.tls" .))) | quote }}
{{- end }}
