#!/usr/bin/env bash
# Installs the chart on the cluster that KUBECONFIG names, tests, upgrades, scales and rolls it back, and removes it again.
#   IMAGE=registry.example.org/llmblender:0.1.0 deploy/kubernetes/run.sh [VALUES]
# It needs kubectl, helm 3.13 or newer, curl, and an image that the cluster can pull. It works in a namespace of its own, which it creates and deletes.
# It ends with 0 only if every step succeeds and no request fails while pods are replaced.
set -euo pipefail
cd "$(dirname "$0")/../.."

: "${IMAGE:?is the image to install, REPOSITORY:TAG}"
values="${1:-helm/llmblender/examples/small.yaml}"
namespace="llmblender-check-$$"
release=check
requests=$(mktemp)
forward=""
load=""

step() { printf '\n== %s\n' "$*"; }
finish() {
  local code=$?
  [ -z "$load" ] || kill "$load" 2>/dev/null || true
  [ -z "$forward" ] || kill "$forward" 2>/dev/null || true
  if [ "$code" != 0 ]; then
    kubectl -n "$namespace" get pods,events || true
    kubectl -n "$namespace" logs -l llmblender/silo=true --tail=20 --prefix || true
  fi
  kubectl delete namespace "$namespace" --wait=false --ignore-not-found || true
  rm -f "$requests"
  exit "$code"
}
trap finish EXIT

upgrade() {
  helm upgrade --install "$release" helm/llmblender -n "$namespace" -f "$values" \
    --set image.repository="${IMAGE%:*}" --set image.tag="${IMAGE##*:}" --wait --timeout 10m "$@"
}

# Two gateways and two pods that blend and compare, so that one of each may be replaced while requests are sent.
two=(--set gateway.replicas=2 --set blend.replicas=2 --set compare.replicas=2)

step "server-side dry run"
kubectl create namespace "$namespace"
kubectl label namespace "$namespace" pod-security.kubernetes.io/enforce=restricted
helm template "$release" helm/llmblender -n "$namespace" -f "$values" --no-hooks | kubectl -n "$namespace" apply --server-side --dry-run=server --validate=strict -f - >/dev/null

step "install"
upgrade "${two[@]}"

step "test"
helm test "$release" -n "$namespace" --logs

step "requests from a pod of the cluster, all the time"
kubectl -n "$namespace" run client --image="${CLIENT:-curlimages/curl:8.11.1}" --restart=Never --labels=app.kubernetes.io/component=client --override-type=strategic \
  --overrides='{"spec":{"automountServiceAccountToken":false,"securityContext":{"runAsNonRoot":true,"runAsUser":65534,"seccompProfile":{"type":"RuntimeDefault"}},"containers":[{"name":"client","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}}' \
  --command -- sh -c 'while :; do curl -s -o /dev/null -w "%{http_code}\n" --max-time 60 -H "Content-Type: application/json" -d "{\"instruction\":\"What is two and two?\",\"candidates\":[{\"text\":\"Four.\"},{\"text\":\"Five.\"}]}" http://'"$release"'-llmblender/v1/rank || echo failed; done'
kubectl -n "$namespace" wait pod/client --for=condition=Ready --timeout=2m
count() { kubectl -n "$namespace" logs client >"$requests"; printf '%s requests, %s failed\n' "$(wc -l <"$requests")" "$(grep -vc '^200$' "$requests" || true)"; ! grep -qv '^200$' "$requests"; }

step "upgrade: every pod is replaced"
upgrade "${two[@]}" --set-string common.podAnnotations.round=2
count

step "scale up and down"
upgrade "${two[@]}" --set-string common.podAnnotations.round=2 --set compare.replicas=3 --set gateway.replicas=3
upgrade "${two[@]}" --set-string common.podAnnotations.round=2
count

step "autoscaling is turned on: no live pod is removed at once"
upgrade "${two[@]}" --set-string common.podAnnotations.round=2 --set gateway.autoscaling.enabled=true
test "$(kubectl -n "$namespace" get deployment "$release-llmblender-gateway" -o jsonpath='{.spec.replicas}')" = 2

step "roll back"
helm rollback "$release" 1 -n "$namespace" --wait --timeout 10m
count

step "done"
