{{- define "llmblender.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "llmblender.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "llmblender.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "llmblender.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "llmblender.selector" -}}
app.kubernetes.io/name: {{ include "llmblender.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "llmblender.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{ include "llmblender.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: llmblender
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "llmblender.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "llmblender.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- /* The roles that have pods of their own. */ -}}
{{- define "llmblender.roles" -}}
gateway blend compare{{ if .Values.fuse.enabled }} fuse{{ end }}
{{- end -}}

{{- /* Two maps as one, in JSON: values of "over" replace those of "base", also false and 0. */ -}}
{{- define "llmblender.merge" -}}
{{- $result := deepCopy .base -}}
{{- range $key, $value := .over -}}
{{- if and (kindIs "map" $value) (kindIs "map" (index $result $key)) -}}
{{- $_ := set $result $key (include "llmblender.merge" (dict "base" (index $result $key) "over" $value) | fromJson) -}}
{{- else -}}
{{- $_ := set $result $key $value -}}
{{- end -}}
{{- end -}}
{{- $result | toJson -}}
{{- end -}}

{{- /* A role's values with those of common: maps together, lists one after the other, the role's text and number if it has one. */ -}}
{{- define "llmblender.withCommon" -}}
{{- $result := deepCopy .values -}}
{{- range $key, $value := .common -}}
{{- $own := index $result $key -}}
{{- if kindIs "map" $value -}}
{{- $_ := set $result $key (include "llmblender.merge" (dict "base" $value "over" (default dict $own)) | fromJson) -}}
{{- else if kindIs "slice" $value -}}
{{- $_ := set $result $key (concat $value (default list $own)) -}}
{{- else -}}
{{- $_ := set $result $key (default $value $own) -}}
{{- end -}}
{{- end -}}
{{- $result | toJson -}}
{{- end -}}

{{- /* The Deployments of silos, in JSON: each role, or each pool of the role compare, with its name's ending and its values. */ -}}
{{- define "llmblender.groups" -}}
{{- $groups := list -}}
{{- range $role := splitList " " (include "llmblender.roles" .) -}}
{{- $values := index $.Values $role -}}
{{- $pools := default list $values.pools -}}
{{- if $pools -}}
{{- range $pools -}}
{{- $own := include "llmblender.merge" (dict "base" (omit $values "pools") "over" (omit . "name")) | fromJson -}}
{{- $own = include "llmblender.withCommon" (dict "values" $own "common" $.Values.common) | fromJson -}}
{{- $groups = append $groups (dict "role" $role "pool" .name "name" (printf "%s-%s" $role .name) "values" $own) -}}
{{- end -}}
{{- else -}}
{{- $own := include "llmblender.withCommon" (dict "values" $values "common" $.Values.common) | fromJson -}}
{{- $groups = append $groups (dict "role" $role "pool" "" "name" $role "values" $own) -}}
{{- end -}}
{{- end -}}
{{- dict "groups" $groups | toJson -}}
{{- end -}}

{{- /* The labels by which a group's pods are selected. */ -}}
{{- define "llmblender.groupSelector" -}}
{{ include "llmblender.selector" .root }}
app.kubernetes.io/component: {{ .role }}
{{- if .pool }}
llmblender/pool: {{ .pool }}
{{- end }}
{{- end -}}

{{- /* Whether a role's pods load models. */ -}}
{{- define "llmblender.loadsModels" -}}
{{- if or (eq .role "compare") (eq .role "fuse") (and (eq .role "blend") (not .root.Values.fuse.enabled)) -}}true{{- end -}}
{{- end -}}

{{- define "llmblender.clusterId" -}}
{{- default (printf "%s.%s" .Release.Namespace (include "llmblender.fullname" .)) .Values.clusterId -}}
{{- end -}}

{{- define "llmblender.pullSecrets" -}}
{{- $names := list -}}
{{- range concat .Values.image.pullSecrets (default list (default dict .Values.global).imagePullSecrets) -}}
{{- if kindIs "map" . -}}{{- $names = append $names .name -}}{{- else -}}{{- $names = append $names . -}}{{- end -}}
{{- end -}}
{{- with uniq $names }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{- /* An image's name, below the registry of global.imageRegistry if there is one. */ -}}
{{- define "llmblender.registry" -}}
{{- with (default dict .root.Values.global).imageRegistry -}}{{ trimSuffix "/" . }}/{{- end -}}{{ .name }}
{{- end -}}

{{- /* The whole processors of a pod: its limit, or else its request. */ -}}
{{- define "llmblender.processors" -}}
{{- $cpu := dig "limits" "cpu" (dig "requests" "cpu" "0" .resources) .resources | toString -}}
{{- if hasSuffix "m" $cpu }}{{ div (int (trimSuffix "m" $cpu)) 1000 }}{{ else }}{{ int (float64 $cpu) }}{{ end -}}
{{- end -}}

{{- /* What --role says for a Deployment's pods. */ -}}
{{- define "llmblender.roleArgument" -}}
{{- if and (eq .role "blend") (not .root.Values.fuse.enabled) -}}blend,fuse
{{- else -}}{{ .role }}{{- end -}}
{{- if .root.Values.gateway.dashboard -}},dashboard{{- end -}}
{{- end -}}

{{- define "llmblender.image" -}}
{{- $image := .root.Values.image -}}
{{- $cuda := dig "gpu" "enabled" false .values -}}
{{- $repository := include "llmblender.registry" (dict "root" .root "name" $image.repository) -}}
{{- $digest := ternary $image.cudaDigest $image.digest $cuda -}}
{{- if $digest -}}
{{- printf "%s@%s" $repository $digest -}}
{{- else -}}
{{- printf "%s:%s%s" $repository (default .root.Chart.AppVersion $image.tag) (ternary "-cuda" "" $cuda) -}}
{{- end -}}
{{- end -}}

{{- /* Where Redis is, as far as it is no secret. */ -}}
{{- define "llmblender.redis" -}}
{{- if .Values.redis.address -}}
{{- .Values.redis.address -}}
{{- else -}}
{{- include "llmblender.fullname" . }}-redis:6379
{{- end -}}
{{- with .Values.redis.sentinelMaster -}},serviceName={{ . }}{{- end -}}
{{- with .Values.redis.user -}},user={{ . }}{{- end -}}
{{- if .Values.redis.tls -}},ssl=true{{- end -}}
{{- if .Values.redis.passwordSecret.name -}},password=$(LLMBLENDER_REDIS_PASSWORD){{- end -}}
{{- end -}}

{{- /* The configuration file. Pods that ask nobody are told of no backends. */ -}}
{{- define "llmblender.settings" -}}
{{- $values := .root.Values -}}
{{- $settings := deepCopy $values.settings -}}
{{- if not (has .role (list "blend" "fuse")) -}}
{{- $settings = omit $settings "Backends" "Scorers" "Panels" "LiteLLM" -}}
{{- end -}}
{{- with (default dict .values).rankers -}}
{{- $_ := set $settings "Rankers" . -}}
{{- end -}}
{{- if eq .role "gateway" -}}
{{- $callers := list -}}
{{- range $values.callers -}}
{{- $caller := dict "Name" .name -}}
{{- if .keySha256 -}}{{- $_ := set $caller "KeySha256" .keySha256 -}}{{- end -}}
{{- if .maxConcurrency -}}{{- $_ := set $caller "MaxConcurrency" .maxConcurrency -}}{{- end -}}
{{- if .requestsPerMinute -}}{{- $_ := set $caller "RequestsPerMinute" .requestsPerMinute -}}{{- end -}}
{{- if hasKey . "spendPerDay" -}}{{- $_ := set $caller "SpendPerDay" .spendPerDay -}}{{- end -}}
{{- if hasKey . "tokensPerDay" -}}{{- $_ := set $caller "TokensPerDay" .tokensPerDay -}}{{- end -}}
{{- $callers = append $callers $caller -}}
{{- end -}}
{{- $_ := set $settings "Gateway" (merge (dict "Callers" $callers "AllowAnonymous" $values.allowAnonymous) $settings.Gateway (dict "LeaveTime" "00:00:05")) -}}
{{- else -}}
{{- $settings = omit $settings "Gateway" -}}
{{- end -}}
{{- $drain := int $values.drain.seconds -}}
{{- $time := printf "%02d:%02d:%02d" (div $drain 3600) (mod (div $drain 60) 60) (mod $drain 60) -}}
{{- $_ := set $settings "Admission" (merge (dict "DrainTimeout" $time) $settings.Admission) -}}
{{- dict "LLMBlender" $settings "Logging" (dict "LogLevel" $values.logging) | toPrettyJson -}}
{{- end -}}

{{- /* What of it a running pod does not take up by itself. */ -}}
{{- define "llmblender.settingsChecksum" -}}
{{- $settings := include "llmblender.settings" . | fromJson -}}
{{- $_ := set $settings "LLMBlender" (omit $settings.LLMBlender "Backends" "Scorers" "Panels") -}}
{{- $settings | toJson | sha256sum -}}
{{- end -}}

{{- /* The pod's security context; with a user of its own for images that have another one. */ -}}
{{- define "llmblender.podSecurity" -}}
{{- $context := deepCopy .root.Values.podSecurityContext -}}
{{- if .user -}}
{{- range list "runAsUser" "runAsGroup" "fsGroup" -}}
{{- if hasKey $context . -}}{{- $_ := set $context . $.user -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $context -}}
{{- end -}}

{{- define "llmblender.containerSecurity" -}}
{{- toYaml .Values.containerSecurityContext -}}
{{- end -}}

{{- /* What a schema cannot say. */ -}}
{{- define "llmblender.check" -}}
{{- $redis := .Values.redis -}}
{{- $named := 0 -}}
{{- if $redis.address -}}{{- $named = add $named 1 -}}{{- end -}}
{{- if $redis.existingSecret.name -}}{{- $named = add $named 1 -}}{{- end -}}
{{- if $redis.trial.enabled -}}{{- $named = add $named 1 -}}{{- end -}}
{{- if ne (int $named) 1 -}}
{{- fail (printf "redis: exactly one of redis.address, redis.existingSecret.name and redis.trial.enabled must be given; %d are" (int $named)) -}}
{{- end -}}
{{- if and .Values.networkPolicy.clients (not .Values.ports.grains) -}}
{{- fail "networkPolicy.clients: they connect to ports.grains, which is 0, for none" -}}
{{- end -}}
{{- if and (not .Values.callers) (not .Values.allowAnonymous) -}}
{{- fail "callers: without callers the gateway would answer 401 to everybody: name some in callers, or set allowAnonymous=true" -}}
{{- end -}}
{{- if and .Values.callers .Values.allowAnonymous -}}
{{- fail "allowAnonymous: true goes with no callers" -}}
{{- end -}}
{{- $seen := dict -}}
{{- range $i, $caller := .Values.callers -}}
{{- if hasKey $seen $caller.name -}}
{{- fail (printf "callers[%d].name: \"%s\" is another caller's name already" $i $caller.name) -}}
{{- end -}}
{{- $_ := set $seen $caller.name true -}}
{{- end -}}
{{- $pools := dict -}}
{{- range $i, $pool := .Values.compare.pools -}}
{{- if hasKey $pools $pool.name -}}
{{- fail (printf "compare.pools[%d].name: \"%s\" is another pool's name already" $i $pool.name) -}}
{{- end -}}
{{- $_ := set $pools $pool.name true -}}
{{- end -}}
{{- $reserved := list "app.kubernetes.io/name" "app.kubernetes.io/instance" "app.kubernetes.io/component" "app.kubernetes.io/version" "app.kubernetes.io/managed-by" "app.kubernetes.io/part-of" "helm.sh/chart" "llmblender/silo" "llmblender/pool" -}}
{{- range $key, $_ := .Values.commonLabels -}}
{{- if has $key $reserved -}}{{- fail (printf "commonLabels: the chart sets \"%s\" itself" $key) -}}{{- end -}}
{{- end -}}
{{- range $group := (include "llmblender.groups" . | fromJson).groups -}}
{{- $at := ternary (printf "compare.pools.%s" $group.pool) $group.role (ne $group.pool "") -}}
{{- $scale := $group.values.autoscaling -}}
{{- if and $scale.enabled (gt (int $scale.minReplicas) (int $scale.maxReplicas)) -}}
{{- fail (printf "%s.autoscaling: minReplicas is %d, and must be at most maxReplicas, %d" $at (int $scale.minReplicas) (int $scale.maxReplicas)) -}}
{{- end -}}
{{- $keda := default dict $group.values.keda -}}
{{- if and $scale.enabled $keda.enabled -}}
{{- fail (printf "%s: autoscaling.enabled and keda.enabled are both true; one of them may scale the pods" $at) -}}
{{- end -}}
{{- if and $scale.enabled (dig "gpu" "enabled" false $group.values) -}}
{{- fail (printf "%s.autoscaling: it scales on processor use, which says nothing of pods with GPUs; use keda" $at) -}}
{{- end -}}
{{- if and $keda.enabled (gt (int $keda.minReplicas) (int $keda.maxReplicas)) -}}
{{- fail (printf "%s.keda: minReplicas is %d, and must be at most maxReplicas, %d" $at (int $keda.minReplicas) (int $keda.maxReplicas)) -}}
{{- end -}}
{{- range $key, $_ := $group.values.podLabels -}}
{{- if or (has $key $reserved) (hasKey $.Values.commonLabels $key) -}}{{- fail (printf "%s.podLabels: the chart sets \"%s\" itself" $at $key) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.redis.passwordSecret.name (not .Values.redis.address) -}}
{{- fail "redis.passwordSecret: it goes with redis.address; redis.existingSecret has the password in its own configuration" -}}
{{- end -}}
{{- if and .Values.ca.configMap .Values.ca.secret -}}
{{- fail "ca: configMap and secret are both given; one of them may have the certificates" -}}
{{- end -}}
{{- $known := dict -}}
{{- range .Values.settings.Backends -}}{{- $_ := set $known .Name true -}}{{- end -}}
{{- range $list := list "Backends" "Scorers" -}}
{{- range index $.Values.settings $list -}}
{{- if .KeyVariable -}}
{{- if not (hasKey $.Values.keys .KeyVariable) -}}
{{- if not (regexMatch "^[A-Z_][A-Z0-9_]*$" .KeyVariable) -}}
{{- fail (printf "settings.%s: \"%s\" has a KeyVariable of %d characters that keys has no secret for and that is no variable's name; a key belongs in the secret that keys names" $list .Name (len .KeyVariable)) -}}
{{- end -}}
{{- fail (printf "settings.%s: \"%s\" has its key in the variable %s, which keys must name a secret for" $list .Name .KeyVariable) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- /* A member may be a panel or a variant of one. */ -}}
{{- range $panel := .Values.settings.Panels -}}
{{- $_ := set $known $panel.Name true -}}
{{- range $panel.Variants -}}
{{- $_ := set $known (printf "%s:%s" $panel.Name .Name) true -}}
{{- end -}}
{{- end -}}
{{- range $panel := .Values.settings.Panels -}}
{{- with $panel.Deadline -}}
{{- $parts := splitList ":" . -}}
{{- $days := ternary (int (first (splitList "." (first $parts)))) 0 (contains "." (first $parts)) -}}
{{- $seconds := add (mul $days 86400) (mul (int (last (splitList "." (first $parts)))) 3600) (mul (int (index $parts 1)) 60) (int (first (splitList "." (last $parts)))) -}}
{{- if gt $seconds (int64 $.Values.drain.seconds) -}}
{{- fail (printf "settings.Panels: \"%s\" has a Deadline of %d seconds, and must end within drain.seconds, %d, or a rollout ends its requests" $panel.Name $seconds (int $.Values.drain.seconds)) -}}
{{- end -}}
{{- end -}}
{{- range $panel.Members -}}
{{- if and (not (hasKey $known .)) (not $.Values.settings.LiteLLM) -}}
{{- fail (printf "settings.Panels: \"%s\" asks \"%s\", and no backend of settings.Backends has that name" $panel.Name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* The matchers of a group's series, and of all series of the release. */ -}}
{{- define "llmblender.matchers" -}}
namespace="{{ .root.Release.Namespace }}",release="{{ .root.Release.Name }}"{{ with .pool }},pool="{{ . }}"{{ end }}
{{- end -}}

{{- /* 0 while any process of the release is scraped and none of the group; without any there is no value, and KEDA falls back. */ -}}
{{- define "llmblender.orZero" -}}
or 0 * count(llmblender_silo_ready{namespace="{{ .root.Release.Namespace }}",release="{{ .root.Release.Name }}"})
{{- end -}}

{{- /* Accelerators that compute, all pods of the group together. */ -}}
{{- define "llmblender.busyQuery" -}}
sum(rate(llmblender_accelerator_busy_seconds_total{ {{- include "llmblender.matchers" . -}} }[2m])) {{ include "llmblender.orZero" . }}
{{- end -}}

{{- /* Tokens that wait for the accelerators, all pods of the group together. */ -}}
{{- define "llmblender.queueQuery" -}}
sum(llmblender_queue_tokens{ {{- include "llmblender.matchers" . -}} }) {{ include "llmblender.orZero" . }}
{{- end -}}

{{- /* Requests that need comparisons: what wakes a group of no pods. The processes that ask count them. */ -}}
{{- define "llmblender.demandQuery" -}}
{{- $release := include "llmblender.matchers" (dict "root" .root "pool" "") -}}
(sum(rate(http_server_request_duration_seconds_count{ {{- $release }},http_route=~"/v1/(blend|rank|compare|chat/completions|responses|messages|rerank)|/v2/rerank|/rerank"}[2m])) {{ include "llmblender.orZero" . }}) + (sum(llmblender_requests_active{ {{- $release }},component=~"gateway|blend"}) {{ include "llmblender.orZero" . }})
{{- end -}}

{{- /* The environment of a silo's container. */ -}}
{{- define "llmblender.env" -}}
- name: POD_IP
  valueFrom: { fieldRef: { fieldPath: status.podIP } }
{{- if .root.Values.redis.passwordSecret.name }}
- name: LLMBLENDER_REDIS_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ .root.Values.redis.passwordSecret.name }}, key: {{ .root.Values.redis.passwordSecret.key }} } }
{{- end }}
- name: LLMBLENDER_REDIS
  {{- if .root.Values.redis.existingSecret.name }}
  valueFrom: { secretKeyRef: { name: {{ .root.Values.redis.existingSecret.name }}, key: {{ .root.Values.redis.existingSecret.key }} } }
  {{- else }}
  value: {{ include "llmblender.redis" .root | quote }}
  {{- end }}
{{- with .root.Values.clusterKeySecret }}
{{- if .name }}
- name: LLMBLENDER_CLUSTER_KEY
  valueFrom: { secretKeyRef: { name: {{ .name }}, key: {{ .key }} } }
{{- end }}
{{- end }}
# A config map's files change by links that only looking finds.
- name: DOTNET_USE_POLLING_FILE_WATCHER
  value: "true"
