{{/* Mistakes about the ways to the pods: names, Service, Ingress and HTTPRoute. Takes the root. */}}
{{- define "ml-serving.validateNames" -}}
{{- $name := include "ml-serving.fullname" . }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $name) }}
{{- fail (printf "ERROR: %s cannot be the name of a Service, which begins with a letter and has small letters, digits and hyphens; set fullnameOverride" $name) }}
{{- end }}
{{- if not .Values.image.repository }}
{{- fail "ERROR: image.repository is empty; set it, such as ml-serving/ml-serving" }}
{{- end }}
{{- end }}

{{- define "ml-serving.validateService" -}}
{{- $service := .Values.service }}
{{- range $key := list "nodePort" "externalTrafficPolicy" }}
{{- if and (get $service $key) (eq $service.type "ClusterIP") }}
{{- fail (printf "ERROR: service.%s is for the types NodePort and LoadBalancer; set service.type, or leave it empty" $key) }}
{{- end }}
{{- end }}
{{- range $key := list "loadBalancerClass" "loadBalancerSourceRanges" "loadBalancerIP" "allocateLoadBalancerNodePorts" "healthCheckNodePort" }}
{{- if and (hasKey $service $key) (not (has (toString (get $service $key)) (list "" "[]"))) (ne $service.type "LoadBalancer") }}
{{- fail (printf "ERROR: service.%s is for the type LoadBalancer; set service.type, or leave it empty" $key) }}
{{- end }}
{{- end }}
{{- if and $service.healthCheckNodePort (ne ($service.externalTrafficPolicy | default "") "Local") }}
{{- fail "ERROR: service.healthCheckNodePort is asked only with service.externalTrafficPolicy Local; set that too" }}
{{- end }}
{{- if and (eq ($service.clusterIP | default "") "None") (ne $service.type "ClusterIP") }}
{{- fail (printf "ERROR: service.clusterIP None is for the type ClusterIP, and service.type is %s; set one of them" $service.type) }}
{{- end }}
{{- if and $service.sessionAffinityConfig (ne ($service.sessionAffinity | default "") "ClientIP") }}
{{- fail "ERROR: service.sessionAffinityConfig says how long clients stay with a pod, and they do not; set service.sessionAffinity to ClientIP" }}
{{- end }}
{{- with $service.ipFamilies }}
{{- if or (ne (len .) (len (uniq .))) (and (gt (len .) 1) (eq ($service.ipFamilyPolicy | default "") "SingleStack")) }}
{{- fail (printf "ERROR: service.ipFamilies %s has more than SingleStack takes, or one twice; set service.ipFamilyPolicy to PreferDualStack, or one family" (join ", " .)) }}
{{- end }}
{{- end }}
{{- $target := include "ml-serving.targetPort" . }}
{{- $admin := include "ml-serving.adminPort" . }}
{{- $ports := list $service.targetPort }}
{{- if kindIs "string" $service.targetPort }}
{{- $ports = list "" "http" (empty $admin | ternary "" "admin") }}
{{- range concat (.Values.initContainers | default list) (.Values.extraContainers | default list) }}
{{- range .ports }}{{ $ports = append $ports .name }}{{ end }}
{{- end }}
{{- end }}
{{- if and $service.targetPort (not (has $service.targetPort $ports)) }}
{{- fail (printf "ERROR: service.targetPort %s is the name of no port; give it to one in extraContainers[].ports%s" $target (eq $target "admin" | ternary ", or set config.server.admin_port" "")) }}
{{- end }}
{{- end }}

{{- define "ml-serving.validateRoutes" -}}
{{- $ingress := .Values.ingress }}
{{- if and $ingress.enabled (not $ingress.hosts) }}
{{- fail "ERROR: ingress has no host; set ingress.hosts[0].host" }}
{{- end }}
{{- $hosts := list }}
{{- range $ingress.hosts }}{{ with .host }}{{ $hosts = append $hosts . }}{{ end }}{{ end }}
{{- range $ingress.tls }}{{ $hosts = concat $hosts (.hosts | default list) }}{{ end }}
{{- include "ml-serving.validateHosts" (dict "root" . "key" "ingress.hosts" "hosts" $hosts) }}
{{- include "ml-serving.validateHosts" (dict "root" . "key" "httpRoute.hostnames" "hosts" (.Values.httpRoute.hostnames | default list)) }}
{{- if .Values.httpRoute.enabled }}
{{- if not .Values.httpRoute.parentRefs }}
{{- fail "ERROR: httpRoute has no gateway; set httpRoute.parentRefs[0].name" }}
{{- end }}
{{- $own := include "ml-serving.bareRules" . | fromJsonArray | len }}
{{- $all := include "ml-serving.rules" . | fromJsonArray | len }}
{{- if gt $own 16 }}
{{- fail (printf "ERROR: httpRoute.rules has %d rules, and an HTTPRoute takes 16; make a second HTTPRoute for the others in extraObjects" $own) }}
{{- else if gt $all 16 }}
{{- fail (printf "ERROR: canary.match adds a rule to each of httpRoute.rules that leads to the server, which makes %d, and an HTTPRoute takes 16; put matches with the same filters into one rule, or use canary.weight instead of canary.match" $all) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Takes the root, the key of the values and the hosts there. */}}
{{- define "ml-serving.validateHosts" -}}
{{- $context := . }}
{{- range .hosts }}
{{- $host := tpl . $context.root }}
{{- if or (not (regexMatch "^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" $host)) (regexMatch "^[0-9]+(\\.[0-9]+){3}$" $host) }}
{{- fail (printf "ERROR: %s: %s is no name of a host; write models.example.com, or *.example.com for all below" $context.key $host) }}
{{- end }}
{{- end }}
{{- end }}
