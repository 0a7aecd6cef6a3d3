{{/*
What a sandbox pod may be, as CEL validations over `variables.pod` (a PodSpec) and `variables.container` (its only one).
Used for Jobs, so that the operator hears the refusal, and for pods, so that nothing comes in another way. A pod whose role is
delivery (`variables.delivers`) readies a node: it alone writes to a model's folder, as that folder's owner, root.
*/}}
{{- define "voxpod.podRules" -}}
- expression: >-
    size(variables.pod.containers) == 1
    && (!has(variables.pod.initContainers) || size(variables.pod.initContainers) == 0)
    && (!has(variables.pod.ephemeralContainers) || size(variables.pod.ephemeralContainers) == 0)
  messageExpression: >-
    'a sandbox pod has exactly one container, and no init or ephemeral containers; this one has '
    + (variables.pod.containers.map(one, one.name) + variables.pod.?initContainers.orValue([]).map(one, 'init ' + one.name)).join(', ')
- expression: >-
    !variables.pod.?hostNetwork.orValue(false) && !variables.pod.?hostPID.orValue(false)
    && !variables.pod.?hostIPC.orValue(false) && !variables.pod.?shareProcessNamespace.orValue(false)
  message: hostNetwork, hostPID, hostIPC and shareProcessNamespace must not be set in a sandbox pod
- expression: >-
    variables.pod.?serviceAccountName.orValue('') == {{ .Values.sandbox.serviceAccountName | squote }}
    && !variables.pod.?automountServiceAccountToken.orValue(true)
  message: a sandbox pod uses the ServiceAccount {{ .Values.sandbox.serviceAccountName }} with automountServiceAccountToken false
- expression: >-
    variables.pod.?restartPolicy.orValue('') == 'Never' && !variables.pod.?enableServiceLinks.orValue(true)
    && !has(variables.pod.nodeName) && !has(variables.pod.resourceClaims)
  message: a sandbox pod has restartPolicy Never, enableServiceLinks false, no nodeName and no resourceClaims
# a container's rules for restarts need its restartPolicy, so this refuses them as well
- expression: "!has(variables.container.restartPolicy)"
  message: a sandbox container has no restartPolicy of its own, a sandbox runs once
# a pod that is told to go may take so long, whatever its Job's deadline
- expression: variables.pod.?terminationGracePeriodSeconds.orValue(30) <= 30
  message: a sandbox pod has a terminationGracePeriodSeconds of at most 30
{{- if .Values.sandbox.userNamespaces }}
- expression: "!variables.pod.?hostUsers.orValue(true)"
  message: a sandbox pod has hostUsers false (sandbox.userNamespaces; Kubernetes older than 1.33 may not know it)
{{- end }}
- expression: >-
    has(variables.pod.securityContext)
    && (variables.delivers || (variables.pod.securityContext.?runAsNonRoot.orValue(false)
    && variables.pod.securityContext.?runAsUser.orValue(0) > 0
    && variables.pod.securityContext.?runAsGroup.orValue(0) > 0))
    && variables.pod.securityContext.?seccompProfile.?type.orValue('') == 'RuntimeDefault'
  message: a sandbox pod has runAsNonRoot true, runAsUser and runAsGroup above 0, and seccompProfile RuntimeDefault
- expression: >-
    !has(variables.pod.securityContext) || (
    !has(variables.pod.securityContext.supplementalGroups) && !has(variables.pod.securityContext.fsGroup)
    && !has(variables.pod.securityContext.sysctls) && !has(variables.pod.securityContext.seLinuxOptions)
    && !has(variables.pod.securityContext.windowsOptions)
    && variables.pod.securityContext.?appArmorProfile.?type.orValue('RuntimeDefault') == 'RuntimeDefault')
  message: supplementalGroups, fsGroup, sysctls, seLinuxOptions, windowsOptions and other AppArmor profiles than RuntimeDefault must not be set in a sandbox pod
- expression: >-
    has(variables.container.securityContext)
    && !variables.container.securityContext.?privileged.orValue(false)
    && !variables.container.securityContext.?allowPrivilegeEscalation.orValue(true)
    && variables.container.securityContext.?readOnlyRootFilesystem.orValue(false)
    && variables.container.securityContext.?runAsNonRoot.orValue(true)
    && variables.container.securityContext.?runAsUser.orValue(1) > 0
    && variables.container.securityContext.?runAsGroup.orValue(1) > 0
  message: a sandbox container is not privileged, has allowPrivilegeEscalation false and readOnlyRootFilesystem true, and does not run as root
