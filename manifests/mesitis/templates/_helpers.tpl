{{/* Labels of every object. */}}
{{- define "mesitis.labels" -}}
{{ include "mesitis.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* The labels by which the Deployment and the Service find Pods; they never change. */}}
{{- define "mesitis.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: broker
{{- end }}

{{/* The Secret with the broker's user name and password. */}}
{{- define "mesitis.authSecret" -}}
{{ .Values.auth.existingSecret | default (printf "%s-broker-auth" .Release.Name) }}
{{- end }}

{{/*
Names what lies in other namespaces: two teams may use one namespace, and the same release name. The dot, which no
namespace has in its name, keeps every pair apart.
*/}}
{{- define "mesitis.foreignName" -}}
{{ .Release.Namespace }}.{{ .Release.Name }}-broker
{{- end }}
