{{- define "kubechurn.tlsSecret" -}}
{{- if eq .Values.webhook.tls.mode "existingSecret" -}}
{{ .Values.webhook.tls.existingSecret }}
{{- else -}}
{{ include "kubechurn.fullname" . }}-webhook-{{ ternary "ca" "tls" (eq .Values.webhook.tls.mode "auto") }}
{{- end -}}
{{- end -}}

{{/* (dict "root" $ "name" "namespaced" "path" "/admit" "scope" "Namespaced" "throttle" (dict "operator" "In" "values" (list "on"))): one webhook of the configuration. */}}
{{- define "kubechurn.hook" -}}
{{- $webhook := .root.Values.webhook -}}
- name: {{ .name }}.kubechurn.dev
  clientConfig:
    service:
      name: {{ include "kubechurn.fullname" .root }}-webhook
      namespace: {{ .root.Release.Namespace | quote }}
      path: {{ .path }}
      port: 443
    {{- if eq $webhook.tls.mode "existingSecret" }}
    caBundle: {{ $webhook.tls.caBundle | b64enc }}
    {{- end }}
  rules:
    - apiGroups: ['*']
      apiVersions: ['*']
      operations: [CREATE, UPDATE, DELETE]
      resources: ['*/*']
      scope: {{ .scope }}
  admissionReviewVersions: [v1]
  failurePolicy: {{ $webhook.failurePolicy }}
  matchPolicy: Equivalent
  sideEffects: None
  timeoutSeconds: {{ $webhook.timeoutSeconds }}
  namespaceSelector:
    matchExpressions:
      - key: kubernetes.io/metadata.name
        operator: NotIn
        values:
          - kube-system
          - kube-node-lease
          - {{ .root.Release.Namespace | quote }}
          {{- if include "kubechurn.hasHostTarget" .root }}
          - {{ .root.Values.maintenance.namespace | quote }}
          {{- end }}
          {{- range $webhook.excludedNamespaces }}
          - {{ . | quote }}
          {{- end }}
      - key: kubechurn.dev/ignore
        operator: NotIn
        values: ['true']
      {{- with .throttle }}
      - key: kubechurn.dev/throttle
        operator: {{ .operator }}
        values: {{ .values | toJson }}
      {{- end }}
  # An absent field is an error in CEL, and an error under Ignore leaves the webhook out: hence has().
  matchConditions:
    - name: not-our-own
      expression: '!request.userInfo.username.startsWith("system:serviceaccount:{{ .root.Release.Namespace }}:{{ include "kubechurn.fullname" .root }}-")'
    - name: no-questions
      expression: '!(request.resource.group in ["authentication.k8s.io", "authorization.k8s.io"])'
    - name: no-tokens-evictions-bindings
      expression: '!has(request.subResource) || !(request.subResource in ["token", "eviction", "binding"])'
    - name: no-secrets-leases-nodes-bindings-csrs
      expression: '!([request.resource.group, request.resource.resource] in [["", "secrets"], ["", "nodes"], ["", "bindings"], ["coordination.k8s.io", "leases"], ["certificates.k8s.io", "certificatesigningrequests"]])'
{{- end -}}