- expression: >-
    has(variables.container.securityContext) && has(variables.container.securityContext.capabilities)
    && has(variables.container.securityContext.capabilities.drop)
    && variables.container.securityContext.capabilities.drop.exists(name, name == 'ALL')
    && (!has(variables.container.securityContext.capabilities.add)
    || (variables.delivers && variables.container.securityContext.capabilities.add == ['DAC_OVERRIDE']))
  message: a sandbox container drops ALL capabilities and adds none (a delivery DAC_OVERRIDE)
- expression: >-
    !has(variables.container.securityContext) || (
    variables.container.securityContext.?seccompProfile.?type.orValue('RuntimeDefault') == 'RuntimeDefault'
    && variables.container.securityContext.?appArmorProfile.?type.orValue('RuntimeDefault') == 'RuntimeDefault'
    && variables.container.securityContext.?procMount.orValue('Default') == 'Default'
    && !has(variables.container.securityContext.seLinuxOptions) && !has(variables.container.securityContext.windowsOptions))
  message: a sandbox container keeps the seccomp and AppArmor profiles RuntimeDefault and the default procMount, and sets no seLinuxOptions or windowsOptions
- expression: >-
    has(variables.container.resources) && has(variables.container.resources.limits)
    && 'cpu' in variables.container.resources.limits && 'memory' in variables.container.resources.limits
  message: a sandbox container has CPU and memory limits
- expression: >-
    !has(variables.container.ports) && !has(variables.container.lifecycle) && !has(variables.container.livenessProbe)
    && !has(variables.container.readinessProbe) && !has(variables.container.startupProbe)
  message: a sandbox container has no ports, probes or lifecycle hooks (the kubelet would call where they point to)
- expression: >-
    !has(variables.container.envFrom) && (!has(variables.container.env) || variables.container.env.all(variable,
    !has(variable.valueFrom) || has(variable.valueFrom.resourceFieldRef) || has(variable.valueFrom.fieldRef)))
  message: a sandbox container takes no environment from Secrets or ConfigMaps
- expression: >-
    !has(variables.pod.volumes) || variables.pod.volumes.all(volume,
    has(volume.hostPath) || has(volume.image) || has(volume.persistentVolumeClaim) || has(volume.emptyDir) || has(volume.projected))
  message: a sandbox pod has only hostPath, image and persistentVolumeClaim (a model), emptyDir (scratch) and projected (its identity) volumes
- expression: >-
    !has(variables.pod.volumes) || variables.pod.volumes.all(volume, !has(volume.persistentVolumeClaim)
    || volume.persistentVolumeClaim.?readOnly.orValue(false))
  message: a persistentVolumeClaim of a sandbox pod is readOnly
- expression: >-
    !has(variables.pod.volumes) || (variables.pod.volumes.filter(volume, has(volume.emptyDir)).size() <= 1
    && variables.pod.volumes.all(volume, !has(volume.emptyDir) || (has(volume.emptyDir.sizeLimit)
    && quantity(volume.emptyDir.sizeLimit).compareTo(quantity('1Gi')) <= 0 && volume.emptyDir.?medium.orValue('') == '')))
  message: a sandbox pod has at most one emptyDir, with a sizeLimit of at most 1Gi and on the node's disk, not in memory
- expression: >-
    !variables.delivers || !has(variables.pod.volumes) || variables.pod.volumes.all(volume, !has(volume.projected))
  message: a delivery pod has no projected volume, it is nobody to the operator
- expression: >-
    !variables.delivers || !has(variables.pod.volumes) || variables.pod.volumes.filter(volume, has(volume.hostPath)).size() == 1
  message: a delivery pod has exactly one hostPath volume, the model's folder
- expression: >-
    !has(variables.pod.volumes) || variables.pod.volumes.all(volume, !has(volume.projected)
    || (has(volume.projected.sources) && volume.projected.sources.all(source, has(source.serviceAccountToken)
    && source.serviceAccountToken.?audience.orValue('') == 'voxpod-dispatch')))
  message: a projected volume of a sandbox pod holds only a serviceAccountToken with audience voxpod-dispatch
- expression: >-
    !has(variables.pod.volumes) || variables.pod.volumes.all(volume, !has(volume.hostPath)
    || ((volume.hostPath.?type.orValue('') == 'Directory'
    || (variables.delivers && volume.hostPath.?type.orValue('') == 'DirectoryOrCreate')) && !volume.hostPath.path.contains('..')
    && variables.modelRoots.exists(root, volume.hostPath.path == root || volume.hostPath.path.startsWith(root + '/'))))
  message: a hostPath volume of a sandbox pod is of type Directory (of a delivery, or DirectoryOrCreate) and lies in one of {{ .Values.sandbox.modelRoots | join ", " | default "no folder (sandbox.modelRoots is empty)" }}
