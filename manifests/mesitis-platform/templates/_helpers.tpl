{{/* Labels of every object; the argument is a dict with root and component. */}}
{{- define "mesitis-platform.labels" -}}
{{ include "mesitis-platform.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* The labels by which a Deployment and a Service find Pods; they never change. */}}
{{- define "mesitis-platform.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* Replicas on different nodes where there are several: one node that fails takes one of them. */}}
{{- define "mesitis-platform.spread" -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            {{- include "mesitis-platform.selector" . | nindent 12 }}
{{- end }}

{{/* What both Pods have in common; the argument is a dict with root, component and settings (the component's values). */}}
{{- define "mesitis-platform.podSpec" -}}
serviceAccountName: {{ .root.Release.Name }}-{{ .component }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .settings.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  runAsNonRoot: true
  seccompProfile:
    type: RuntimeDefault
{{- with .settings.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
affinity:
  {{- .settings.affinity | default (include "mesitis-platform.spread" . | fromYaml) | toYaml | nindent 2 }}
{{- with .settings.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* What both containers have in common, without command, env and ports. */}}
{{- define "mesitis-platform.container" -}}
image: {{ printf "%s:%s" .root.Values.image.repository (.root.Values.image.tag | default .root.Chart.AppVersion) | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
livenessProbe:
  httpGet: { path: /healthz, port: health }
  initialDelaySeconds: 5
  periodSeconds: 10
readinessProbe:
  httpGet: { path: /readyz, port: health }
  periodSeconds: 5
{{- with .settings.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* How the API server calls the webhook; the argument is a dict with root and path. */}}
{{- define "mesitis-platform.webhookClient" -}}
{{- if .root.Values.webhook.url -}}
url: {{ printf "%s%s" (trimSuffix "/validate" .root.Values.webhook.url) .path | quote }}
{{- else -}}
service:
  name: {{ .root.Release.Name }}-webhook
  namespace: {{ .root.Release.Namespace }}
  path: {{ .path }}
  port: 443
{{- end }}
{{- end }}

{{/* The user that the catalog is to the API server. */}}
{{- define "mesitis-platform.catalogUser" -}}
system:serviceaccount:{{ .Release.Namespace }}:{{ .Release.Name }}-catalog
{{- end }}

{{/* The catalog's own writes need not wait for the webhook, where the API server can tell them apart. */}}
{{- define "mesitis-platform.notTheCatalog" -}}
{{- if semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version -}}
matchConditions:
  - name: not-the-catalog
    expression: request.userInfo.username != "{{ include "mesitis-platform.catalogUser" . }}"
{{- end }}
{{- end }}

{{/* The cluster itself never waits for the webhook. Before Kubernetes 1.21 namespaces don't carry this label, and none is left out. */}}
{{- define "mesitis-platform.notKubeSystem" -}}
namespaceSelector:
  matchExpressions:
    - { key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, kube-public, kube-node-lease] }
{{- end }}
