{{/* Values may be absent: set to null, left empty because every line of a block is commented out, kept by --reuse-values from a release whose
     chart did not know them, or lost by a parent chart. So every template of an object begins with this, which takes nulls out and fills in
     what the templates cannot do without: blocks, texts, and what Kubernetes or the server would take by itself. values.yaml has the defaults. */}}
{{- define "ml-serving.complete" -}}
{{- include "ml-serving.dropNulls" .Values }}
{{- include "ml-serving.fill" (list .Values (include "ml-serving.absent" . | fromYaml)) }}
{{- end }}

{{- define "ml-serving.absent" -}}
model:
  uri: ""
  name: ""
  sha256: ""
  flavor: ""
  version: ""
  source: {path: "", image: {reference: ""}}
  cache: {}
mlflow: {trackingUri: "", ca: {key: ca.crt}}
config:
  server: {drain_seconds: 5, shutdown_seconds: 20}
  log: {}
canary: {model: {}, mlflow: {}, match: {header: {}, cookie: {}}, autoscaling: {minReplicas: 1}}
image: {repository: "", tag: ""}
commonLabels: {}
service: {enabled: true, type: ClusterIP, port: 80}
ingress: {}
httpRoute: {}
resources: {}
autoscaling: {minReplicas: 1, keda: {prometheus: {}}}
podDisruptionBudget: {}
networkPolicy: {}
metrics:
  serviceMonitor: {labels: {}}
  podMonitor: {labels: {}}
  prometheusRule:
    labels: {}
    objectives: {latency: {seconds: 0.05}, minRequests: 100}
    alerts: {errorBudget: {enabled: true}, latencyBudget: {enabled: true}, restarts: {perHour: 3}, saturation: {percent: 80}, classDrift: {percent: 20, window: 6h, minRows: 1000}}
  dashboard: {labels: {}}
serviceAccount: {create: false, automount: false}
strategy: {}
minReadySeconds: 0
progressDeadlineSeconds: 600
revisionHistoryLimit: 10
preStopSleepSeconds: 0
terminationGracePeriodSeconds: 30
podLabels: {}
podAnnotations: {}
podSecurityContext: {}
securityContext: {}
namespace: {create: false, labels: {}}
tests: {enabled: false}
{{- end }}

{{/* Takes keys without a value out of a map and of the maps in it, except from the body of a prediction. */}}
{{- define "ml-serving.dropNulls" -}}
{{- range $key, $value := . }}
{{- if kindIs "invalid" $value }}
{{- $_ := unset $ $key }}
{{- else if and (kindIs "map" $value) (ne $key "request") }}
{{- include "ml-serving.dropNulls" $value }}
{{- end }}
{{- end }}
{{- end }}

{{/* Puts into the first of two maps what the second has besides. */}}
{{- define "ml-serving.fill" -}}
{{- $into := first . }}
{{- range $key, $value := last . }}
{{- if not (hasKey $into $key) }}
{{- $_ := set $into $key $value }}
{{- else if and (kindIs "map" $value) (kindIs "map" (get $into $key)) }}
{{- include "ml-serving.fill" (list (get $into $key) $value) }}
{{- end }}
{{- end }}
{{- end }}
