{{/* What is written on the pods of a track. Every template here takes the context of a track, see _tracks.tpl. */}}

{{/* Labels of the pods. None of them changes with the chart version, so a new chart alone does not restart pods. The label of the version is
     what the server answers, or what model.version says, or is not there. */}}
{{- define "ml-serving.podLabels" -}}
{{- $own := include "ml-serving.trackLabels" . | fromYaml }}
{{- with include "ml-serving.knownVersion" . | default .model.version }}
{{- $_ := set $own "ml-serving/model-version" . }}
{{- end }}
{{- toYaml (merge $own .root.Values.podLabels .root.Values.commonLabels) }}
{{- end }}

{{/* Annotations of the pods. A value that is empty has no part in them, so that a newer chart does not restart pods. */}}
{{- define "ml-serving.podAnnotations" -}}
{{- $values := .root.Values }}
{{- $own := dict "ml-serving/config" (include "ml-serving.config" .root) }}
{{- with include "ml-serving.shared" .root }}
{{- $_ := set $own "checksum/config" (sha256sum .) }}
{{- end }}
{{- with .model.version }}
{{- $_ := set $own "ml-serving/set-version" . }}
{{- end }}
{{- if and $values.metrics.scrapeAnnotations (not (include "ml-serving.monitored" .root)) }}
{{- $_ := set $own "prometheus.io/scrape" "true" }}
{{- $_ := set $own "prometheus.io/port" (include "ml-serving.adminPort" .root | default (include "ml-serving.port" .root)) }}
{{- $_ := set $own "prometheus.io/path" "/metrics" }}
{{- if and (include "ml-serving.tls" .root) (not (include "ml-serving.adminPort" .root)) }}
{{- $_ := set $own "prometheus.io/scheme" "https" }}
{{- end }}
{{- end }}
{{- toYaml (merge (pick $own "ml-serving/config") (deepCopy $values.podAnnotations) $own) }}
{{- end }}
