{{/* A name of at most so many letters: the rest of a longer one becomes a hash, so that different names stay different. Takes a name and a number. */}}
{{- define "ml-serving.short" -}}
{{- $name := first . }}
{{- $most := last . }}
{{- if gt (len $name) $most }}
{{- $name = printf "%s-%s" (trunc (sub $most 9 | int) $name | trimAll "-.") (sha256sum $name | trunc 8) }}
{{- end }}
{{- $name | trimSuffix "-" }}
{{- end }}

{{- define "ml-serving.name" -}}
{{- include "ml-serving.short" (list (default .Chart.Name .Values.nameOverride) 63) }}
{{- end }}

{{/* A release that is called as its chart lends it the name. The charts of a parent are told apart by theirs, so there only an equal name will do. */}}
{{- define "ml-serving.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- $alone := ternary (contains $name .Release.Name) (eq $name .Release.Name) .Chart.IsRoot }}
{{- $full := .Values.fullnameOverride | default (ternary .Release.Name (printf "%s-%s" .Release.Name $name) $alone) }}
{{- include "ml-serving.short" (list $full 63) }}
{{- end }}

{{/* What people know the release by: its name or, where a parent chart may have several of this one in a release, that of the objects. */}}
{{- define "ml-serving.knownAs" -}}
{{- ternary .Release.Name (include "ml-serving.fullname" .) .Chart.IsRoot }}
{{- end }}

{{- define "ml-serving.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{- define "ml-serving.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "ml-serving.fullname" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- define "ml-serving.image" -}}
{{- $image := .Values.image }}
{{- $registry := dig "imageRegistry" "" (.Values.global | default dict) | default $image.registry }}
{{- with $registry }}{{ . }}/{{ end }}{{ $image.repository }}:{{ $image.tag | default .Chart.AppVersion }}{{ with $image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* Labels by which Service, PodDisruptionBudget, NetworkPolicy and ServiceMonitor select the pods of all tracks. They are immutable on a
     Deployment, so never add one. The component allows for a second workload beside the server. */}}
{{- define "ml-serving.selectorLabels" -}}
app.kubernetes.io/name: {{ include "ml-serving.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: server
{{- end }}

{{/* Name, namespace, labels and annotations of every object. The chart's own labels win over commonLabels, the object's annotations over
     commonAnnotations. Takes the root, a name, and a namespace, labels and annotations of this object if it has any. Releases of several
     namespaces may have one name, so an object outside of the release's is called by it too. No other name has a dot, so it tells the two apart. */}}
{{- define "ml-serving.metadata" -}}
{{- $home := include "ml-serving.namespace" .root }}
{{- $namespace := .namespace | default $home }}
name: {{ eq $namespace $home | ternary .name (include "ml-serving.short" (list (printf "%s.%s" $home .name) 63)) | quote }}
namespace: {{ $namespace | quote }}
labels:
  {{- toYaml (merge dict (.labels | default dict) (include "ml-serving.labels" .root | fromYaml)) | nindent 2 }}
{{- with merge dict (.annotations | default dict) (.root.Values.commonAnnotations | default dict) }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Labels of every object. The chart's own win over commonLabels. */}}
{{- define "ml-serving.labels" -}}
{{- $own := include "ml-serving.selectorLabels" . | fromYaml }}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") }}
{{- $_ := set $own "app.kubernetes.io/version" (.Chart.AppVersion | replace "+" "_" | trunc 63) }}
{{- $_ := set $own "app.kubernetes.io/managed-by" .Release.Service }}
{{- toYaml (merge $own .Values.commonLabels) }}
{{- end }}
