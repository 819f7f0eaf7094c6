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

{{- /* What --role says for a Deployment's pods. */ -}}
{{- define "llmblender.roleArgument" -}}
{{- if and (eq .role "blend") (not .root.Values.fuse.enabled) -}}blend,fuse
{{- else if and (eq .role "gateway") .root.Values.gateway.dashboard -}}gateway,dashboard
{{- else -}}{{ .role }}{{- end -}}
{{- end -}}

{{- define "llmblender.image" -}}
{{- $image := .root.Values.image -}}
{{- $cuda := and (eq .role "compare") .root.Values.compare.gpu.enabled -}}
{{- $digest := ternary $image.cudaDigest $image.digest $cuda -}}
{{- if $digest -}}
{{- printf "%s@%s" $image.repository $digest -}}
{{- else -}}
{{- printf "%s:%s%s" $image.repository (default .root.Chart.AppVersion $image.tag) (ternary "-cuda" "" $cuda) -}}
{{- end -}}
{{- end -}}

{{- /* Where Redis is, as far as it is no secret. */ -}}
{{- define "llmblender.redis" -}}
{{- if .Values.redis.address -}}
{{- .Values.redis.address -}}
{{- else -}}
{{- include "llmblender.fullname" . }}-redis:6379
{{- end -}}
{{- end -}}

{{- /* The configuration file. Pods that ask nobody are told of no backends. */ -}}
{{- define "llmblender.settings" -}}
{{- $values := .root.Values -}}
{{- $settings := deepCopy $values.settings -}}
{{- if not (has .role (list "blend" "fuse")) -}}
{{- $settings = omit $settings "Backends" "Scorers" "Panels" "LiteLLM" -}}
{{- end -}}
{{- if eq .role "gateway" -}}
{{- $callers := list -}}
{{- range $values.callers -}}
{{- $caller := dict "Name" .name -}}
{{- if .keySha256 -}}{{- $_ := set $caller "KeySha256" .keySha256 -}}{{- end -}}
{{- if .requestsPerMinute -}}{{- $_ := set $caller "RequestsPerMinute" .requestsPerMinute -}}{{- end -}}
{{- if hasKey . "spendPerDay" -}}{{- $_ := set $caller "SpendPerDay" .spendPerDay -}}{{- end -}}
{{- if hasKey . "tokensPerDay" -}}{{- $_ := set $caller "TokensPerDay" .tokensPerDay -}}{{- end -}}
{{- $callers = append $callers $caller -}}
{{- end -}}
{{- $_ := set $settings "Gateway" (merge (dict "Callers" $callers "AllowAnonymous" $values.allowAnonymous) $settings.Gateway) -}}
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

{{- define "llmblender.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "llmblender.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
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
{{- if and .Values.compare.autoscaling.enabled .Values.compare.keda.enabled -}}
{{- fail "compare: autoscaling.enabled and keda.enabled are both true; one of them may scale the pods" -}}
{{- end -}}
{{- range $role := splitList " " (include "llmblender.roles" .) -}}
{{- $scale := (index $.Values $role).autoscaling -}}
{{- if and $scale.enabled (gt (int $scale.minReplicas) (int $scale.maxReplicas)) -}}
{{- fail (printf "%s.autoscaling: minReplicas is %d, and must be at most maxReplicas, %d" $role (int $scale.minReplicas) (int $scale.maxReplicas)) -}}
{{- end -}}
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
{{- range $panel := .Values.settings.Panels -}}
{{- range $panel.Members -}}
{{- if and (not (hasKey $known .)) (not $.Values.settings.LiteLLM) -}}
{{- fail (printf "settings.Panels: \"%s\" asks \"%s\", and no backend of settings.Backends has that name" $panel.Name .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Tokens that wait for the accelerators, all pods together. */ -}}
{{- define "llmblender.queueQuery" -}}
sum(llmblender_queue_tokens{namespace="{{ .Release.Namespace }}",service="{{ include "llmblender.fullname" . }}-metrics"}) or vector(0)
{{- end -}}
