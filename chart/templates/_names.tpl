{{/* The name that all objects begin with. Names of Services and pods of Deployments and CronJobs allow 52 characters. */}}
{{- define "kubechurn.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 28 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 28 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 28 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Roles and the webhook's configuration have no namespace: two releases of one name must not share them. */}}
{{- define "kubechurn.clusterName" -}}
{{- $name := include "kubechurn.fullname" . -}}
{{- if eq $name .Release.Namespace -}}{{ $name }}{{- else -}}{{ printf "%s-%s" .Release.Namespace $name }}{{- end -}}
{{- end -}}

{{/* (list $ "webhook"): what selects the pods of a component. `kubechurn top` finds the analyzer by the first two. */}}
{{- define "kubechurn.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: kubechurn
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/instance: {{ $root.Release.Name | quote }}
{{- end -}}

{{- define "kubechurn.labels" -}}
{{- $root := index . 0 -}}
{{ include "kubechurn.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- with $root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "kubechurn.image" -}}
{{- with .Values.image -}}
{{- if .registry }}{{ .registry }}/{{ end }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ if .digest }}@{{ .digest }}{{ end }}
{{- end -}}
{{- end -}}

{{- define "kubechurn.webhookAddress" -}}
{{ include "kubechurn.fullname" . }}-webhook.{{ .Release.Namespace }}.svc
{{- end -}}

{{/* Only for this audience is the webhook's token good; the API server itself takes it for nothing. */}}
{{- define "kubechurn.audience" -}}
kubechurn-analyzer
{{- end -}}

{{/* Files of the analyzer, by name: empty where no value asks for one. */}}
{{- define "kubechurn.analyzerFiles" -}}
{{- with .Values.analyzer.accept }}
accept.yaml: |
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.analyzer.thresholds }}
thresholds.yaml: |
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
