{{- define "helhed.name" -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- end }}

{{- define "helhed.image" -}}
{{- with .Values.image -}}
{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end -}}
{{- end }}

{{/* Labels of a part: (dict "root" . "part" "web") */}}
{{- define "helhed.selector" -}}
app.kubernetes.io/name: helhed
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{/* The same in one line. */}}
{{- define "helhed.match" -}}
{app.kubernetes.io/name: helhed, app.kubernetes.io/instance: {{ .root.Release.Name }}, app.kubernetes.io/component: {{ .part }}}
{{- end }}

{{- define "helhed.labels" -}}
{{ include "helhed.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* "Restricted" of the pod security standards, and no rights in the cluster. */}}
{{- define "helhed.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .user }}
  runAsGroup: {{ .user }}
  fsGroup: {{ .user }}
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "helhed.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: {{ .readOnly }}
  runAsNonRoot: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* The pod of a process: (dict "root" . "part" "web" "command" "serve" "secret" name "ports" (dict) "probe" "http"|"tcp"|"" "port" n "resources" …) */}}
{{- define "helhed.pod" -}}
{{- $root := .root -}}
metadata:
  labels: {{- include "helhed.labels" . | nindent 4 }}
  annotations:
    checksum/settings: {{ list $root.Values.settings $root.Values.roles | toJson | sha256sum }}
spec:
  {{- include "helhed.podSecurity" (dict "user" 10001) | nindent 2 }}
  terminationGracePeriodSeconds: 60
  {{- with $root.Values.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $root.Values.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if eq .command "migrate" }}
  restartPolicy: Never
  {{- else }}
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: kubernetes.io/hostname
      whenUnsatisfiable: ScheduleAnyway
      labelSelector: {matchLabels: {{ include "helhed.match" . }}}
  {{- end }}
  containers:
    - name: helhed
      image: {{ include "helhed.image" $root }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: [{{ .command }}]
      {{- include "helhed.containerSecurity" (dict "readOnly" true) | nindent 6 }}
      env:
        - {name: HELHED_SECRETS_DIR, value: /run/secrets/helhed}
        - {name: HELHED_DATA_DIR, value: /tmp}
      {{- if ne .command "migrate" }}
        - {name: HELHED_LOG_FORMAT, value: json}
        - {name: HELHED_WORKER_PORT, value: "9100"}
        {{- with $root.Values.engines }}
        {{- if and .kafka.enabled .kafka.bundled }}
        - {name: HELHED_KAFKA_SERVERS, value: "{{ include "helhed.name" $root }}-kafka:9092"}
        - {name: HELHED_KAFKA_REPLICATION, value: "1"}
        {{- end }}
        {{- if and .opensearch.enabled .opensearch.bundled }}
        - {name: HELHED_OPENSEARCH_URLS, value: "http://{{ include "helhed.name" $root }}-opensearch:9200"}
        - {name: HELHED_OPENSEARCH_REPLICAS, value: "0"}
        {{- end }}
        {{- end }}
        {{- if eq .part "worker" }}
        - {name: HELHED_AUDIT_KEY_FILE, value: /run/audit/key.pem}
        {{- end }}
        {{- if $root.Values.roles }}
        - {name: HELHED_ROLE_MAPPING_FILE, value: /etc/helhed/roles.toml}
        {{- end }}
        {{- range $name, $value := $root.Values.settings }}
        - name: HELHED_{{ $name | upper }}
          value: {{ $value | toString | quote }}
        {{- end }}
      ports:
        {{- range $name, $port := .ports }}
        - {name: {{ $name }}, containerPort: {{ $port }}}
        {{- end }}
      {{- if eq .probe "http" }}
      startupProbe:
        httpGet: {path: /health/live, port: {{ .port }}}
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: {path: /health/live, port: {{ .port }}}
        periodSeconds: 10
        timeoutSeconds: 3
      readinessProbe:
        httpGet: {path: /health/ready, port: {{ .port }}}
        periodSeconds: 5
        timeoutSeconds: 3
      {{- else }}
      readinessProbe:
        tcpSocket: {port: {{ .port }}}
        periodSeconds: 5
      livenessProbe:
        tcpSocket: {port: {{ .port }}}
        initialDelaySeconds: 60
        periodSeconds: 10
      {{- end }}
      {{- end }}
      {{- with .resources }}
      resources: {{- toYaml . | nindent 8 }}
      {{- end }}
      volumeMounts:
        - {name: tmp, mountPath: /tmp}
        - {name: secrets, mountPath: /run/secrets/helhed, readOnly: true}
        {{- if eq .part "worker" }}
        - {name: audit, mountPath: /run/audit, readOnly: true}
        {{- end }}
        {{- if ne .command "migrate" }}
        {{- if $root.Values.certificatesSecretName }}
        - {name: certificates, mountPath: /run/certificates, readOnly: true}
        {{- end }}
        {{- if $root.Values.roles }}
        - {name: roles, mountPath: /etc/helhed, readOnly: true}
        {{- end }}
        {{- end }}
  volumes:
    - {name: tmp, emptyDir: {sizeLimit: 256Mi}}
    - {name: secrets, secret: {secretName: {{ .secret }}, defaultMode: 0440}}
    {{- if eq .part "worker" }}
    - {name: audit, secret: {secretName: {{ $root.Values.worker.auditSecretName }}, defaultMode: 0440}}
    {{- end }}
    {{- if ne .command "migrate" }}
    {{- with $root.Values.certificatesSecretName }}
    - {name: certificates, secret: {secretName: {{ . }}, defaultMode: 0440}}
    {{- end }}
    {{- if $root.Values.roles }}
    - {name: roles, configMap: {name: {{ include "helhed.name" $root }}-roles}}
    {{- end }}
    {{- end }}
{{- end }}

{{/* At least one pod stays while nodes are emptied. */}}
{{- define "helhed.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "helhed.name" .root }}-{{ .part }}
  labels: {{- include "helhed.labels" . | nindent 4 }}
spec:
  maxUnavailable: 1
  selector: {matchLabels: {{ include "helhed.match" . }}}
{{- end }}
