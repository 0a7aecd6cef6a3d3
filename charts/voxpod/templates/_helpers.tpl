{{/* Labels of every object. Names are fixed: the CRDs are the cluster's, so there is one release of this chart per cluster. */}}
{{- define "voxpod.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_") }}
app.kubernetes.io/name: voxpod
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: voxpod
{{- end }}

{{/* What selects the operator's pods. */}}
{{- define "voxpod.operatorSelector" -}}
app.kubernetes.io/name: voxpod
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end }}

{{/* What selects the facade's pods. */}}
{{- define "voxpod.apiSelector" -}}
app.kubernetes.io/name: voxpod
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: api
{{- end }}

{{/* What selects the demo store's pod. */}}
{{- define "voxpod.minioSelector" -}}
app.kubernetes.io/name: voxpod-minio
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: demo-store
{{- end }}

{{/* An image reference; takes a list of the image's values and the chart's appVersion. */}}
{{- define "voxpod.image" -}}
{{- $image := index . 0 -}}
{{- if $image.digest -}}
{{ printf "%s@%s" $image.repository $image.digest }}
{{- else -}}
{{ printf "%s:%s" $image.repository ($image.tag | default (index . 1)) }}
{{- end -}}
{{- end }}

{{- define "voxpod.dispatchTlsSecret" -}}
{{ .Values.dispatch.tls.existingSecret | default "voxpod-dispatch-tls" }}
{{- end }}

{{/* Whether sandboxes send live audio to the facade; "true" or "". */}}
{{- define "voxpod.liveAudio" -}}
{{ if and .Values.api.enabled .Values.api.liveAudio }}true{{ end }}
{{- end }}

{{- define "voxpod.liveSecret" -}}
{{ .Values.api.liveSecret | default "voxpod-live" }}
{{- end }}

{{/* The value of a variable that holds the secret of live audio; empty where there is none. */}}
{{- define "voxpod.liveSecretEnv" -}}
{{- if include "voxpod.liveAudio" . -}}
valueFrom:
  secretKeyRef:
    name: {{ include "voxpod.liveSecret" . }}
    key: secret
{{- else -}}
value: ""
{{- end -}}
{{- end }}

{{- define "voxpod.objectStoreSecret" -}}
{{ .Values.objectStore.existingSecret | default "voxpod-object-store" }}
{{- end }}

{{/* Host name of the demo store: without the cluster's domain, which the chart cannot know. */}}
{{- define "voxpod.minioHost" -}}
voxpod-minio.{{ .Release.Namespace }}.svc
{{- end }}

{{- define "voxpod.objectStoreEndpoint" -}}
{{- if .Values.demo.minio.enabled -}}
{{ include "voxpod.minioHost" . }}:9000
{{- else -}}
{{ required "objectStore.endpoint: set host:port of an S3 store that you have, or demo.minio.enabled to try with a store in the cluster" .Values.objectStore.endpoint }}
{{- end -}}
{{- end }}

{{/* Whether the operator, the sandboxes and the facade speak TLS with the store; "true" or "false". */}}
{{- define "voxpod.objectStoreSecure" -}}
{{ ternary false .Values.objectStore.secure .Values.demo.minio.enabled }}
{{- end }}

{{/* Where the store is reached from within the cluster, with its scheme. */}}
{{- define "voxpod.objectStoreUrl" -}}
{{ ternary "https" "http" (eq (include "voxpod.objectStoreSecure" .) "true") }}://{{ include "voxpod.objectStoreEndpoint" . }}
{{- end }}

{{/* The API server in a NetworkPolicy's egress rule. */}}
{{- define "voxpod.apiServerEgress" -}}
- to:
    {{- range .Values.networkPolicy.apiServer.cidrs }}
    - ipBlock:
        cidr: {{ . | quote }}
    {{- end }}
  ports:
    {{- range .Values.networkPolicy.apiServer.ports }}
    - port: {{ . }}
      protocol: TCP
    {{- end }}
{{- end }}

{{/* Peers and ports of the object store for a NetworkPolicy's egress rule. */}}
{{- define "voxpod.objectStoreEgress" -}}
{{- $network := .Values.objectStore.network -}}
{{- if .Values.demo.minio.enabled }}
- to:
    - namespaceSelector:
        matchLabels:
          kubernetes.io/metadata.name: {{ .Release.Namespace }}
      podSelector:
        matchLabels:
          {{- include "voxpod.minioSelector" . | nindent 10 }}
  ports:
    - port: 9000
      protocol: TCP
{{- else if or $network.namespaceLabels $network.cidrs }}
- to:
    {{- with $network.namespaceLabels }}
    - namespaceSelector:
        matchLabels:
          {{- toYaml . | nindent 10 }}
      {{- with $network.podLabels }}
      podSelector:
        matchLabels:
          {{- toYaml . | nindent 10 }}
      {{- end }}
    {{- end }}
    {{- range $network.cidrs }}
    - ipBlock:
        cidr: {{ . | quote }}
    {{- end }}
  ports:
    {{- range $network.ports }}
    - port: {{ . }}
      protocol: TCP
    {{- end }}
{{- else }}
{{- /* without an endpoint that is what to say first */}}
{{- $_ := include "voxpod.objectStoreEndpoint" . }}
{{- fail "objectStore.network: set cidrs of an external store, or namespaceLabels (and podLabels) of one in the cluster, so that NetworkPolicies let sandboxes reach it; or networkPolicy.enabled=false" }}
{{- end }}
{{- end }}

{{/* Ports of DNS, in a rule of a NetworkPolicy. */}}
{{- define "voxpod.dnsPorts" -}}
- port: 53
  protocol: UDP
- port: 53
  protocol: TCP
{{- end }}