- name: DOTNET_EnableDiagnostics
  value: "0"
{{- /* The server collector pays where several processors allocate; its heaps adapt to what is used. */}}
{{- if ge (int (include "llmblender.processors" .values)) 4 }}
- name: DOTNET_gcServer
  value: "1"
{{- end }}
{{- if and .root.Values.models.volume (include "llmblender.loadsModels" .) }}
- name: LLMBLENDER_MODELS
  value: {{ .root.Values.models.mountPath }}
{{- end }}
{{- if dig "gpu" "enabled" false .values }}
{{- range $i := until (int .values.gpu.count) }}
- name: LLMBlender__Accelerators__{{ $i }}
  value: cuda:{{ $i }}
{{- end }}
{{- end }}
{{- if eq .role "gateway" }}
{{- range $i, $caller := .root.Values.callers }}
{{- with $caller.secret }}
- name: LLMBlender__Gateway__Callers__{{ $i }}__KeySha256
  valueFrom: { secretKeyRef: { name: {{ .name }}, key: {{ .key }} } }
{{- end }}
{{- end }}
{{- end }}
{{- if or (eq .role "blend") (eq .role "fuse") }}
{{- range $name, $secret := .root.Values.keys }}
- name: {{ $name }}
  valueFrom: { secretKeyRef: { name: {{ $secret.secret }}, key: {{ $secret.key }} } }
{{- end }}
{{- end }}
{{- if eq .root.Values.logFormat "json" }}
- name: Logging__Console__FormatterName
  value: json
{{- end }}
{{- include "llmblender.caEnv" .root }}
{{- $otlp := .root.Values.monitoring.otlp }}
{{- if $otlp.endpoint }}
- name: POD_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
{{- if and $otlp.traces $otlp.metrics $otlp.logs }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ $otlp.endpoint | quote }}
{{- else }}
{{- range $signal := list "traces" "metrics" "logs" }}
{{- if index $otlp $signal }}
- name: OTEL_EXPORTER_OTLP_{{ upper $signal }}_ENDPOINT
  value: {{ ternary $otlp.endpoint (printf "%s/v1/%s" (trimSuffix "/" $otlp.endpoint) $signal) (eq $otlp.protocol "grpc") | quote }}
{{- end }}
{{- end }}
{{- end }}
- name: OTEL_EXPORTER_OTLP_PROTOCOL
  value: {{ $otlp.protocol }}
{{- with $otlp.headersSecret }}
{{- if .name }}
- name: OTEL_EXPORTER_OTLP_HEADERS
  valueFrom: { secretKeyRef: { name: {{ .name }}, key: {{ .key }} } }
{{- end }}
{{- end }}
{{- if lt (float64 $otlp.sampleRatio) 1.0 }}
- name: OTEL_TRACES_SAMPLER
  value: parentbased_traceidratio
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ $otlp.sampleRatio | quote }}
{{- end }}
- name: OTEL_SERVICE_NAME
  value: llmblender
- name: OTEL_RESOURCE_ATTRIBUTES
  value: service.namespace={{ .root.Release.Namespace }},service.instance.id=$(POD_NAME),k8s.pod.name=$(POD_NAME),llmblender.role={{ .role }}
{{- end }}
{{- end -}}

{{- /* Trust in certificates of a CA of one's own, beside the image's. */ -}}
{{- define "llmblender.caEnv" -}}
{{- if or .Values.ca.configMap .Values.ca.secret }}
- name: SSL_CERT_FILE
  value: /etc/llmblender-ca/{{ .Values.ca.key }}
{{- end }}
{{- end -}}

{{- define "llmblender.caMount" -}}
{{- if or .Values.ca.configMap .Values.ca.secret -}}
- { name: ca, mountPath: /etc/llmblender-ca, readOnly: true }
{{- end -}}
{{- end -}}
