{{/* Every setting of the operator, in the order of settings.py; lists are JSON. */}}
{{- define "voxpod.operatorEnv" -}}
{{- $hosts := .Values.sandbox.resolveHosts -}}
{{- if .Values.demo.minio.enabled }}{{ $hosts = append $hosts (include "voxpod.minioHost" .) | uniq }}{{ end -}}
- name: VOXPOD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: VOXPOD_POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: VOXPOD_POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: VOXPOD_LOG_LEVEL
  value: {{ .Values.operator.logLevel | quote }}
- name: VOXPOD_WORKERS
  value: {{ .Values.operator.workers | quote }}
- name: VOXPOD_RESYNC_SECONDS
  value: {{ .Values.operator.resyncSeconds | quote }}
- name: VOXPOD_STRAY_REQUEST_SECONDS
  value: {{ .Values.operator.strayRequestSeconds | quote }}
- name: VOXPOD_REFUSE_STRAY_REQUESTS
  value: {{ .Values.operator.refuseStrayRequests | quote }}
- name: VOXPOD_EVENTS
  value: {{ .Values.operator.events | quote }}
- name: VOXPOD_LEASE_DURATION_SECONDS
  value: {{ .Values.operator.lease.durationSeconds | quote }}
- name: VOXPOD_LEASE_RENEW_DEADLINE_SECONDS
  value: {{ .Values.operator.lease.renewDeadlineSeconds | quote }}
- name: VOXPOD_LEASE_RETRY_SECONDS
  value: {{ .Values.operator.lease.retrySeconds | quote }}
- name: VOXPOD_HEALTH_PORT
  value: {{ .Values.operator.healthPort | quote }}
- name: VOXPOD_DISPATCH_PORT
  value: {{ .Values.dispatch.port | quote }}
- name: VOXPOD_DISPATCH_HOST
  value: {{ .Values.dispatch.host | quote }}
- name: VOXPOD_DISPATCH_SERVICE
  value: {{ .Values.dispatch.serviceName | quote }}
- name: VOXPOD_DISPATCH_SERVICE_PORT
  value: {{ .Values.dispatch.servicePort | quote }}
- name: VOXPOD_DISPATCH_MAX_CONNECTIONS
  value: {{ .Values.dispatch.maxConnections | quote }}
- name: VOXPOD_DISPATCH_MAX_CONNECTIONS_PER_ADDRESS
  value: {{ .Values.dispatch.maxConnectionsPerAddress | quote }}
- name: VOXPOD_DISPATCH_TLS_DIR
  value: /etc/voxpod/dispatch-tls
- name: VOXPOD_LIVE_AUDIO_SECRET
{{- include "voxpod.liveSecretEnv" . | nindent 2 }}
- name: VOXPOD_SANDBOX_NAMESPACE
  value: {{ .Values.sandbox.namespace.name | quote }}
- name: VOXPOD_SANDBOX_IMAGE
  value: {{ include "voxpod.image" (list .Values.sandbox.image .Chart.AppVersion) | quote }}
- name: VOXPOD_SANDBOX_IMAGE_PULL_POLICY
  value: {{ .Values.sandbox.image.pullPolicy | quote }}
- name: VOXPOD_SANDBOX_SERVICE_ACCOUNT
  value: {{ .Values.sandbox.serviceAccountName | quote }}
- name: VOXPOD_SANDBOX_PRIORITY_CLASS
  value: {{ .Values.sandbox.priorityClassName | quote }}
- name: VOXPOD_SANDBOX_EPHEMERAL_STORAGE_REQUEST
  value: {{ .Values.sandbox.ephemeralStorage.request | quote }}
- name: VOXPOD_SANDBOX_EPHEMERAL_STORAGE_LIMIT
  value: {{ .Values.sandbox.ephemeralStorage.limit | quote }}
- name: VOXPOD_SANDBOX_MODEL_ROOTS
  value: {{ .Values.sandbox.modelRoots | toJson | quote }}
- name: VOXPOD_SANDBOX_START_TIMEOUT_SECONDS
  value: {{ .Values.sandbox.startTimeoutSeconds | quote }}
- name: VOXPOD_SANDBOX_IMAGE_PULL_TIMEOUT_SECONDS
  value: {{ .Values.sandbox.imagePullTimeoutSeconds | quote }}
- name: VOXPOD_SANDBOX_MAX_MEMORY
  value: {{ .Values.sandbox.maxMemory | quote }}
- name: VOXPOD_SANDBOX_MAX_IDLE_SECONDS
  value: {{ .Values.sandbox.maxIdleSeconds | quote }}
- name: VOXPOD_SANDBOX_TTL_SECONDS
  value: {{ .Values.sandbox.ttlSeconds | quote }}
- name: VOXPOD_SANDBOX_USER_NAMESPACES
  value: {{ .Values.sandbox.userNamespaces | quote }}
- name: VOXPOD_SANDBOX_TOKEN_SECONDS
  value: {{ .Values.sandbox.tokenSeconds | quote }}
- name: VOXPOD_SANDBOX_RESOLVE_HOSTS
  value: {{ $hosts | toJson | quote }}
- name: VOXPOD_OBJECT_STORE_ENDPOINT
  value: {{ include "voxpod.objectStoreEndpoint" . | quote }}
- name: VOXPOD_OBJECT_STORE_SECURE
  value: {{ include "voxpod.objectStoreSecure" . | quote }}
- name: VOXPOD_OBJECT_STORE_REGION
  value: {{ .Values.objectStore.region | quote }}
- name: VOXPOD_OBJECT_STORE_PUBLIC_URL
  value: {{ .Values.objectStore.publicUrl | quote }}
- name: VOXPOD_OBJECT_STORE_CA_PEM
  value: {{ .Values.objectStore.caPem | quote }}
- name: VOXPOD_OBJECT_STORE_BUCKET
  value: {{ .Values.objectStore.bucket | quote }}
- name: VOXPOD_OBJECT_STORE_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ include "voxpod.objectStoreSecret" . }}
      key: accessKey
- name: VOXPOD_OBJECT_STORE_SECRET_KEY
  valueFrom:
    secretKeyRef:
      name: {{ include "voxpod.objectStoreSecret" . }}
      key: secretKey
- name: VOXPOD_OBJECT_STORE_CONDITIONAL_WRITES
  value: {{ .Values.objectStore.conditionalWrites | quote }}
- name: VOXPOD_OBJECT_STORE_SWEEP_SECONDS
  value: {{ .Values.objectStore.sweepSeconds | quote }}
- name: VOXPOD_OBJECT_STORE_REMOVE_ORPHANS_AFTER_HOURS
  value: {{ .Values.objectStore.removeOrphansAfterHours | quote }}
- name: VOXPOD_RETENTION_REQUEST
  value: {{ .Values.retention.request | quote }}
- name: VOXPOD_RETENTION_AUDIO
  value: {{ .Values.retention.audio | quote }}
- name: VOXPOD_METRICS_MAX_TENANTS
  value: {{ .Values.metrics.maxTenants | quote }}
{{- end }}
