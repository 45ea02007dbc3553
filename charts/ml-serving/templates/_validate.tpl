{{/* Mistakes that the schema cannot see; each message ends with what to do. Rendered with the Deployment. */}}
{{- define "ml-serving.validate" -}}
{{- include "ml-serving.validateNames" . }}
{{- include "ml-serving.validateSettings" . }}
{{- $env := list }}
{{- range .Values.extraEnv }}
{{- if has .name $env }}
{{- fail (printf "ERROR: extraEnv: %s occurs twice; keep one of them" .name) }}
{{- end }}
{{- $env = append $env .name }}
{{- end }}

{{- range include "ml-serving.tracks" . | fromJsonArray }}
{{- include "ml-serving.validateScaling" (set . "root" $) }}
{{- include "ml-serving.validatePod" (set . "root" $) }}
{{- include "ml-serving.validateModel" (set (set . "root" $) "env" $env) }}
{{- end }}
{{- if .Values.canary.enabled }}
{{- include "ml-serving.validateCanary" . }}
{{- end }}

{{- if and (eq .Values.image.tag "latest") (not .Values.image.digest) }}
{{- fail "ERROR: image.tag latest is a different image tomorrow, and no rollback brings today's back; set a version, or image.digest" }}
{{- end }}

{{- $parts := list "config.server.drain_seconds and config.server.shutdown_seconds" }}
{{- $stop := add .Values.config.server.drain_seconds .Values.config.server.shutdown_seconds }}
{{- range $key, $seconds := include "ml-serving.pause" . | fromJson }}
{{- $parts = prepend $parts $key }}
{{- $stop = add $stop $seconds }}
{{- end }}
{{- if lt (int64 .Values.terminationGracePeriodSeconds) $stop }}
{{- fail (printf "ERROR: terminationGracePeriodSeconds %d would kill pods before they have drained; %s add up to %d" (int .Values.terminationGracePeriodSeconds) (join ", " $parts) $stop) }}
{{- end }}
{{- if le (int .Values.progressDeadlineSeconds) (int .Values.minReadySeconds) }}
{{- fail (printf "ERROR: progressDeadlineSeconds %d must be more than minReadySeconds %d, or no update can succeed" (int .Values.progressDeadlineSeconds) (int .Values.minReadySeconds)) }}
{{- end }}

{{- $admin := include "ml-serving.adminPort" . }}
{{- if eq $admin (include "ml-serving.port" .) }}
{{- fail (printf "ERROR: config.server.admin_port %s is the port of the clients; set another one, such as 9000" $admin) }}
{{- end }}
{{- $tls := .Values.config.server.tls | default dict }}
{{- if and $tls (not (and $tls.cert $tls.key)) }}
{{- fail "ERROR: config.server.tls needs a certificate and its key; set config.server.tls.cert and config.server.tls.key to files that extraVolumeMounts mounts" }}
{{- end }}
{{- if and $tls.client_ca (not $admin) }}
{{- fail "ERROR: with config.server.tls.client_ca no probe gets through, because a kubelet has no certificate to show; set config.server.admin_port" }}
{{- end }}

{{- include "ml-serving.validateWatching" . }}

{{- include "ml-serving.validateBudget" . }}
{{- include "ml-serving.validateService" . }}
{{- include "ml-serving.validateRoutes" . }}

{{- if not .Values.service.enabled }}
{{- range $key, $enabled := dict "ingress.enabled" .Values.ingress.enabled "metrics.serviceMonitor.enabled" .Values.metrics.serviceMonitor.enabled }}
{{- if $enabled }}
{{- fail (printf "ERROR: %s needs the Service, and service.enabled is false; set service.enabled to true, or %s to false" $key $key) }}
{{- end }}
{{- end }}
{{- end }}

{{- if .Values.namespace.create }}
{{- if eq (include "ml-serving.namespace" .) .Release.Namespace }}
{{- fail (printf "ERROR: namespace.create cannot make %s, where this release itself is stored; use helm install --create-namespace, or set namespaceOverride" .Release.Namespace) }}
{{- end }}
{{- end }}
{{- end }}
