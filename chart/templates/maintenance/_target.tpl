{{/* Profiles whose etcd is that of this very cluster: under NOSPACE no Job can be made, so one pod stays. */}}
{{- define "kubechurn.hostProfiles" -}}
kubeadm:
  directory: /etc/kubernetes/pki/etcd
  nodes: {node-role.kubernetes.io/control-plane: ''}
k3s:
  directory: /var/lib/rancher/k3s/server/tls/etcd
  nodes: {node-role.kubernetes.io/etcd: 'true'}
rke2:
  directory: /var/lib/rancher/rke2/server/tls/etcd
  nodes: {node-role.kubernetes.io/etcd: 'true'}
{{- end -}}

{{/* All targets as JSON {"targets": [...]}, with their profile and defaults filled in. A host profile needs no entry. */}}
{{- define "kubechurn.targets" -}}
{{- $hosts := include "kubechurn.hostProfiles" . | fromYaml -}}
{{- $defaults := .Files.Get "files/target-defaults.yaml" | fromYaml -}}
{{- $profile := .Values.etcd.profile -}}
{{- $given := .Values.maintenance.targets -}}
{{- if and (not $given) (hasKey $hosts $profile) -}}
{{- $given = list (dict "name" $profile) -}}
{{- end -}}
{{- $targets := list -}}
{{- range $given -}}
{{- $target := deepCopy . -}}
{{- range $key, $value := $defaults -}}
{{- if not (hasKey $target $key) }}{{ $_ := set $target $key $value }}{{ end -}}
{{- end -}}
{{- if not (hasKey $target "profile") }}{{ $_ := set $target "profile" $profile }}{{ end -}}
{{- $_ := set $target "isHost" (hasKey $hosts $target.profile) -}}
{{- $_ := set $target "host" (get $hosts $target.profile) -}}
{{- if and (eq $target.profile "vcluster-embedded") (not $target.endpoints) $target.vcluster -}}
{{- $urls := list -}}
{{- range $i := until (int ($target.vcluster.replicas | default 1)) -}}
{{- $urls = append $urls (printf "https://%s-%d.%s-headless.%s:2379" $target.vcluster.name $i $target.vcluster.name $target.vcluster.namespace) -}}
{{- end -}}
{{- $_ := set $target "endpoints" $urls -}}
{{- end -}}
{{- $targets = append $targets $target -}}
{{- end -}}
{{- dict "targets" $targets | toJson -}}
{{- end -}}

{{/* The target that the analyzer may start, as JSON; {} where that is off. */}}
{{- define "kubechurn.startedTarget" -}}
{{- $found := dict -}}
{{- range (include "kubechurn.targets" . | fromJson).targets -}}
{{- if eq .name $.Values.analyzer.startMaintenance }}{{ $found = . }}{{ end -}}
{{- end -}}
{{- $found | toJson -}}
{{- end -}}

{{/* "yes" where a target reads keys of a node. */}}
{{- define "kubechurn.hasHostTarget" -}}
{{- range (include "kubechurn.targets" . | fromJson).targets }}{{ if .isHost }}yes{{ end }}{{ end -}}
{{- end -}}

{{/* (list $ target): where its pods are. */}}
{{- define "kubechurn.targetNamespace" -}}
{{- $root := index . 0 -}}
{{- ternary $root.Values.maintenance.namespace $root.Release.Namespace (index . 1).isHost -}}
{{- end -}}

{{- define "kubechurn.targetName" -}}
{{ include "kubechurn.fullname" (index . 0) }}-etcd-{{ (index . 1).name }}
{{- end -}}

{{- define "kubechurn.targetMetadata" -}}
name: {{ include "kubechurn.targetName" . }}
namespace: {{ include "kubechurn.targetNamespace" . | quote }}
labels:
  {{- include "kubechurn.targetLabels" . | nindent 2 }}
{{- end -}}

{{- define "kubechurn.targetLabels" -}}
{{ include "kubechurn.labels" (list (index . 0) "maintenance") }}
kubechurn.dev/target: {{ (index . 1).name | quote }}
{{- end -}}

