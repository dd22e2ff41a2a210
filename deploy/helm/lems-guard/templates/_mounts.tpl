{{- /* What the site brings along: where it is mounted, and what it is. */}}
{{- define "mounts" -}}
{{- with .Values }}
{{- if or .tls .callers .issuers .overlay .rules.image .rules.claim .vocabulary .journal }}
volumeMounts:
{{- range $name := list "tls" "callers" "issuers" "overlay" }}
{{- if get $.Values $name }}
  - {name: {{ $name }}, mountPath: /etc/lems-guard/{{ $name }}, readOnly: true}
{{- end }}
{{- end }}
{{- if or .rules.image .rules.claim }}
  - {name: rules, mountPath: /var/lib/lems-guard/rules, readOnly: true}
{{- end }}
{{- if .vocabulary }}
  - {name: vocabulary, mountPath: /var/lib/lems-guard/vocabulary, readOnly: true}
{{- end }}
{{- if .journal }}
  - {name: journal, mountPath: /var/lib/lems-guard/journal, subPathExpr: $(POD_NAME)}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "volumes" -}}
{{- with .Values }}
{{- if or .tls .callers .issuers .overlay .rules.image .rules.claim .vocabulary .journal }}
volumes:
{{- range $name := list "tls" "callers" }}
{{- with get $.Values $name }}
  - name: {{ $name }}
    secret: {secretName: {{ . }}}
{{- end }}
{{- end }}
{{- range $name := list "issuers" "overlay" }}
{{- with get $.Values $name }}
  - name: {{ $name }}
    configMap: {name: {{ . }}}
{{- end }}
{{- end }}
{{- with .rules.image }}
  - name: rules
    image: {reference: {{ quote . }}, pullPolicy: IfNotPresent}
{{- end }}
{{- with .rules.claim }}
  - name: rules
    persistentVolumeClaim: {claimName: {{ . }}, readOnly: true}
{{- end }}
{{- with .vocabulary }}
  - name: vocabulary
    persistentVolumeClaim: {claimName: {{ . }}, readOnly: true}
{{- end }}
{{- with .journal }}
  - name: journal
    persistentVolumeClaim: {claimName: {{ . }}}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
