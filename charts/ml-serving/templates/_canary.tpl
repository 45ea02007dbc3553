{{/* The context of the canary, see _tracks.tpl: what is set under canary, over what the stable track has. */}}
{{- define "ml-serving.canary" -}}
{{- $autoscaling := merge (pick .Values.canary.autoscaling "enabled" "minReplicas" "maxReplicas") (omit .Values.autoscaling "enabled" "external" "keda" "scaleTargetRef") }}
{{- dict "track" "canary" "model" (include "ml-serving.canaryModel" . | fromJson) "mlflow" (include "ml-serving.canaryMlflow" . | fromJson) "replicaCount" .Values.canary.replicaCount "autoscaling" $autoscaling | toJson }}
{{- end }}

{{/* The canary's model, as JSON: what is set there over the stable one. Sprig's merging functions would take a value that is empty or false for
     one that is not set. */}}
{{- define "ml-serving.canaryModel" -}}
{{- $own := .Values.canary.model }}
{{- $ownSource := $own.source | default dict }}
{{- $model := deepCopy $own }}
{{- $below := deepCopy .Values.model }}
{{- $before := toJson (pick $below "uri" "source") }}

{{- /* A model has one place. Another kind of place is instead of the stable one, and a path inside that says nothing about it. */}}
{{- $kinds := dict "uri" ($own.uri | default "") "image" (dig "image" "reference" "" $ownSource) "existingClaim" ($ownSource.existingClaim | default "") "configMap" ($ownSource.configMap | default "") }}
{{- $had := dict "uri" $below.uri "image" $below.source.image.reference "existingClaim" $below.source.existingClaim "configMap" $below.source.configMap }}
{{- range $kind, $reference := $kinds }}
{{- if and $reference (not (get $had $kind)) }}
{{- $_ := set $below "uri" "" }}
{{- $_ := set $below "source" (dict "image" (dict "reference" "" "pullPolicy" $below.source.image.pullPolicy) "existingClaim" "" "configMap" "" "path" "") }}
{{- end }}
{{- end }}

{{- include "ml-serving.fill" (list $model $below) }}

{{- /* Digest and version are of the bytes, and these are others. */}}
{{- if ne $before (toJson (pick $model "uri" "source")) }}
{{- range list "sha256" "version" }}
{{- $_ := set $model . (get $own . | default "") }}
{{- end }}
{{- end }}
{{- toJson $model }}
{{- end }}

{{/* The canary's MLflow server, as JSON. */}}
{{- define "ml-serving.canaryMlflow" -}}
{{- $mlflow := deepCopy .Values.canary.mlflow }}
{{- $below := deepCopy .Values.mlflow }}
{{- $ownCa := $mlflow.ca | default dict }}
{{- if or $ownCa.secret $ownCa.configMap }}
{{- $_ := set $below "ca" (dict "secret" "" "configMap" "" "key" $below.ca.key) }}
{{- end }}
{{- include "ml-serving.fill" (list $mlflow $below) }}
{{- toJson $mlflow }}
{{- end }}

{{/* What helm needs to be told to make the canary's model that of the stable track, as a JSON array: the arguments of each upgrade. Another
     MLflow server is in the ConfigMap, which pods of the revision before read too, so it comes before the model. */}}
{{- define "ml-serving.promotion" -}}
{{- $stable := include "ml-serving.stable" . | fromJson }}
{{- $canary := include "ml-serving.canary" . | fromJson }}
{{- $mlflow := include "ml-serving.differences" (dict "mlflow" (list $stable.mlflow $canary.mlflow) "mlflow.ca" (list $stable.mlflow.ca $canary.mlflow.ca)) }}
{{- $model := include "ml-serving.differences" (dict "model" (list $stable.model $canary.model) "model.source" (list $stable.model.source $canary.model.source)
  "model.source.image" (list $stable.model.source.image $canary.model.source.image)) }}
{{- $apart := and $model (ne $stable.mlflow.trackingUri $canary.mlflow.trackingUri) }}
{{- ternary (list $mlflow $model) (list (print $mlflow $model)) (not (empty $apart)) | toJson }}
{{- end }}

{{/* Arguments of helm that make values like others. Takes, by the path of a block, the list of it and of the other one. */}}
{{- define "ml-serving.differences" -}}
{{- range $table, $pair := . }}
{{- $before := first $pair }}
{{- range $key, $value := last $pair }}
{{- if not (or (kindIs "map" $value) (deepEqual $value (get $before $key))) }}
{{- if kindIs "string" $value }} --set-string '{{ $table }}.{{ $key }}={{ replace "," "\\," $value }}'
{{- else }} --set {{ $table }}.{{ $key }}={{ kindIs "invalid" $value | ternary "null" $value }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* The percentage of pods that are the canary's, of no pods none; empty if an autoscaler changes it. */}}
{{- define "ml-serving.share" -}}
{{- $stable := include "ml-serving.stable" . | fromJson }}
{{- $canary := include "ml-serving.canary" . | fromJson }}
{{- if and (include "ml-serving.replicas" $stable) (include "ml-serving.replicas" $canary) }}
{{- round (mulf 100.0 (divf $canary.replicaCount (add $stable.replicaCount $canary.replicaCount | max 1))) 0 }}
{{- end }}
{{- end }}
