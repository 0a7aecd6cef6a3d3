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
{{- if .Values.api.enabled -}}
{{- include "voxpod.apiChecks" . -}}
{{- end -}}
{{- end }}

{{/* The same of the facade's values. */}}
{{- define "voxpod.apiChecks" -}}
{{- $api := .Values.api -}}
{{- $auth := $api.auth -}}
{{- if and $auth.keys $auth.keysSecret -}}
{{- fail "api.auth: keys and keysSecret exclude each other" -}}
{{- end -}}
{{- if and $auth.jwt.jwks $auth.jwt.jwksSecret -}}
{{- fail "api.auth.jwt: jwks and jwksSecret exclude each other" -}}
{{- end -}}
{{- if and $auth.jwt.jwksUrl (or $auth.jwt.jwks $auth.jwt.jwksSecret) -}}
{{- fail "api.auth.jwt: jwksUrl excludes jwks and jwksSecret" -}}
{{- end -}}
{{- $tokens := or $auth.jwt.jwks $auth.jwt.jwksSecret $auth.jwt.jwksUrl -}}
{{- if not (or $auth.keys $auth.keysSecret $tokens) -}}
{{- fail "api.auth: nobody could call: set keys or keysSecret (API keys), or jwt.jwks, jwt.jwksSecret or jwt.jwksUrl (tokens)" -}}
{{- end -}}
{{- if and $tokens (not $auth.jwt.issuer) -}}
{{- fail "api.auth.jwt.issuer: say whose tokens count" -}}
{{- end -}}
{{- if eq (int $api.port) (int $api.healthPort) -}}
{{- fail (printf "api.port: %d is api.healthPort as well" (int $api.port)) -}}
{{- end -}}
{{- if and $api.liveAudio (has (int $api.livePort) (list (int $api.port) (int $api.healthPort))) -}}
{{- fail (printf "api.livePort: %d is api.port or api.healthPort as well" (int $api.livePort)) -}}
{{- end -}}
{{- if and $api.autoscaling.enabled (gt (int $api.autoscaling.minReplicas) (int $api.autoscaling.maxReplicas)) -}}
{{- fail (printf "api.autoscaling: minReplicas (%d) is more than maxReplicas (%d)" (int $api.autoscaling.minReplicas) (int $api.autoscaling.maxReplicas)) -}}
{{- end -}}
{{- if and $api.httpRoute.enabled (not $api.httpRoute.parentRefs) -}}
{{- fail "api.httpRoute.parentRefs: name the Gateway, such as [{name: public, namespace: gateways}]" -}}
{{- end -}}
{{- if and $api.service.nodePort (ne $api.service.type "NodePort") -}}
{{- fail (printf "api.service.nodePort: a Service of type %s has none; set api.service.type=NodePort" $api.service.type) -}}
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
