{{/* Mistakes about the canary. */}}
{{- define "ml-serving.validateCanary" -}}
{{- $canary := .Values.canary }}
{{- $context := include "ml-serving.canary" . | fromJson }}
{{- $stable := include "ml-serving.stable" . | fromJson }}
{{- if hasKey ($canary.model | default dict) "cache" }}
{{- fail "ERROR: canary.model.cache: the tracks share their settings, and the cache with them; set model.cache for both" }}
{{- end }}
{{- if and (deepEqual $context.model $stable.model) (deepEqual $context.mlflow $stable.mlflow) }}
{{- fail "ERROR: canary.model is the model that is served already; set what differs, such as canary.model.uri, or canary.enabled to false" }}
{{- end }}

{{- $routed := .Values.httpRoute.enabled }}
{{- $asked := list }}
{{- if gt (include "ml-serving.weight" . | int) 0 }}
{{- $asked = append $asked (printf "canary.weight %s" (include "ml-serving.weight" .)) }}
{{- end }}
{{- range $kind, $match := $canary.match }}
{{- $set := list $match.name $match.value | compact | len }}
{{- if eq $set 1 }}
{{- fail (printf "ERROR: canary.match.%s needs a name and a value; set canary.match.%s.name and canary.match.%s.value, or neither" $kind $kind $kind) }}
{{- end }}
{{- if $set }}
{{- $asked = append $asked (printf "canary.match.%s" $kind) }}
{{- end }}
{{- end }}
{{- if $canary.mirror }}
{{- $asked = append $asked "canary.mirror" }}
{{- end }}

{{- if not $routed }}
{{- range without $asked (printf "canary.weight %s" (include "ml-serving.weight" .)) }}
{{- fail (printf "ERROR: %s is for a gateway, which looks at requests; a Service does not. Set httpRoute.enabled, or leave it out: then the canary answers by its share of the pods" .) }}
{{- end }}
{{- include "ml-serving.validateShare" . }}
{{- else }}
{{- if and $canary.mirror (gt (include "ml-serving.weight" . | int) 0) }}
{{- fail (printf "ERROR: canary.mirror gives the canary a copy of each request, so canary.weight %s would let it predict some of them twice; set canary.weight to 0" (include "ml-serving.weight" .)) }}
{{- end }}
{{- $used := list }}
{{- range include "ml-serving.bareRules" . | fromJsonArray }}{{ range .matches }}{{ range .headers }}{{ $used = append $used (lower .name) }}{{ end }}{{ end }}{{ end }}
{{- range include "ml-serving.canaryHeaders" . | fromJsonArray }}
{{- if has (lower .name) $used }}
{{- fail (printf "ERROR: canary.match asks for the header %s, which httpRoute asks for already, and a match takes a header once; use another one" .name) }}
{{- end }}
{{- end }}
{{- if $asked }}
{{- include "ml-serving.validateCanaryPods" (dict "root" . "asked" (first $asked)) }}
{{- end }}
{{- $rest := sub 100 (include "ml-serving.weight" . | int) }}
{{- /* A release without any pod is down on purpose. */}}
{{- if and $rest (eq (include "ml-serving.replicas" $stable) "0") (ne (include "ml-serving.minReplicas" $context) "0") }}
{{- fail (printf "ERROR: canary.weight %s leaves %d %% of the requests to the stable track, which has no pods, so a gateway would answer them 503; set replicaCount to 1 or more, or canary.weight to 100" (include "ml-serving.weight" .) $rest) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Without a gateway: a weight that is not what the pods of both tracks make of it. */}}
{{- define "ml-serving.validateShare" -}}
{{- if not (kindIs "invalid" .Values.canary.weight) }}
{{- $share := include "ml-serving.share" . }}
{{- if not $share }}
{{- fail (printf "ERROR: canary.weight %s needs a gateway, because the canary's share of the pods changes with an autoscaler; set httpRoute.enabled, or canary.weight to null" (include "ml-serving.weight" .)) }}
{{- end }}
{{- if ne $share (include "ml-serving.weight" .) }}
{{- fail (printf "ERROR: canary.weight %s needs a gateway: without one the share is that of the pods, %v of %v, which is %s %%; set httpRoute.enabled, or other numbers in replicaCount and canary.replicaCount, or canary.weight to null" (include "ml-serving.weight" .) .Values.canary.replicaCount (add .Values.replicaCount .Values.canary.replicaCount) $share) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Requests for a canary that has no pod: a gateway answers 503 to them. Takes `root` and `asked`, the value that sends them. What is there
     shows only on a live cluster: an installation brings everything at once, and `helm template` and GitOps see nothing. */}}
{{- define "ml-serving.validateCanaryPods" -}}
{{- $root := .root }}
{{- if eq (include "ml-serving.minReplicas" (include "ml-serving.canary" .root | fromJson)) "0" }}
{{- fail (printf "ERROR: %s sends requests to the canary, which has no pods; set canary.replicaCount to 1 or more" .asked) }}
{{- end }}
{{- $namespace := include "ml-serving.namespace" .root }}
{{- if lookup "apps/v1" "Deployment" $namespace (include "ml-serving.fullname" .root) }}
{{- $deployment := lookup "apps/v1" "Deployment" $namespace (include "ml-serving.trackName" (dict "root" .root "track" "canary")) }}
{{- if not (dig "status" "readyReplicas" 0 ($deployment | default dict)) }}
{{- fail (printf "ERROR: %s sends requests to the canary, of which no pod is ready, so a gateway would answer them 503; first upgrade with canary.weight 0, without canary.match and canary.mirror, and with --wait, then again with them" .asked) }}
{{- end }}
{{- end }}
{{- if .root.Values.canary.mirror }}
{{- include "ml-serving.validateMirror" .root }}
{{- end }}
{{- end }}

{{/* A gateway answers 500 to every request of a rule with a filter that it does not know. Which controller it is shows in the status of the route
     alone, because a user of helm may not be allowed to read Gateways. */}}
{{- define "ml-serving.validateMirror" -}}
{{- $route := lookup "gateway.networking.k8s.io/v1" "HTTPRoute" (include "ml-serving.namespace" .) (include "ml-serving.fullname" .) }}
{{- range dig "status" "parents" list ($route | default dict) }}
{{- if eq .controllerName "traefik.io/gateway-controller" }}
{{- fail "ERROR: canary.mirror is not for Traefik, which would answer 500 to all requests of the route; use another gateway, or canary.match" }}
{{- end }}
{{- end }}
{{- end }}
