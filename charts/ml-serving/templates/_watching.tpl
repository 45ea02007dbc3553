{{/* What ServiceMonitor, PodMonitor, rules, dashboard and KEDA know about the metrics. */}}

{{/* Matchers of all series of this release and of no other one. The labels are those of the pods, as Prometheus spells them. ServiceMonitor and
     PodMonitor write them on the series, and so does the usual scraping by annotations. */}}
{{- define "ml-serving.series" -}}
{{- if .Values.metrics.selector }}
{{- .Values.metrics.selector }}
{{- else }}
{{- $matchers := list (printf "namespace=%q" (include "ml-serving.namespace" .)) }}
{{- range $label, $value := include "ml-serving.selectorLabels" . | fromYaml }}
{{- $matchers = append $matchers (printf "%s=%q" (regexReplaceAll "[^a-zA-Z0-9_]" $label "_") (toString $value)) }}
{{- end }}
{{- join "," $matchers }}
{{- end }}
{{- end }}

{{/* Labels of what the rules record, and of the alerts. A release may have several of this chart, so its name alone would not do. */}}
{{- define "ml-serving.ruleLabels" -}}
namespace: {{ include "ml-serving.namespace" . | quote }}
release: {{ .Release.Name | quote }}
name: {{ include "ml-serving.fullname" . | quote }}
{{- end }}

{{/* Matchers of what the rules have recorded. */}}
{{- define "ml-serving.recorded" -}}
{{- $matchers := list }}
{{- range $label, $value := include "ml-serving.ruleLabels" . | fromYaml }}
{{- $matchers = append $matchers (printf "%s=%q" $label $value) }}
{{- end }}
{{- join "," $matchers }}
{{- end }}

{{/* Matchers of the series without those of the canary; pods whose track nobody knows are stable. */}}
{{- define "ml-serving.stableSeries" -}}
{{- include "ml-serving.series" . }},ml_serving_track!="canary"
{{- end }}

{{/* Matchers of what clients get: a canary that answers copies of requests answers nobody. */}}
{{- define "ml-serving.answered" -}}
{{- if and .Values.canary.enabled .Values.canary.mirror }}
{{- include "ml-serving.stableSeries" . }}
{{- else }}
{{- include "ml-serving.series" . }}
{{- end }}
{{- end }}

{{/* The matcher of the requests that predict, in every protocol. */}}
{{- define "ml-serving.predictions" -}}
operation=~"predict|predict_batch|mlflow_invocations|v1_predict|vertex_predict|v2_infer|grpc_model_infer"
{{- end }}

{{/* The matcher of the release's pods in the series of kube-state-metrics, which have no labels of pods; with those of the Deployment that
     Flagger makes of the stable one. Kubernetes cuts names that leave no room for its own suffixes. */}}
{{- define "ml-serving.podNames" -}}
{{- $names := list }}
{{- $stable := include "ml-serving.workload" (dict "root" $ "track" "stable") }}
{{- range $name := list $stable (include "ml-serving.workload" (dict "root" $ "track" "canary")) (print $stable "-primary") }}
{{- $names = append $names (ternary (printf "%s-[a-z0-9]+-[a-z0-9]{5}" $name) (printf "%s.*" (trunc 46 $name)) (le (len $name) 46)) }}
{{- end }}
{{- printf "namespace=%q,pod=~%q,container=\"server\"" (include "ml-serving.namespace" .) (join "|" $names) }}
{{- end }}

{{/* Not empty if something of the Prometheus operator scrapes the pods, so that they need no annotations. */}}
{{- define "ml-serving.monitored" -}}
{{- if or .Values.metrics.serviceMonitor.enabled .Values.metrics.podMonitor.enabled }}yes{{ end }}
{{- end }}

{{/* How the pods are scraped: the settings of a ServiceMonitor's or a PodMonitor's endpoint, of which the argument is the values. */}}
{{- define "ml-serving.endpoint" -}}
path: /metrics
{{- with .interval }}
interval: {{ . | quote }}
{{- end }}
{{- with .scrapeTimeout }}
scrapeTimeout: {{ . | quote }}
{{- end }}
{{- with .relabelings }}
relabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Labels of the pods that are written on their series: those of ml-serving.series, the track, and that by which Argo Rollouts tells the pods
     of its steps apart. What a pod does not have is not written. */}}
{{- define "ml-serving.podTargetLabels" -}}
{{- concat (include "ml-serving.selectorLabels" . | fromYaml | keys | sortAlpha) (list "ml-serving/track" "rollouts-pod-template-hash") | toYaml }}
{{- end }}