{{/* (list $ target): arguments of `kubechurn maintain`. What is not given is left to the program. */}}
{{- define "kubechurn.maintainArgs" -}}
{{- $target := index . 1 -}}
- maintain
{{- if $target.isHost }}
- --watch
- --target={{ $target.profile }}
- --lock=/run/kubechurn/maintain.lock
{{- if $target.every }}
- --every={{ $target.every }}
{{- end }}
{{- with (index . 0).Values.metrics.podMonitor }}
{{- if .enabled }}
- --metrics-port={{ .port }}
{{- end }}
{{- end }}
{{- else if eq $target.profile "vcluster-deployed" }}
- --target=vcluster/{{ $target.vcluster.namespace }}/{{ $target.vcluster.name }}
{{- else }}
- {{ printf "--etcd=%s" (join "," $target.endpoints) | quote }}
{{- end }}
{{- with $target.certificates }}
- {{ printf "--cacert=/etc/kubechurn/etcd/%s" (.ca | default "ca.crt") | quote }}
- {{ printf "--cert=/etc/kubechurn/etcd/%s" (.cert | default "tls.crt") | quote }}
- {{ printf "--key=/etc/kubechurn/etcd/%s" (.key | default "tls.key") | quote }}
{{- end }}
{{- range $flag, $key := dict "budget" "budget" "quota" "quota" "max-fragmentation" "maxFragmentation" "keep" "keep" "evidence" "evidence" "probe-budget" "probeBudget" }}
{{- if hasKey $target $key }}
{{- $given := get $target $key }}
- {{ printf "--%s=%v" $flag (ternary (int64 $given) $given (kindIs "float64" $given)) | quote }}
{{- end }}
{{- end }}
{{- if $target.acceptOutage }}
- --accept-outage
{{- end }}
{{- with $target.backup }}
- {{ printf "--backup=%s" (.s3 | default "/backup") | quote }}
{{- with .endpoint }}
- {{ printf "--backup-endpoint=%s" . | quote }}
{{- end }}
{{- with .addressing }}
- --backup-addressing={{ . }}
{{- end }}
{{- if .count }}
- --backup-count={{ int .count }}
{{- end }}
{{- if .age }}
- --backup-age={{ .age }}
{{- end }}
{{- if .keySecret }}
- --backup-key=/etc/kubechurn/backup/key
{{- end }}
{{- end }}
{{- range $target.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{- define "kubechurn.maintainContainer" -}}
{{- $root := index . 0 -}}
{{- $target := index . 1 -}}
- name: maintain
  {{- include "kubechurn.container" $root | nindent 2 }}
  args:
    {{- include "kubechurn.maintainArgs" . | nindent 4 }}
  {{- with ($target.backup | default dict).credentialsSecret }}
  envFrom:
    - secretRef:
        name: {{ . | quote }}
  {{- end }}
  {{- if and $target.isHost $root.Values.metrics.podMonitor.enabled }}
  ports:
    - name: metrics
      containerPort: {{ $root.Values.metrics.podMonitor.port }}
      protocol: TCP
  {{- end }}
  resources:
    {{- toYaml $target.resources | nindent 4 }}
  volumeMounts:
    - name: spool
      mountPath: /tmp
    {{- if $target.isHost }}
    - name: keys
      mountPath: {{ $target.host.directory }}
      readOnly: true
    - name: lock
      mountPath: /run/kubechurn
    {{- end }}
    {{- if $target.certificates }}
    - name: certificates
      mountPath: /etc/kubechurn/etcd
      readOnly: true
    {{- end }}
    {{- with $target.backup }}
    {{- if not .s3 }}
    - name: backup
      mountPath: /backup
    {{- end }}
    {{- if .keySecret }}
    - name: backup-key
      mountPath: /etc/kubechurn/backup
      readOnly: true
    {{- end }}
    {{- end }}
{{- end -}}

{{- define "kubechurn.maintainVolumes" -}}
{{- $target := index . 1 -}}
- name: spool
  emptyDir:
    sizeLimit: {{ $target.spool | quote }}
{{- if $target.isHost }}
# The one directory of the node that it reads.
- name: keys
  hostPath:
    path: {{ $target.hostDirectory | default $target.host.directory | quote }}
    type: Directory
# Under NOSPACE no Lease can be written: the lock is a file of the node.
- name: lock
  hostPath:
    path: /run/kubechurn
    type: DirectoryOrCreate
{{- end }}
{{- with $target.certificates }}
- name: certificates
  secret:
    secretName: {{ .secret | quote }}
    defaultMode: 0440
{{- end }}
{{- with $target.backup }}
{{- if not .s3 }}
- name: backup
  {{- if .hostPath }}
  hostPath:
    path: {{ .hostPath | quote }}
    type: DirectoryOrCreate
  {{- else }}
  persistentVolumeClaim:
    claimName: {{ .claim | quote }}
  {{- end }}
{{- end }}
{{- if .keySecret }}
- name: backup-key
  secret:
    secretName: {{ .keySecret | quote }}
    defaultMode: 0440
{{- end }}
{{- end }}
{{- end -}}
