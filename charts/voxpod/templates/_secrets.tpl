{{/*
The text of a template, made once a rendering: takes a list of the root and the template's name. What is random differs
with each include, and a Secret and the checksum of it have to agree.
*/}}
{{- define "voxpod.once" -}}
{{- $root := index . 0 -}}
{{- $name := index . 1 -}}
{{- if not (hasKey $root.Values $name) }}{{ $_ := set $root.Values $name (include $name $root) }}{{ end -}}
{{ index $root.Values $name }}
{{- end }}

{{/* Names in the dispatch certificate, JSON. */}}
{{- define "voxpod.dispatchNames" -}}
{{ list .Values.dispatch.host .Values.dispatch.serviceName (printf "%s.%s.svc" .Values.dispatch.serviceName .Release.Namespace) | uniq | toJson }}
{{- end }}

{{/* Data of the dispatch TLS Secret that the chart makes, JSON: the present one's, as long as it is for the same names. */}}
{{- define "voxpod.dispatchTlsData" -}}
{{- $names := include "voxpod.dispatchNames" . | fromJsonArray -}}
{{- $secret := lookup "v1" "Secret" .Release.Namespace "voxpod-dispatch-tls" | default dict -}}
{{- $present := $secret.data | default dict -}}
{{- $madeFor := dig "metadata" "annotations" "voxpod.dev/names" "" $secret -}}
{{- if and (index $present "tls.crt") (index $present "tls.key") (index $present "ca.crt") (eq $madeFor ($names | join ",")) -}}
{{ pick $present "tls.crt" "tls.key" "ca.crt" | toJson }}
{{- else -}}
{{- /* the key of this authority is kept nowhere: it signs one certificate and is forgotten */ -}}
{{- $days := int .Values.dispatch.tls.validDays -}}
{{- $authority := genCAWithKey "voxpod-dispatch-ca" $days (genPrivateKey "ecdsa") -}}
{{- $certificate := genSignedCertWithKey .Values.dispatch.host nil $names $days $authority (genPrivateKey "ecdsa") -}}
{{ dict "tls.crt" ($certificate.Cert | b64enc) "tls.key" ($certificate.Key | b64enc) "ca.crt" ($authority.Cert | b64enc) | toJson }}
{{- end -}}
{{- end }}

{{/* Data of the object store's Secret that the chart makes, JSON; the demo store's password is kept. */}}
{{- define "voxpod.objectStoreData" -}}
{{- $store := .Values.objectStore -}}
{{- if .Values.demo.minio.enabled -}}
{{- $present := (lookup "v1" "Secret" .Release.Namespace "voxpod-object-store").data | default dict -}}
{{- $user := $present.accessKey | default ("voxpod-operator" | b64enc) -}}
{{ dict "accessKey" $user "secretKey" ($present.secretKey | default (randAlphaNum 32 | b64enc)) | toJson }}
{{- else -}}
{{- $user := required "objectStore.accessKey (or objectStore.existingSecret): credentials of the operator's user" $store.accessKey -}}
{{- $password := required "objectStore.secretKey (or objectStore.existingSecret): credentials of the operator's user" $store.secretKey -}}
{{ dict "accessKey" ($user | b64enc) "secretKey" ($password | b64enc) | toJson }}
{{- end -}}
{{- end }}

{{/* Data of the Secret of live audio that the chart makes, JSON; the present one is kept. */}}
{{- define "voxpod.liveData" -}}
{{- $present := (lookup "v1" "Secret" .Release.Namespace "voxpod-live").data | default dict -}}
{{ dict "secret" ($present.secret | default (randAlphaNum 48 | b64enc)) | toJson }}
{{- end }}

{{/* Changes with that Secret: operator and facade read it at start. */}}
{{- define "voxpod.liveChecksum" -}}
{{- $live := dict -}}
{{- if and (include "voxpod.liveAudio" .) .Values.api.liveSecret -}}
{{- $live = (lookup "v1" "Secret" .Release.Namespace .Values.api.liveSecret).data | default dict -}}
{{- else if include "voxpod.liveAudio" . -}}
{{- $live = include "voxpod.once" (list . "voxpod.liveData") | fromJson -}}
{{- end -}}
{{ pick $live "secret" | toJson | sha256sum }}
{{- end }}

{{/*
Changes with what the operator reads at start from its Secrets, so that other contents roll its pods. A Secret that the
chart does not make is looked at as it is now. One checksum over all: with the certificate's key in it, nobody who may read
pods but no Secrets can try passwords against it.
*/}}
{{- define "voxpod.secretsChecksum" -}}
{{- $tls := dict -}}
{{- if or .Values.dispatch.tls.existingSecret .Values.dispatch.tls.certManager.enabled -}}
{{- $tls = (lookup "v1" "Secret" .Release.Namespace (include "voxpod.dispatchTlsSecret" .)).data | default dict -}}
{{- else -}}
{{- $tls = include "voxpod.once" (list . "voxpod.dispatchTlsData") | fromJson -}}
{{- end -}}
{{- $store := dict -}}
{{- if .Values.objectStore.existingSecret -}}
{{- $store = (lookup "v1" "Secret" .Release.Namespace .Values.objectStore.existingSecret).data | default dict -}}
{{- else -}}
{{- $store = include "voxpod.once" (list . "voxpod.objectStoreData") | fromJson -}}
{{- end -}}
{{ list (pick $tls "tls.crt" "tls.key" "ca.crt") (pick $store "accessKey" "secretKey") (include "voxpod.liveChecksum" .) | toJson | sha256sum }}
{{- end }}
