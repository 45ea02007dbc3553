{{/* The environment of a track's server. Every template here takes the context of a track, see _tracks.tpl. */}}

{{/* The variables. Each name occurs once; extraEnv wins, and is first, because $(NAME) in a value is one that was defined before. */}}
{{- define "ml-serving.env" -}}
{{- $root := .root }}
{{- $own := dict
  "MLSERVING__MODEL__URI" (include "ml-serving.modelUri" .)
  "MLSERVING__MODEL__NAME" (.model.name | default (ternary (include "ml-serving.knownAs" .root) "" (ne "" (include "ml-serving.modelVolume" .))))
  "MLSERVING__MODEL__SHA256" .model.sha256
  "MLSERVING__MODEL__COMPANIONS" (ternary "" (toString .model.companions) (kindIs "invalid" .model.companions))
  "MLSERVING__MODEL__FLAVOR" .model.flavor
  "MLFLOW_TRACKING_URI" .mlflow.trackingUri
  "LOG_LEVEL" $root.Values.config.log.level
  "MLFLOW_TRACKING_SERVER_CERT_PATH" (ternary (print (include "ml-serving.caMount" .) "/" .mlflow.ca.key) "" (ne "" (include "ml-serving.caVolume" .))) }}
{{- range $root.Values.extraEnv }}
{{- $_ := unset $own .name }}
{{- end }}
{{- with $root.Values.extraEnv }}
{{ tpl (toYaml .) $root }}
{{- end }}
{{- range $name, $value := $own }}
{{- if $value }}
- name: {{ $name }}
  {{- /* The ConfigMap has the server of the stable track. */}}
  {{- if or (eq $name "LOG_LEVEL") (and (eq $name "MLFLOW_TRACKING_URI") (eq $value $root.Values.mlflow.trackingUri)) }}
  valueFrom:
    configMapKeyRef:
      name: {{ include "ml-serving.fullname" $root | quote }}
      key: {{ $name }}
      # A later revision may do without.
      optional: true
  {{- else }}
  value: {{ $value | quote }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "ml-serving.envFrom" -}}
{{- with .mlflow.existingSecret }}
- secretRef:
    name: {{ . | quote }}
{{- end }}
{{- with .root.Values.extraEnvFrom }}
{{ tpl (toYaml .) $.root }}
{{- end }}
{{- end }}
