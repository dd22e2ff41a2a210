{{- /* The release's name, which holds lems-guard: by that alerts and dashboards know our jobs. */}}
{{- define "name" -}}
{{ contains "lems-guard" .Release.Name | ternary .Release.Name (printf "%s-lems-guard" .Release.Name) }}
{{- end }}

{{- define "labels" -}}
{app.kubernetes.io/name: lems-guard, app.kubernetes.io/instance: {{ .Release.Name }}}
{{- end }}

{{- define "meta" -}}
name: {{ include "name" . }}
namespace: {{ .Release.Namespace }}
labels: {{ include "labels" . }}
{{- end }}

{{- define "image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{- define "pullSecrets" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
{{- range . }}
  - {name: {{ . }}}
{{- end }}
{{- end }}
{{- end }}

{{- define "confined" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- define "nobody" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "asked" -}}
httpGet: {path: {{ .path }}, port: metrics{{ if .tls }}, scheme: HTTPS{{ end }}}
timeoutSeconds: 3
{{- end }}
