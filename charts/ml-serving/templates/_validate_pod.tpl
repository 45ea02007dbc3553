{{/* Mistakes in what values add to the pods of a track. Takes its context, see _tracks.tpl. */}}
{{- define "ml-serving.validatePod" -}}
{{- $values := .root.Values }}
{{- $own := dict "config" "/etc/ml-serving" "cache" (include "ml-serving.cacheMount" .root) }}
{{- if include "ml-serving.modelVolume" . }}{{ $_ := set $own "model" (include "ml-serving.modelMount" .) }}{{ end }}
{{- if include "ml-serving.caVolume" . }}{{ $_ := set $own "mlflow-ca" (include "ml-serving.caMount" .) }}{{ end }}

{{- $volumes := keys $own }}
{{- range $values.extraVolumes }}
{{- if hasKey $own .name }}
{{- fail (printf "ERROR: extraVolumes: %s is a volume of the chart; choose another name" .name) }}
{{- else if has .name $volumes }}
{{- fail (printf "ERROR: extraVolumes: %s occurs twice; keep one of them" .name) }}
{{- end }}
{{- $volumes = append $volumes .name }}
{{- end }}

{{- $paths := list }}
{{- range $values.extraVolumeMounts }}
{{- $path := trimSuffix "/" .mountPath }}
{{- if has $path (values $own) }}
{{- fail (printf "ERROR: extraVolumeMounts: %s is used by the chart; mount %s at another path" $path .name) }}
{{- else if has $path $paths }}
{{- fail (printf "ERROR: extraVolumeMounts: %s occurs twice; keep one of them" $path) }}
{{- else if not (has .name $volumes) }}
{{- fail (printf "ERROR: extraVolumeMounts: there is no volume %s; add it to extraVolumes" .name) }}
{{- end }}
{{- $paths = append $paths $path }}
{{- end }}

{{- $containers := list "server" }}
{{- range $key := list "initContainers" "extraContainers" }}
{{- range get $values $key | default list }}
{{- if eq .name "server" }}
{{- fail (printf "ERROR: %s: server is the server's own name; choose another one" $key) }}
{{- else if has .name $containers }}
{{- fail (printf "ERROR: %s: %s occurs twice; containers and init containers need names of their own" $key .name) }}
{{- end }}
{{- $containers = append $containers .name }}
{{- $container := .name }}
{{- range .volumeMounts }}
{{- if not (has .name $volumes) }}
{{- fail (printf "ERROR: %s: %s mounts volume %s, which does not exist; add it to extraVolumes" $key $container .name) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Mistakes in the settings of pods and of their Deployment. Takes the root. */}}
{{- define "ml-serving.validateSettings" -}}
{{- range $key, $resources := dict "resources" .Values.resources "tests.resources" (.Values.tests.resources | default dict) }}
{{- range $name, $limit := $resources.limits }}
{{- $request := get ($resources.requests | default dict) $name }}
{{- if $request }}
{{- if gt (include "ml-serving.quantity" $request | float64) (include "ml-serving.quantity" $limit | float64) }}
{{- fail (printf "ERROR: %s.requests.%s %v is more than %s.limits.%s %v; raise the limit too" $key $name $request $key $name $limit) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- if and (eq (.Values.dnsPolicy | default "") "None") (not (dig "nameservers" "" (.Values.dnsConfig | default dict))) }}
{{- fail "ERROR: dnsPolicy None resolves no name; set dnsConfig.nameservers" }}
{{- end }}

{{- $rolling := .Values.strategy.rollingUpdate | default dict }}
{{- if and (ne (.Values.strategy.type | default "") "Recreate") (regexMatch "^0+%?$" (toString $rolling.maxSurge)) (regexMatch "^0+%?$" (toString $rolling.maxUnavailable)) }}
{{- fail "ERROR: strategy.rollingUpdate allows neither one pod more nor one less, so no update could begin; set maxSurge or maxUnavailable above 0" }}
{{- end }}
{{- end }}
