{{/* Where a track's model comes from. Every template here takes the context of a track, see _tracks.tpl. */}}

{{/* The directory that a model is mounted at. */}}
{{- define "ml-serving.modelMount" -}}
/model
{{- end }}

{{/* The directory that the registry's certificate authority is mounted at. */}}
{{- define "ml-serving.caMount" -}}
/mlflow-ca
{{- end }}

{{/* The volume of the mounted model; empty without one. */}}
{{- define "ml-serving.modelVolume" -}}
{{- $source := .model.source }}
{{- if $source.image.reference }}
image:
  reference: {{ $source.image.reference | quote }}
  {{- with $source.image.pullPolicy }}
  pullPolicy: {{ . }}
  {{- end }}
{{- else if $source.existingClaim }}
persistentVolumeClaim:
  claimName: {{ $source.existingClaim | quote }}
  readOnly: true
{{- else if $source.configMap }}
configMap:
  name: {{ $source.configMap | quote }}
{{- end }}
{{- end }}

{{/* The volume of the registry's certificate authority; empty without one. */}}
{{- define "ml-serving.caVolume" -}}
{{- $ca := .mlflow.ca }}
{{- if $ca.secret }}
secret:
  secretName: {{ $ca.secret | quote }}
  items: [{key: {{ $ca.key | quote }}, path: {{ $ca.key | quote }}}]
{{- else if $ca.configMap }}
configMap:
  name: {{ $ca.configMap | quote }}
  items: [{key: {{ $ca.key | quote }}, path: {{ $ca.key | quote }}}]
{{- end }}
{{- end }}

{{/* The model URI for the server; empty for the model inside it. */}}
{{- define "ml-serving.modelUri" -}}
{{- if include "ml-serving.modelVolume" . }}
{{- list (include "ml-serving.modelMount" .) .model.source.path | compact | join "/" }}
{{- else }}
{{- .model.uri }}
{{- end }}
{{- end }}

{{/* Not empty if the model comes from an MLflow server. */}}
{{- define "ml-serving.fromMlflow" -}}
{{- regexFind "^(models|runs|mlflow-artifacts):/" .model.uri }}
{{- end }}

{{/* Not empty if the model comes over the network. */}}
{{- define "ml-serving.fromNetwork" -}}
{{- if not (hasPrefix "file://" .model.uri) }}
{{- include "ml-serving.fromMlflow" . | default (regexFind "^[a-z0-9+]+://" .model.uri) }}
{{- end }}
{{- end }}

{{/* What the server will call the model's version, see `version` in src/load.rs; empty where only the server can know. So it is for an alias,
     which moves, for a directory, which may say of itself what it was registered as, and where extraEnv names the model. */}}
{{- define "ml-serving.knownVersion" -}}
{{- $uri := include "ml-serving.modelUri" . }}
{{- $env := list }}
{{- range .root.Values.extraEnv }}{{ $env = append $env .name }}{{ end }}
{{- $version := "" }}
{{- if not (has "MLSERVING__MODEL__URI" $env) }}
{{- range $form := list "^models:/[^/]+/0*([1-9][0-9]*)/*$" "^models:/(m-[^/@]+)/*$" "^oci(?:\\+https?)?://[^/]+/[^:@]+:([^:@/]+)(?:@sha256:[0-9a-f]{64})?$" }}
{{- if regexMatch $form $uri }}
{{- $version = regexReplaceAll $form $uri "${1}" }}
{{- end }}
{{- end }}
{{- /* A place that keeps no versions: the beginning of the digest, and the server refuses every other one. */}}
{{- if and (regexMatch "^$|^builtin:|^(runs|mlflow-artifacts):/|^(https?|s3a?|gs|az|azure|abfss?|adl|wasbs?)://" $uri) (not (has "MLSERVING__MODEL__SHA256" $env)) }}
{{- $version = trunc 12 .model.sha256 }}
{{- end }}
{{- end }}
{{- regexFind "^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$" $version }}
{{- end }}

{{/* What the notes warn of in a track's model, as a JSON array. What the canary has from the stable track is said of that one, so it may occur twice. */}}
{{- define "ml-serving.modelWarnings" -}}
{{- $warnings := list }}
{{- $stable := .root.Values.model }}
{{- $source := .model.source }}
{{- $kubernetes := .root.Capabilities.KubeVersion.Version }}
{{- with $source.image.reference }}
{{- $at := ternary "" "canary." (eq . $stable.source.image.reference) }}
{{- if semverCompare "<1.35-0" $kubernetes }}
{{- $warnings = append $warnings (printf "Kubernetes %s mounts %smodel.source.image only with its ImageVolume feature gate." $kubernetes $at) }}
{{- end }}
{{- if not (contains "@sha256:" .) }}
{{- $warnings = append $warnings (printf "%smodel.source.image.reference is not a digest, so pods that start later may serve another model. Use NAME@sha256:..." $at) }}
{{- end }}
{{- end }}
{{- /* These never change their content: a version by its number, a logged model and a run by their ids, an artifact by its digest. */}}
{{- if and (include "ml-serving.fromNetwork" .) (not .model.sha256) (not (regexMatch "^(models:/[^/@]+/[0-9]+$|models:/m-[0-9a-f]{32}$|(runs|mlflow-artifacts):/|oci(\\+https?)?://[^ ]+@sha256:[0-9a-f]{64}$)" .model.uri)) }}
{{- $at := ternary "" "canary." (and (eq .model.uri $stable.uri) (empty $stable.sha256)) }}
{{- $warnings = append $warnings (printf "%s can change its content, so pods that start later may serve another model. Use models:/NAME/VERSION, or set %smodel.sha256." .model.uri $at) }}
{{- end }}
{{- if and $source.configMap (not .model.version) }}
{{- $at := ternary "" "canary." (and (eq $source.configMap ($stable.source.configMap | default "")) (empty $stable.version)) }}
{{- $warnings = append $warnings (printf "a change of ConfigMap %s does not restart the pods; change %smodel.version too." $source.configMap $at) }}
{{- end }}
{{- $warnings | toJson }}
{{- end }}
