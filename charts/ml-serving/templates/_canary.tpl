{{/* The context of the canary, see _tracks.tpl: what is set under canary, over what the stable track has. */}}
{{- define "ml-serving.canary" -}}
{{- $autoscaling := merge (pick .Values.canary.autoscaling "enabled" "minReplicas" "maxReplicas") (omit .Values.autoscaling "enabled" "external" "keda" "scaleTargetRef") }}
{{- dict "track" "canary" "model" (include "ml-serving.canaryModel" . | fromJson) "mlflow" (include "ml-serving.canaryMlflow" . | fromJson) "replicaCount" .Values.canary.replicaCount "autoscaling" $autoscaling | toJson }}
{{- end }}

{{/* The canary's model, as JSON. Keys are set one by one, because merging functions take a value that is empty or false for one that is not set. */}}
{{- define "ml-serving.canaryModel" -}}
{{- $own := .Values.canary.model | default dict }}
{{- $ownSource := $own.source | default dict }}
{{- $model := deepCopy .Values.model }}
{{- $before := toJson (pick $model "uri" "source") }}

{{- /* A model has one place. Another kind of place is instead of the stable one, and a path inside that says nothing about it. */}}
{{- $kinds := dict "uri" ($own.uri | default "") "image" (dig "image" "reference" "" $ownSource) "existingClaim" ($ownSource.existingClaim | default "") "configMap" ($ownSource.configMap | default "") }}
{{- $had := dict "uri" $model.uri "image" $model.source.image.reference "existingClaim" $model.source.existingClaim "configMap" $model.source.configMap }}
{{- range $kind, $reference := $kinds }}
{{- if and $reference (not (get $had $kind)) }}
{{- $_ := set $model "uri" "" }}
{{- $_ := set $model "source" (dict "image" (dict "reference" "" "pullPolicy" $model.source.image.pullPolicy) "existingClaim" "" "configMap" "" "path" "") }}
{{- end }}
{{- end }}

{{- range $key, $value := omit $own "source" }}
{{- $_ := set $model $key $value }}
{{- end }}
{{- range $key, $value := omit $ownSource "image" }}
{{- $_ := set $model.source $key $value }}
{{- end }}
{{- range $key, $value := $ownSource.image | default dict }}
{{- $_ := set $model.source.image $key $value }}
{{- end }}

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
{{- $own := .Values.canary.mlflow | default dict }}
{{- $ownCa := $own.ca | default dict }}
{{- $mlflow := deepCopy .Values.mlflow }}
{{- if or $ownCa.secret $ownCa.configMap }}
{{- $_ := set $mlflow "ca" (dict "secret" "" "configMap" "" "key" $mlflow.ca.key) }}
{{- end }}
{{- range $key, $value := omit $own "ca" }}
{{- $_ := set $mlflow $key $value }}
{{- end }}
{{- range $key, $value := $ownCa }}
{{- $_ := set $mlflow.ca $key $value }}
{{- end }}
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
{{- if not (or (include "ml-serving.autoscaled" $stable) $stable.autoscaling.external (include "ml-serving.autoscaled" $canary) (kindIs "invalid" $stable.replicaCount) (kindIs "invalid" $canary.replicaCount)) }}
{{- round (mulf 100.0 (divf $canary.replicaCount (add $stable.replicaCount $canary.replicaCount | max 1))) 0 }}
{{- end }}
{{- end }}
