{{/* What a schema cannot say: values that are right each by itself and do not work together. */}}
{{- define "voxpod.checks" -}}
{{- $lease := .Values.operator.lease -}}
{{- if ge (float64 $lease.renewDeadlineSeconds) (float64 $lease.durationSeconds) -}}
{{- fail (printf "operator.lease: renewDeadlineSeconds (%v) must be shorter than durationSeconds (%v), or a follower leads while the old leader still does" $lease.renewDeadlineSeconds $lease.durationSeconds) -}}
{{- end -}}
{{- if ge (float64 $lease.retrySeconds) (float64 $lease.renewDeadlineSeconds) -}}
{{- fail (printf "operator.lease: retrySeconds (%v) must be shorter than renewDeadlineSeconds (%v), or a leader never renews in time" $lease.retrySeconds $lease.renewDeadlineSeconds) -}}
{{- end -}}
{{- if eq .Values.sandbox.namespace.name .Release.Namespace -}}
{{- fail (printf "sandbox.namespace.name: %s is the release's own namespace; sandboxes need another one, whose policies then stop nobody else" .Release.Namespace) -}}
{{- end -}}
{{- if and .Values.networkPolicy.enabled (not .Values.demo.minio.enabled) -}}
{{- include "voxpod.storeIsReachable" . -}}
{{- end -}}
{{- end }}

{{/* Fails where the chart's own NetworkPolicies would keep sandboxes from the object store. */}}
{{- define "voxpod.storeIsReachable" -}}
{{- $network := .Values.objectStore.network -}}
{{- /* says what is missing altogether, which comes first */ -}}
{{- $_ := include "voxpod.objectStoreEgress" . -}}
{{- $endpoint := include "voxpod.objectStoreEndpoint" . -}}
{{- $host := regexReplaceAll ":[0-9]+$" $endpoint "" -}}
{{- if and $network.cidrs (not $network.namespaceLabels) -}}
{{- if not (has (include "voxpod.objectStorePort" .) (include "voxpod.openStorePorts" . | fromJsonArray)) -}}
{{- fail (printf "objectStore.network.ports: objectStore.endpoint %s is port %s, and NetworkPolicies would open only %s" $endpoint (include "voxpod.objectStorePort" .) (include "voxpod.openStorePorts" . | fromJsonArray | join ", ")) -}}
{{- end -}}
{{- end -}}
{{- if and (not $network.dns) (not (regexMatch "^([0-9.]+|\\[.*)$" $host)) (not (has (lower $host) .Values.sandbox.resolveHosts)) -}}
{{- fail (printf "objectStore.endpoint: sandboxes cannot resolve %s: set objectStore.network.dns=true, or name it in sandbox.resolveHosts if its address does not change with each answer" $host) -}}
{{- end -}}
{{- end }}

{{/* Port of the store's endpoint, as text. */}}
{{- define "voxpod.objectStorePort" -}}
{{- $named := regexFind ":[0-9]+$" (include "voxpod.objectStoreEndpoint" .) | trimPrefix ":" -}}
{{ $named | default (ternary "443" "80" .Values.objectStore.secure) }}
{{- end }}

{{/* Ports that NetworkPolicies open to the store, JSON list of text. */}}
{{- define "voxpod.openStorePorts" -}}
{{- $ports := list -}}
{{- range .Values.objectStore.network.ports }}{{ $ports = append $ports (int . | toString) }}{{ end -}}
{{ $ports | toJson }}
{{- end }}
