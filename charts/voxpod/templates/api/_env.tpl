{{/* Every setting of the facade, in the order of settings.py; tables are JSON. */}}
{{- define "voxpod.apiEnv" -}}
{{- $api := .Values.api -}}
{{- $jwt := $api.auth.jwt -}}
- name: VOXPOD_API_POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: VOXPOD_API_LOG_LEVEL
  value: {{ $api.logLevel | quote }}
- name: VOXPOD_API_PORT
  value: {{ $api.port | quote }}
- name: VOXPOD_API_HEALTH_PORT
  value: {{ $api.healthPort | quote }}
{{- if or $api.auth.keys $api.auth.keysSecret }}
- name: VOXPOD_API_KEYS_FILE
  value: /etc/voxpod/credentials/keys.json
{{- end }}
{{- if or $jwt.jwks $jwt.jwksSecret }}
- name: VOXPOD_API_JWKS_FILE
  value: /etc/voxpod/credentials/jwks.json
{{- end }}
- name: VOXPOD_API_JWKS_URL
  value: {{ $jwt.jwksUrl | quote }}
- name: VOXPOD_API_JWKS_CA_PEM
  value: {{ $jwt.jwksCaPem | quote }}
- name: VOXPOD_API_JWT_ISSUER
  value: {{ $jwt.issuer | quote }}
- name: VOXPOD_API_JWT_AUDIENCE
  value: {{ $jwt.audience | quote }}
- name: VOXPOD_API_JWT_TENANT_CLAIM
  value: {{ $jwt.tenantClaim | quote }}
- name: VOXPOD_API_JWT_LEEWAY_SECONDS
  value: {{ $jwt.leewaySeconds | quote }}
{{- if $jwt.revokedConfigMap }}
- name: VOXPOD_API_REVOKED_FILE
  value: /etc/voxpod/credentials/revoked.json
{{- end }}
- name: VOXPOD_API_LIVE_SECRET
{{- include "voxpod.liveSecretEnv" . | nindent 2 }}
- name: VOXPOD_API_LIVE_ADDRESS
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
- name: VOXPOD_API_LIVE_PORT
  value: {{ $api.livePort | quote }}
- name: VOXPOD_API_PUBLIC_CATALOGUE
  value: {{ $api.publicCatalogue | quote }}
- name: VOXPOD_API_CORS_ORIGINS
  value: {{ $api.corsOrigins | toJson | quote }}
- name: VOXPOD_API_CONSOLE
  value: {{ $api.console | quote }}
- name: VOXPOD_API_MODEL_ALIASES
  value: {{ $api.modelAliases | toJson | quote }}
- name: VOXPOD_API_VOICE_ALIASES
  value: {{ $api.voiceAliases | toJson | quote }}
- name: VOXPOD_API_DEADLINE_SECONDS
  value: {{ $api.deadlineSeconds | quote }}
- name: VOXPOD_API_QUEUE_SECONDS
  value: {{ $api.queueSeconds | quote }}
- name: VOXPOD_API_OPERATOR_SECONDS
  value: {{ .Values.api.operatorSeconds | quote }}
- name: VOXPOD_API_LEAVE_SECONDS
  value: {{ $api.leaveSeconds | quote }}
- name: VOXPOD_API_AUDIO_URL_SECONDS
  value: {{ $api.audioUrlSeconds | quote }}
{{- if $api.webhooks.keySecret }}
- name: VOXPOD_API_WEBHOOKS_KEY_FILE
  value: /etc/voxpod/credentials/webhook.key
{{- end }}
- name: VOXPOD_API_WEBHOOKS_ALLOW_HTTP
  value: {{ $api.webhooks.allowHttp | quote }}
- name: VOXPOD_API_WEBHOOKS_ALLOW_CIDRS
  value: {{ $api.webhooks.allowCidrs | toJson | quote }}
- name: VOXPOD_API_MAX_BODY_BYTES
  value: {{ int64 $api.maxBodyBytes | quote }}
- name: VOXPOD_API_HEADER_SECONDS
  value: {{ $api.headerSeconds | quote }}
- name: VOXPOD_API_BODY_SECONDS
  value: {{ $api.bodySeconds | quote }}
- name: VOXPOD_API_STALL_SECONDS
  value: {{ $api.stallSeconds | quote }}
- name: VOXPOD_API_MAX_IN_FLIGHT
  value: {{ int64 $api.maxInFlight | quote }}
- name: VOXPOD_API_DRAIN_SECONDS
  value: {{ $api.drainSeconds | quote }}
- name: VOXPOD_API_STORE_URL
  value: {{ include "voxpod.objectStoreUrl" . | quote }}
- name: VOXPOD_API_STORE_CA_PEM
  value: {{ .Values.objectStore.caPem | quote }}
{{- end }}