- expression: >-
    !has(variables.container.volumeDevices) && (!has(variables.container.volumeMounts)
    || variables.container.volumeMounts.all(mount, variables.delivers || mount.?readOnly.orValue(false)
    || !variables.pod.volumes.exists(volume, volume.name == mount.name && has(volume.hostPath))))
  message: a sandbox container mounts hostPath volumes readOnly (but a delivery), and has no volumeDevices
- expression: >-
    !has(variables.container.volumeMounts) || variables.container.volumeMounts.all(mount,
    !has(mount.subPath) && !has(mount.subPathExpr) && mount.?mountPropagation.orValue('None') == 'None')
  message: a sandbox container mounts whole volumes, without mountPropagation
{{- end }}

{{/* Images of sandboxes, JSON list: also the running operator's, which still leads for some seconds of an upgrade. */}}
{{- define "voxpod.sandboxImages" -}}
{{- $images := list (include "voxpod.image" (list .Values.sandbox.image .Chart.AppVersion)) -}}
{{- range lookup "apps/v1" "Deployment" .Release.Namespace "voxpod-operator" | dig "spec" "template" "spec" "containers" list -}}
{{- range .env -}}
{{- if eq .name "VOXPOD_SANDBOX_IMAGE" -}}
{{- $images = append $images .value -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{ $images | uniq | toJson }}
{{- end }}

{{/*
What a Job's template is held to beyond that. Pods are not: the cluster's own admission plugins and webhooks may give a pod
the default PriorityClass, tolerations, variables and the image's address in a mirror; pods come from such Jobs only.
*/}}
{{- define "voxpod.templateRules" -}}
{{- $images := include "voxpod.sandboxImages" . | fromJsonArray }}
{{- $priority := .Values.sandbox.priorityClassName }}
- expression: variables.container.image in {{ $images | toJson }}
  messageExpression: >-
    'the image of a sandbox is {{ $images | join " or " }} (sandbox.image), not ' + variables.container.image
# or a trusted image would run any code: a shell, or what lies in a model's folder
- expression: >-
    !has(variables.container.args) && !has(variables.container.workingDir)
    && (variables.delivers ? variables.container.?command.orValue([]) == ['python3', '-m', 'voxpod_inference.node']
    : !has(variables.container.command) || variables.container.command == ['python3', '-m', 'voxpod_inference.probe'])
    && (!has(variables.container.env) || variables.container.env.all(variable, variable.name.startsWith('VOXPOD_')))
  message: a sandbox runs its image's program or the probe (a delivery voxpod_inference.node), without args or workingDir, and with variables named VOXPOD_* only
- expression: variables.pod.?priorityClassName.orValue('') == {{ $priority | squote }}
  message: a sandbox pod has {{ if $priority }}the priorityClassName {{ $priority }}{{ else }}no priorityClassName{{ end }} (sandbox.priorityClassName)
{{- if not .Values.sandbox.admission.anyTaint }}
- expression: >-
    !has(variables.pod.tolerations) || variables.pod.tolerations.all(toleration,
    toleration.?key.orValue('') != '' && !toleration.key.startsWith('node-role.kubernetes.io/'))
  message: each toleration of a sandbox pod names a taint's key, none that begins with node-role.kubernetes.io/ (sandbox.admission.anyTaint)
{{- end }}
{{- end }}

{{/* What the rules above look at; takes a list of the context and the path of what has the pod's metadata and spec. */}}
{{- define "voxpod.podVariables" -}}
- name: pod
  expression: {{ index . 1 }}.spec
- name: delivers
  expression: {{ index . 1 }}.?metadata.?labels['voxpod.dev/role'].orValue('') == 'delivery'
- name: container
  expression: {{ index . 1 }}.spec.containers[0]
- name: modelRoots
  expression: >-
    {{ (index . 0).Values.sandbox.modelRoots | toJson }}
{{- end }}

{{/* Binds a policy to the sandbox namespace; takes a list of the context and the policy's name. */}}
{{- define "voxpod.policyBinding" -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ index . 1 }}
  labels:
    {{- include "voxpod.labels" (index . 0) | nindent 4 }}
spec:
  policyName: {{ index . 1 }}
  validationActions: [Deny]
  matchResources:
    namespaceSelector:
      matchLabels:
        kubernetes.io/metadata.name: {{ (index . 0).Values.sandbox.namespace.name }}
{{- end }}
