{{/* The pod template of a track, whose context _tracks.tpl explains. Inside, `.` is the root and `$` the context. */}}
{{- define "ml-serving.pod" -}}
{{- with .root -}}
metadata:
  labels:
    {{- include "ml-serving.podLabels" $ | nindent 4 }}
  annotations:
    {{- include "ml-serving.podAnnotations" $ | nindent 4 }}
spec:
  serviceAccountName: {{ include "ml-serving.serviceAccountName" . | quote }}
  automountServiceAccountToken: {{ .Values.serviceAccount.automount }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ int64 .Values.terminationGracePeriodSeconds }}
  {{- include "ml-serving.podSettings" (dict "root" . "priorityClassName" .Values.priorityClassName "affinity" .Values.affinity) | nindent 2 }}
  {{- with .Values.shareProcessNamespace }}
  shareProcessNamespace: {{ . }}
  {{- end }}
  {{- with .Values.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: server
      image: {{ include "ml-serving.image" . | quote }}
      {{- with .Values.image.pullPolicy }}
      imagePullPolicy: {{ . }}
      {{- end }}
      args: {{ concat (list "serve" "--config" "/etc/ml-serving/config.yaml") (.Values.extraArgs | default list) | toJson }}
      {{- with include "ml-serving.env" $ | trim }}
      env:
        {{- . | nindent 8 }}
      {{- end }}
      {{- with include "ml-serving.envFrom" $ | trim }}
      envFrom:
        {{- . | nindent 8 }}
      {{- end }}
      ports:
        - name: http
          containerPort: {{ include "ml-serving.port" . }}
        {{- with include "ml-serving.adminPort" . }}
        - name: admin
          containerPort: {{ . }}
        {{- end }}
      startupProbe:
        {{- include "ml-serving.probe" (dict "root" $.root "path" "/health/live") | nindent 8 }}
        {{- with .Values.startupProbe }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      livenessProbe:
        {{- include "ml-serving.probe" (dict "root" $.root "path" "/health/live") | nindent 8 }}
        {{- with .Values.livenessProbe }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      readinessProbe:
        {{- include "ml-serving.probe" (dict "root" $.root "path" "/health/ready") | nindent 8 }}
        {{- with .Values.readinessProbe }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with include "ml-serving.lifecycle" . }}
      lifecycle:
        {{- . | nindent 8 }}
      {{- end }}
      {{- with .Values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with include "ml-serving.securityContext" .Values.securityContext | fromYaml }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - name: config
          mountPath: /etc/ml-serving
          readOnly: true
        - name: cache
          mountPath: {{ include "ml-serving.cacheMount" . }}
        {{- if include "ml-serving.modelVolume" $ }}
        - name: model
          mountPath: {{ include "ml-serving.modelMount" $ }}
          readOnly: true
        {{- end }}
        {{- if include "ml-serving.caVolume" $ }}
        - name: mlflow-ca
          mountPath: {{ include "ml-serving.caMount" $ }}
          readOnly: true
        {{- end }}
        {{- with .Values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    {{- with .Values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: config
      downwardAPI:
        items:
          - path: config.yaml
            fieldRef:
              fieldPath: metadata.annotations['ml-serving/config']
    - name: cache
      {{- with .Values.model.cache.existingClaim }}
      persistentVolumeClaim:
        claimName: {{ . | quote }}
      {{- else }}
      emptyDir:
        {{- with .Values.model.cache.sizeLimit }}
        sizeLimit: {{ . | quote }}
        {{- else }} {}
        {{- end }}
      {{- end }}
    {{- with include "ml-serving.modelVolume" $ }}
    - name: model
      {{- . | trim | nindent 6 }}
    {{- end }}
    {{- with include "ml-serving.caVolume" $ }}
    - name: mlflow-ca
      {{- . | trim | nindent 6 }}
    {{- end }}
    {{- with .Values.extraVolumes }}
    {{- tpl (toYaml .) $.root | nindent 4 }}
    {{- end }}
  {{- with .Values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- range . }}
    {{- $own := dict "labelSelector" (dict "matchLabels" (include "ml-serving.trackLabels" $ | fromYaml)) }}
    - {{ toYaml (hasKey . "labelSelector" | ternary . (merge (deepCopy .) $own)) | nindent 6 | trim }}
    {{- end }}
  {{- end }}
{{- end }}
{{- end }}
