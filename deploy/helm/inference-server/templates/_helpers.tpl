{{- /* short, so that the names of what KEDA makes of it are labels still */ -}}
{{- define "inference.name" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 36 | trimSuffix "-" -}}
{{- end -}}

{{- define "inference.labels" -}}
app.kubernetes.io/name: inference-server
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* selects the pods of a component; takes (list $ component) */ -}}
{{- define "inference.selector" -}}
app.kubernetes.io/name: inference-server
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- /* an image; takes (list $ name) */ -}}
{{- define "inference.image" -}}
{{- $image := (index . 0).Values.image -}}
{{- $tag := $image.tag | default (index . 0).Chart.AppVersion -}}
{{- with $image.registry }}{{ . }}/{{ end }}{{ index . 1 }}:{{ $tag }}
{{- end -}}

{{- define "inference.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "inference.name" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{- /* the Secret whose keys are all variables; empty where each is referred to */ -}}
{{- define "inference.secret" -}}
{{- if .Values.secrets.existingSecret -}}
{{ .Values.secrets.existingSecret }}
{{- else if or .Values.secrets.external.enabled .Values.secrets.values -}}
{{ include "inference.name" . }}
{{- end -}}
{{- end -}}

{{- /* the Secret and key of one variable, as a key selector; takes (list $ variable) */ -}}
{{- define "inference.secretKey" -}}
{{- $reference := index (index . 0).Values.secrets.references (index . 1) -}}
{{- if $reference -}}
name: {{ $reference.name }}
key: {{ $reference.key }}
{{- else -}}
name: {{ include "inference.secret" (index . 0) }}
key: {{ index . 1 }}
{{- end -}}
{{- end -}}

{{- /* a number without an exponent, which no setting takes */ -}}
{{- define "inference.text" -}}
{{- if and (kindIs "float64" .) (eq (floor .) .) -}}{{ int64 . }}{{- else -}}{{ . }}{{- end -}}
{{- end -}}

{{- define "inference.path" -}}
{{- if .Values.ingress.enabled -}}{{ .Values.ingress.path }}
{{- else if .Values.gateway.enabled -}}{{ .Values.gateway.path }}
{{- else -}}/{{- end -}}
{{- end -}}

{{- /* settings that follow from other values, below those that are named; the path of PUBLIC_URL is the one that is served */ -}}
{{- define "inference.settings" -}}
{{- $settings := dict "LOG_FORMAT" "json" -}}
{{- $path := include "inference.path" . | trimSuffix "/" -}}
{{- if and .Values.ingress.enabled .Values.ingress.host -}}
{{- $scheme := ternary "https" "http" (not (empty .Values.ingress.tlsSecret)) -}}
{{- $_ := set $settings "PUBLIC_URL" (printf "%s://%s%s" $scheme .Values.ingress.host $path) -}}
{{- else if and .Values.gateway.enabled .Values.gateway.hostnames -}}
{{- $_ := set $settings "PUBLIC_URL" (printf "https://%s%s" (first .Values.gateway.hostnames) $path) -}}
{{- end -}}
{{- if .Values.storage.sharedFiles.enabled -}}{{- $_ := set $settings "STORAGE_DIR" "/files" -}}{{- end -}}
{{- toYaml (merge (deepCopy .Values.settings) $settings) -}}
{{- end -}}

{{- /* the environment of a container; takes (list $ fixed-and-own settings) */ -}}
{{- define "inference.env" -}}
{{- $root := index . 0 -}}
{{- $settings := merge (deepCopy (index . 1)) (include "inference.settings" $root | fromYaml) -}}
{{- range $name, $value := $settings }}
- name: {{ $name }}
  value: {{ include "inference.text" $value | quote }}
{{- end }}
{{- range $name, $reference := $root.Values.secrets.references }}
- name: {{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ $reference.name }}
      key: {{ $reference.key }}
{{- end }}
{{- with $root.Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "inference.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "inference.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  {{- toYaml .Values.seccompProfile | nindent 2 }}
{{- end -}}

{{- /* what every pod begins with */ -}}
{{- define "inference.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* a class of workers with its defaults; takes (list $ name) */ -}}
{{- define "inference.class" -}}
{{- $class := index (index . 0).Values.workers (index . 1) | default dict -}}
{{- toYaml (merge (deepCopy $class) (deepCopy (index . 0).Values.workerDefaults)) -}}
{{- end -}}

{{- /* how long a worker may take to stop */ -}}
{{- define "inference.graceSeconds" -}}
{{- $settings := merge (deepCopy (index . 1).settings) (deepCopy (index . 0).Values.settings) -}}
{{- add (ceil (get $settings "SHUTDOWN_GRACE_SECONDS" | default 30) | int64) 40 -}}
{{- end -}}

{{- /* what cannot be right, in a sentence each */ -}}
{{- define "inference.check" -}}
{{- $secrets := .Values.secrets -}}
{{- $sources := list -}}
{{- if $secrets.existingSecret -}}{{- $sources = append $sources "existingSecret" -}}{{- end -}}
{{- if $secrets.external.enabled -}}{{- $sources = append $sources "external" -}}{{- end -}}
{{- if $secrets.values -}}{{- $sources = append $sources "values" -}}{{- end -}}
{{- if gt (len $sources) 1 -}}
{{- fail (printf "secrets: set one of existingSecret, external and values, not %s" (join " and " $sources)) -}}
{{- end -}}
{{- range $name := list "DATABASE_URL" "REDIS_URL" "SECRET_KEY" -}}
{{- $here := or $secrets.existingSecret (hasKey $secrets.references $name) (and $secrets.external.enabled (hasKey $secrets.external.data $name)) (hasKey $secrets.values $name) -}}
{{- if not $here -}}
{{- fail (printf "secrets: %s is nowhere; name a Secret that has it in secrets.existingSecret, or give it in secrets.references, secrets.external.data or secrets.values" $name) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.monitoring.enabled (not (or $secrets.existingSecret (hasKey $secrets.references "METRICS_TOKEN") (and $secrets.external.enabled (hasKey $secrets.external.data "METRICS_TOKEN")) (hasKey $secrets.values "METRICS_TOKEN"))) -}}
{{- fail "monitoring: METRICS_TOKEN is nowhere among the secrets; metrics need it" -}}
{{- end -}}
{{- if and $secrets.external.enabled (not $secrets.external.store.name) -}}
{{- fail "secrets.external.store.name: is not set; name the SecretStore" -}}
{{- end -}}
{{- if and (not .Values.storage.sharedFiles.enabled) (ne (get .Values.settings "STORAGE_TYPE" | default "local" | toString) "s3") -}}
{{- fail "storage: API and workers would share no files; set settings.STORAGE_TYPE to s3 with settings.S3_BUCKET, or storage.sharedFiles.enabled" -}}
{{- end -}}
{{- if and (eq (get .Values.settings "STORAGE_TYPE" | default "local" | toString) "s3") (not (get .Values.settings "S3_BUCKET")) -}}
{{- fail "settings.S3_BUCKET: is not set; STORAGE_TYPE=s3 needs it" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.host: is not set; an Ingress without a host would take every name" -}}
{{- end -}}
{{- if and .Values.gateway.enabled (not .Values.gateway.parentRefs) -}}
{{- fail "gateway.parentRefs: is empty; name the Gateway" -}}
{{- end -}}
{{- if and .Values.ingress.enabled .Values.gateway.enabled -}}
{{- fail "ingress and gateway: enable one of them" -}}
{{- end -}}
{{- $path := include "inference.path" . | trimSuffix "/" -}}
{{- if and $path (not (hasSuffix $path (get (include "inference.settings" . | fromYaml) "PUBLIC_URL" | default "" | trimSuffix "/"))) -}}
{{- fail (printf "settings.PUBLIC_URL: has to end with %s, below which everything is served" $path) -}}
{{- end -}}
{{- if gt (int .Values.api.autoscaling.minReplicas) (int .Values.api.autoscaling.maxReplicas) -}}
{{- fail "api.autoscaling.minReplicas: is more than maxReplicas" -}}
{{- end -}}
{{- $root := . -}}
{{- range $name, $_ := .Values.workers -}}
{{- $class := include "inference.class" (list $root $name) | fromYaml -}}
{{- if and $class.enabled $class.scaling.enabled -}}
{{- if gt (int $class.scaling.minReplicas) (int $class.scaling.maxReplicas) -}}
{{- fail (printf "workers.%s.scaling.minReplicas: is more than maxReplicas" $name) -}}
{{- end -}}
{{- if and (eq $root.Values.scaler.source "prometheus") (not $root.Values.scaler.prometheus.serverAddress) -}}
{{- fail "scaler.prometheus.serverAddress: is not set; scaler.source=prometheus needs it" -}}
{{- end -}}
{{- end -}}
{{- if and $class.enabled (eq $name "vllm") (not $class.image) -}}
{{- fail "workers.vllm.image: is not set; name an image of the target worker-vllm" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* the spec of an ExternalSecret; takes (list $ target) */ -}}
{{- define "inference.externalSecret" -}}
{{- $external := (index . 0).Values.secrets.external -}}
refreshInterval: {{ $external.refreshInterval }}
secretStoreRef:
  name: {{ $external.store.name }}
  kind: {{ $external.store.kind }}
target:
  name: {{ index . 1 }}
  creationPolicy: Owner
data:
  {{- range $variable, $place := $external.data }}
  - secretKey: {{ $variable }}
    remoteRef:
      key: {{ $place.key }}
      {{- with $place.property }}
      property: {{ . }}
      {{- end }}
  {{- end }}
{{- end -}}
