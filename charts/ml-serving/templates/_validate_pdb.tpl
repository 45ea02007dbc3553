{{/* Mistakes in the PodDisruptionBudget. Takes the root. */}}
{{- define "ml-serving.validateBudget" -}}
{{- $pdb := .Values.podDisruptionBudget }}
{{- if not (or (kindIs "invalid" $pdb.minAvailable) (kindIs "invalid" $pdb.maxUnavailable)) }}
{{- fail "ERROR: podDisruptionBudget takes minAvailable or maxUnavailable, not both; set the other to null" }}
{{- end }}
{{- $pods := include "ml-serving.minReplicas" (include "ml-serving.stable" . | fromJson) | int }}
{{- if and $pdb.enabled (ge $pods 2) }}
{{- $least := include "ml-serving.ofPods" (list $pdb.minAvailable $pods 0) | int }}
{{- $most := include "ml-serving.ofPods" (list $pdb.maxUnavailable $pods $pods) | int }}
{{- if or (ge $least $pods) (lt $most 1) }}
{{- fail (printf "ERROR: podDisruptionBudget leaves none of %d pods to evict, so no node could be drained; lower minAvailable, or raise maxUnavailable" $pods) }}
{{- end }}
{{- end }}
{{- end }}

{{/* A number or a percentage of pods, rounded up as Kubernetes does. Takes it, the pods, and what null is. */}}
{{- define "ml-serving.ofPods" -}}
{{- $share := index . 0 }}
{{- if kindIs "invalid" $share }}
{{- index . 2 }}
{{- else if hasSuffix "%" (toString $share) }}
{{- divf (mulf (trimSuffix "%" $share | float64) (float64 (index . 1))) 100.0 | ceil | int }}
{{- else }}
{{- int64 $share }}
{{- end }}
{{- end }}
