{{/* The port that pods listen on. */}}
{{- define "ml-serving.port" -}}
8000
{{- end }}

{{/* The port for metrics and health alone; empty without one. */}}
{{- define "ml-serving.adminPort" -}}
{{- dig "server" "admin_port" "" .Values.config }}
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

{{/* The directory that a model is mounted at. */}}
{{- define "ml-serving.modelMount" -}}
/model
{{- end }}

{{/* The directory that the registry's certificate authority is mounted at. */}}
{{- define "ml-serving.caMount" -}}
/mlflow-ca
{{- end }}

{{/* The directory of downloaded models. */}}
{{- define "ml-serving.cacheMount" -}}
/cache
{{- end }}

{{- define "ml-serving.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "ml-serving.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "ml-serving.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride }}
{{- end }}

{{/* Labels of the selectors. They are immutable on a Deployment, so never add one. The component allows for a second workload beside the server. */}}
{{- define "ml-serving.selectorLabels" -}}
app.kubernetes.io/name: {{ include "ml-serving.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: server
{{- end }}

{{/* Labels of every object. The chart's own win over commonLabels. */}}
{{- define "ml-serving.labels" -}}
{{- $own := include "ml-serving.selectorLabels" . | fromYaml }}
{{- $_ := set $own "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-") }}
{{- $_ := set $own "app.kubernetes.io/version" (.Chart.AppVersion | replace "+" "_" | trunc 63) }}
{{- $_ := set $own "app.kubernetes.io/managed-by" .Release.Service }}
{{- toYaml (merge $own .Values.commonLabels) }}
{{- end }}

{{/* Labels of the pods. None of them changes with the chart version, so a new chart alone does not restart pods: a value that is null,
     which one Helm hands on and another does not, has no part in the hash. */}}
{{- define "ml-serving.podLabels" -}}
{{- $own := include "ml-serving.selectorLabels" . | fromYaml }}
{{- $model := omit .Values.model "cache" (ternary "companions" "cache" (kindIs "invalid" .Values.model.companions)) }}
{{- $_ := set $own "ml-serving/model-version" (.Values.model.version | default (toJson $model | sha256sum | trunc 10)) }}
{{- toYaml (merge $own .Values.podLabels .Values.commonLabels) }}
{{- end }}

{{/* Annotations of the pods. */}}
{{- define "ml-serving.podAnnotations" -}}
{{- $own := dict "checksum/config" (print (include "ml-serving.config" .) .Values.mlflow.trackingUri | sha256sum) }}
{{- if and .Values.metrics.scrapeAnnotations (not .Values.metrics.serviceMonitor.enabled) }}
{{- $_ := set $own "prometheus.io/scrape" "true" }}
{{- $_ := set $own "prometheus.io/port" (include "ml-serving.adminPort" . | default (include "ml-serving.port" .)) }}
{{- $_ := set $own "prometheus.io/path" "/metrics" }}
{{- if and (include "ml-serving.tls" .) (not (include "ml-serving.adminPort" .)) }}
{{- $_ := set $own "prometheus.io/scheme" "https" }}
{{- end }}
{{- end }}
{{- toYaml (merge (deepCopy .Values.podAnnotations) $own) }}
{{- end }}

{{- define "ml-serving.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "ml-serving.fullname" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- define "ml-serving.image" -}}
{{- $image := .Values.image }}
{{- $registry := dig "imageRegistry" "" (.Values.global | default dict) | default $image.registry }}
{{- with $registry }}{{ . }}/{{ end }}{{ $image.repository }}:{{ $image.tag | default .Chart.AppVersion }}{{ with $image.digest }}@{{ . }}{{ end }}
{{- end }}

{{/* The server's configuration file. The model is not in it but in the pod template. So a pod of an earlier revision
     that is replaced during an update, or after a failed one, serves the model of its own revision. */}}
{{- define "ml-serving.config" -}}
{{- $config := deepCopy .Values.config }}
{{- $_ := set $config.server "port" (include "ml-serving.port" . | int) }}
{{- $_ := set $config "model" (dict "cache_dir" (include "ml-serving.cacheMount" .)) }}
{{- toYaml $config }}
{{- end }}

{{/* The volume of the mounted model; empty without one. */}}
{{- define "ml-serving.modelVolume" -}}
{{- $source := .Values.model.source }}
{{- if $source.image.reference }}
image:
  reference: {{ $source.image.reference }}
  pullPolicy: {{ $source.image.pullPolicy }}
{{- else if $source.existingClaim }}
persistentVolumeClaim:
  claimName: {{ $source.existingClaim }}
  readOnly: true
{{- else if $source.configMap }}
configMap:
  name: {{ $source.configMap }}
{{- end }}
{{- end }}

{{/* The volume of the registry's certificate authority; empty without one. */}}
{{- define "ml-serving.caVolume" -}}
{{- $ca := .Values.mlflow.ca }}
{{- if $ca.secret }}
secret:
  secretName: {{ $ca.secret }}
  items: [{key: {{ $ca.key }}, path: {{ $ca.key }}}]
{{- else if $ca.configMap }}
configMap:
  name: {{ $ca.configMap }}
  items: [{key: {{ $ca.key }}, path: {{ $ca.key }}}]
{{- end }}
{{- end }}

{{/* The model URI for the server; empty for the model inside it. */}}
{{- define "ml-serving.modelUri" -}}
{{- if include "ml-serving.modelVolume" . }}
{{- list (include "ml-serving.modelMount" .) .Values.model.source.path | compact | join "/" }}
{{- else }}
{{- .Values.model.uri }}
{{- end }}
{{- end }}

{{/* Not empty if the model comes from an MLflow server. */}}
{{- define "ml-serving.fromMlflow" -}}
{{- regexFind "^(models|runs|mlflow-artifacts):/" .Values.model.uri }}
{{- end }}

{{/* Not empty if the model comes over the network. */}}
{{- define "ml-serving.fromNetwork" -}}
{{- if not (hasPrefix "file://" .Values.model.uri) }}
{{- include "ml-serving.fromMlflow" . | default (regexFind "^[a-z0-9+]+://" .Values.model.uri) }}
{{- end }}
{{- end }}

{{/* Environment variables of the server. Each name occurs once; extraEnv wins. */}}
{{- define "ml-serving.env" -}}
{{- $own := dict
  "MLSERVING__MODEL__URI" (include "ml-serving.modelUri" .)
  "MLSERVING__MODEL__NAME" (.Values.model.name | default (ternary .Release.Name "" (ne "" (include "ml-serving.modelVolume" .))))
  "MLSERVING__MODEL__SHA256" .Values.model.sha256
  "MLSERVING__MODEL__COMPANIONS" (ternary "" (toString .Values.model.companions) (kindIs "invalid" .Values.model.companions))
  "MLFLOW_TRACKING_URI" .Values.mlflow.trackingUri
  "MLFLOW_TRACKING_SERVER_CERT_PATH" (ternary (print (include "ml-serving.caMount" .) "/" .Values.mlflow.ca.key) "" (ne "" (include "ml-serving.caVolume" .))) }}
{{- range .Values.extraEnv }}
{{- $_ := unset $own .name }}
{{- end }}
{{- range $name, $value := $own }}
{{- if $value }}
- name: {{ $name }}
  {{- if eq $name "MLFLOW_TRACKING_URI" }}
  valueFrom:
    configMapKeyRef:
      name: {{ include "ml-serving.fullname" $ }}
      key: {{ $name }}
  {{- else }}
  value: {{ $value | quote }}
  {{- end }}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "ml-serving.envFrom" -}}
{{- with .Values.mlflow.existingSecret }}
- secretRef:
    name: {{ . }}
{{- end }}
{{- with .Values.extraEnvFrom }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* The smallest number of pods; -1 if another scaler decides. */}}
{{- define "ml-serving.minReplicas" -}}
{{- if .Values.autoscaling.enabled }}
{{- .Values.autoscaling.minReplicas }}
{{- else if kindIs "invalid" .Values.replicaCount }}
{{- -1 }}
{{- else }}
{{- .Values.replicaCount }}
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
{{- else if has (include "ml-serving.modelUri" .) (list "" "builtin:iris") }}
{{- dict "features" (list 5.1 3.5 1.4 0.2) | toJson }}
{{- end }}
{{- end }}
