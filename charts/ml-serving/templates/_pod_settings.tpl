{{/* What the server's pods and those of the tests have in common. Takes the root, and what may differ: `affinity` and `priorityClassName`. */}}
{{- define "ml-serving.podSettings" -}}
{{- $values := .root.Values }}
{{- with include "ml-serving.securityContext" $values.podSecurityContext | fromYaml }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "ml-serving.pullSecrets" .root | fromJsonArray }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.dnsPolicy }}
dnsPolicy: {{ . }}
{{- end }}
{{- with $values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
{{- with $values.schedulerName }}
schedulerName: {{ . | quote }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* A security context. A seccomp profile whose type is set to null is none. */}}
{{- define "ml-serving.securityContext" -}}
{{- dig "seccompProfile" "type" "" . | empty | ternary (omit . "seccompProfile") . | toYaml }}
{{- end }}

{{/* The pull secrets of the chart and of a parent, as a JSON array of `{name: …}`. Parents write them as names too. */}}
{{- define "ml-serving.pullSecrets" -}}
{{- $secrets := list }}
{{- range concat (.Values.imagePullSecrets | default list) (dig "imagePullSecrets" list (.Values.global | default dict) | default list) }}
{{- $secrets = append $secrets (kindIs "string" . | ternary (dict "name" .) .) }}
{{- end }}
{{- uniq $secrets | toJson }}
{{- end }}

{{/* The value that sets the pause before SIGTERM, and its seconds, as a JSON map; empty for a hook that does something else, whose time nobody knows. */}}
{{- define "ml-serving.pause" -}}
{{- $preStop := dig "preStop" dict (.Values.lifecycle | default dict) }}
{{- if not $preStop }}
{{- dict "preStopSleepSeconds" .Values.preStopSleepSeconds | toJson }}
{{- else if $preStop.sleep }}
{{- dict "lifecycle.preStop.sleep.seconds" ($preStop.sleep.seconds | default 0) | toJson }}
{{- else }}
{{- dict | toJson }}
{{- end }}
{{- end }}

{{/* The hooks of the server's container. The chart's pause before SIGTERM gives way to a preStop of the user's. */}}
{{- define "ml-serving.lifecycle" -}}
{{- $lifecycle := deepCopy (.Values.lifecycle | default dict) }}
{{- if and .Values.preStopSleepSeconds (not $lifecycle.preStop) }}
{{- $_ := set $lifecycle "preStop" (dict "sleep" (dict "seconds" (int64 .Values.preStopSleepSeconds))) }}
{{- end }}
{{- with $lifecycle }}{{ toYaml . }}{{ end }}
{{- end }}
