{{/* The percentage of requests that the gateway gives to the canary, besides those that match. */}}
{{- define "ml-serving.weight" -}}
{{- .Values.canary.weight | default 0 | int }}
{{- end }}

{{/* Header matches that each send a request to the canary, as a JSON array. Some gateways want the expression to fit all of the header and some a part. */}}
{{- define "ml-serving.canaryHeaders" -}}
{{- $headers := list }}
{{- with .Values.canary.match.header }}
{{- if .name }}
{{- $headers = append $headers (dict "name" .name "value" (.value | default "")) }}
{{- end }}
{{- end }}
{{- with .Values.canary.match.cookie }}
{{- if .name }}
{{- $headers = append $headers (dict "name" "Cookie" "type" "RegularExpression" "value" (printf "^(.*;\\s*)?%s=%s(\\s*;.*)?$" (regexQuoteMeta .name) (regexQuoteMeta (.value | default "")))) }}
{{- end }}
{{- end }}
{{- toJson $headers }}
{{- end }}

{{/* What requests the canary's rule beside a rule matches, as a JSON array: those of that rule that have one of the headers, too. Takes `root` and `rule`. */}}
{{- define "ml-serving.canaryMatches" -}}
{{- $matches := list }}
{{- $headers := include "ml-serving.canaryHeaders" .root | fromJsonArray }}
{{- range $match := .rule.matches | default (list dict) }}
{{- range $header := $headers }}
{{- $matches = append $matches (merge (dict "headers" (append ($match.headers | default list) $header)) $match) }}
{{- end }}
{{- end }}
{{- toJson $matches }}
{{- end }}

{{/* The rules of the route without the chart's backends, as a JSON array. */}}
{{- define "ml-serving.bareRules" -}}
{{- $route := .Values.httpRoute }}
{{- $rule := dict }}
{{- range $key := list "matches" "filters" "timeouts" }}
{{- with get $route $key }}{{ $_ := set $rule $key . }}{{ end }}
{{- end }}
{{- $route.rules | default (list $rule) | toJson }}
{{- end }}

{{/* The rules of the route, as a JSON array. A rule that redirects may have no backend, and one with backends of its own keeps them. A name is that of
     one rule, so the canary's beside it has none. */}}
{{- define "ml-serving.rules" -}}
{{- $stable := include "ml-serving.backend" (dict "root" . "track" "stable") | fromYaml }}
{{- $canary := include "ml-serving.backend" (dict "root" . "track" "canary") | fromYaml }}
{{- $weight := include "ml-serving.weight" . | int }}
{{- $rules := list }}
{{- range $rule := include "ml-serving.bareRules" . | fromJsonArray }}
{{- $redirects := false }}
{{- range $rule.filters }}{{ if eq .type "RequestRedirect" }}{{ $redirects = true }}{{ end }}{{ end }}
{{- if or $redirects $rule.backendRefs }}
{{- $rules = append $rules $rule }}
{{- else if not $.Values.canary.enabled }}
{{- $rules = append $rules (set $rule "backendRefs" (list $stable)) }}
{{- else }}
{{- with include "ml-serving.canaryMatches" (dict "root" $ "rule" $rule) | fromJsonArray }}
{{- $rules = append $rules (merge (dict "matches" . "backendRefs" (list $canary)) (omit $rule "name")) }}
{{- end }}
{{- if $.Values.canary.mirror }}
{{- $_ := set $rule "filters" (append ($rule.filters | default list) (dict "type" "RequestMirror" "requestMirror" (dict "backendRef" $canary))) }}
{{- end }}
{{- $backends := list (merge (dict "weight" (sub 100 $weight)) $stable) (merge (dict "weight" $weight) $canary) }}
{{- $rules = append $rules (set $rule "backendRefs" $backends) }}
{{- end }}
{{- end }}
{{- toJson $rules }}
{{- end }}

{{/* A backend of a route. Takes `root` and `track`. */}}
{{- define "ml-serving.backend" -}}
name: {{ include "ml-serving.trackName" . | quote }}
port: {{ int64 .root.Values.service.port }}
{{- end }}
