{{/* Mistakes that the schema cannot see; each message ends with what to do. Rendered with the Deployment. */}}
{{- define "ml-serving.validate" -}}
{{- $model := .Values.model }}
{{- $env := list }}
{{- range .Values.extraEnv }}
{{- if has .name $env }}
{{- fail (printf "ERROR: extraEnv: %s occurs twice; keep one of them" .name) }}
{{- end }}
{{- $env = append $env .name }}
{{- end }}

{{- $sources := list $model.uri $model.source.image.reference $model.source.existingClaim $model.source.configMap | compact }}
{{- if gt (len $sources) 1 }}
{{- fail (printf "ERROR: more than one model: %s; set only one of model.uri, model.source.image.reference, model.source.existingClaim and model.source.configMap" (join ", " $sources)) }}
{{- end }}
{{- if and $model.source.path (not (include "ml-serving.modelVolume" .)) }}
{{- fail "ERROR: model.source.path is inside a mounted source, and there is none; set model.source.image.reference, existingClaim or configMap, or use model.uri" }}
{{- end }}
{{- if and (include "ml-serving.fromMlflow" .) (not (hasPrefix "mlflow-artifacts://" $model.uri)) (not (or .Values.mlflow.trackingUri .Values.mlflow.existingSecret .Values.extraEnvFrom (has "MLFLOW_TRACKING_URI" $env))) }}
{{- fail (printf "ERROR: model.uri %s is in an MLflow registry; set mlflow.trackingUri to the server that has it" $model.uri) }}
{{- end }}
{{- if and .Values.mlflow.ca.secret .Values.mlflow.ca.configMap }}
{{- fail (printf "ERROR: two certificate authorities: Secret %s and ConfigMap %s; set only one of mlflow.ca.secret and mlflow.ca.configMap, a PEM file may hold many" .Values.mlflow.ca.secret .Values.mlflow.ca.configMap) }}
{{- end }}
{{- range $key, $value := dict "model.uri" $model.uri "mlflow.trackingUri" .Values.mlflow.trackingUri }}
{{- if regexMatch "://[^/]*@" $value }}
{{- fail (printf "ERROR: %s holds credentials, which would be readable in the release; put them into a Secret and name it in mlflow.existingSecret" $key) }}
{{- end }}
{{- end }}

{{- if and (eq .Values.image.tag "latest") (not .Values.image.digest) }}
{{- fail "ERROR: image.tag latest is a different image tomorrow, and no rollback brings today's back; set a version, or image.digest" }}
{{- end }}

{{- $stop := add .Values.preStopSleepSeconds .Values.config.server.drain_seconds .Values.config.server.shutdown_seconds | int }}
{{- if lt (int .Values.terminationGracePeriodSeconds) $stop }}
{{- fail (printf "ERROR: terminationGracePeriodSeconds %d would kill pods before they have drained; preStopSleepSeconds, config.server.drain_seconds and config.server.shutdown_seconds add up to %d" (int .Values.terminationGracePeriodSeconds) $stop) }}
{{- end }}
{{- if le (int .Values.progressDeadlineSeconds) (int .Values.minReadySeconds) }}
{{- fail (printf "ERROR: progressDeadlineSeconds %d must be more than minReadySeconds %d, or no update can succeed" (int .Values.progressDeadlineSeconds) (int .Values.minReadySeconds)) }}
{{- end }}

{{- $admin := include "ml-serving.adminPort" . }}
{{- if eq $admin (include "ml-serving.port" .) }}
{{- fail (printf "ERROR: config.server.admin_port %s is the port of the clients; set another one, such as 9000" $admin) }}
{{- end }}
{{- $tls := dig "server" "tls" dict .Values.config }}
{{- if and $tls (not (and $tls.cert $tls.key)) }}
{{- fail "ERROR: config.server.tls needs a certificate and its key; set config.server.tls.cert and config.server.tls.key to files that extraVolumeMounts mounts" }}
{{- end }}
{{- if and $tls.client_ca (not $admin) }}
{{- fail "ERROR: with config.server.tls.client_ca no probe gets through, because a kubelet has no certificate to show; set config.server.admin_port" }}
{{- end }}
{{- if and $tls .Values.metrics.serviceMonitor.enabled (not $admin) }}
{{- fail "ERROR: the ServiceMonitor scrapes without TLS, and config.server.tls encrypts the port; set config.server.admin_port" }}
{{- end }}

{{- $hpa := .Values.autoscaling }}
{{- if $hpa.enabled }}
{{- if gt (int $hpa.minReplicas) (int $hpa.maxReplicas) }}
{{- fail (printf "ERROR: autoscaling.minReplicas %d is more than autoscaling.maxReplicas %d" (int $hpa.minReplicas) (int $hpa.maxReplicas)) }}
{{- end }}
{{- if not (or $hpa.targetCPUUtilizationPercentage $hpa.targetMemoryUtilizationPercentage $hpa.metrics) }}
{{- fail "ERROR: autoscaling has no metric; set autoscaling.targetCPUUtilizationPercentage, targetMemoryUtilizationPercentage or metrics" }}
{{- end }}
{{- range $name, $target := dict "cpu" $hpa.targetCPUUtilizationPercentage "memory" $hpa.targetMemoryUtilizationPercentage }}
{{- if and $target (not (dig "requests" $name "" $.Values.resources)) (not (dig "limits" $name "" $.Values.resources)) }}
{{- fail (printf "ERROR: autoscaling by %s is a percentage of its request, and there is none; set resources.requests.%s" $name $name) }}
{{- end }}
{{- end }}
{{- end }}

{{- $pdb := .Values.podDisruptionBudget }}
{{- if not (or (kindIs "invalid" $pdb.minAvailable) (kindIs "invalid" $pdb.maxUnavailable)) }}
{{- fail "ERROR: podDisruptionBudget takes minAvailable or maxUnavailable, not both; set the other to null" }}
{{- end }}
{{- $min := include "ml-serving.minReplicas" . | int }}
{{- if and $pdb.enabled (ge $min 2) (or (eq (toString $pdb.minAvailable) "100%") (eq (toString $pdb.maxUnavailable) "0") (eq (toString $pdb.maxUnavailable) "0%") (and (not (kindIs "invalid" $pdb.minAvailable)) (not (kindIs "string" $pdb.minAvailable)) (ge (int $pdb.minAvailable) $min))) }}
{{- fail (printf "ERROR: podDisruptionBudget leaves none of %d pods to evict, so no node could be drained; lower minAvailable, or raise maxUnavailable" $min) }}
{{- end }}

{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "ERROR: ingress has no host; set ingress.hosts[0].host" }}
{{- end }}
{{- range .Values.ingress.hosts }}
{{- if not .host }}
{{- fail "ERROR: an entry of ingress.hosts has no host; set its host, such as models.example.com" }}
{{- end }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- fail "ERROR: httpRoute has no gateway; set httpRoute.parentRefs[0].name" }}
{{- end }}

{{- if and .Values.networkPolicy.enabled (not .Values.networkPolicy.egress) (include "ml-serving.fromNetwork" .) }}
{{- fail (printf "ERROR: networkPolicy lets the pods reach nothing but DNS, so they cannot fetch %s; open the way in networkPolicy.egress, such as [{to: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 5000}]}]" $model.uri) }}
{{- end }}

{{- if .Values.namespace.create }}
{{- if eq (include "ml-serving.namespace" .) .Release.Namespace }}
{{- fail (printf "ERROR: namespace.create cannot make %s, where this release itself is stored; use helm install --create-namespace, or set namespaceOverride" .Release.Namespace) }}
{{- end }}
{{- end }}
{{- end }}
