#!/usr/bin/env bash
# What mutual TLS between the processes of a cluster costs: blends of three members over a gateway and a process that blends, compares and fuses, of two
# clusters in turn, one with --cluster-tls and one without, in one run on one machine:
#   tls.sh PATH/TO/llmblender [SECONDS]
# ROUNDS (5) alternate; the first, more, is not counted. Wants nginx (the backends, which answer at once), wrk and redis-server. The target is 0.9.
set -euo pipefail
program=$(realpath "$1") seconds=${2:-5} rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'kill $(cat "$work"/*.pid 2>/dev/null) 2>/dev/null || true; sleep 1; rm -rf "$work"' EXIT

source "$(dirname "$0")/backends.sh"
start_backends "$work" 19201 19207
redis-server --port 19202 --bind 127.0.0.1 --dir "$work" --save "" --daemonize yes --pidfile "$work/redis.pid" >/dev/null
"$program" secrets --to "$work/secrets" >/dev/null

start() { # cluster, role, port, more options
    "$program" serve --role "$2" --redis 127.0.0.1:19202 --cluster-id "$1" --advertise 127.0.0.1 --urls "http://127.0.0.1:$3" --config "$work/settings.json" "${@:4}" >"$work/$1-$2.out" 2>"$work/$1-$2.err" &
    echo $! >"$work/$1-${2//,/-}.pid"
    until grep -q ^ready "$work/$1-$2.out"; do sleep 0.2; kill -0 "$(cat "$work/$1-${2//,/-}.pid")" || { cat "$work/$1-$2.err"; exit 1; }; done
}
start plain blend,compare,fuse 19203
start plain gateway 19204
start tls blend,compare,fuse 19205 --cluster-tls "$work/secrets"
start tls gateway 19206 --cluster-tls "$work/secrets"

cat >"$work/post.lua" <<'END'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"model":"three","messages":[{"role":"user","content":"What is the capital of France?"}]}'
done = function(summary, latency)
    io.write(string.format("%.1f\t%d\n", summary.requests / summary.duration * 1e6, summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
END

measure() { # cluster, port
    printf '%s\t' "$1"
    wrk -t1 -c16 -d"${seconds}s" -s "$work/post.lua" "http://127.0.0.1:$2/v1/chat/completions" | tail -1
}
for (( round = 0; round <= rounds; round++ )); do
    if (( round % 2 )); then measure plain 19204; measure tls 19206; else measure tls 19206; measure plain 19204; fi | { if (( round )); then cat >>"$work/measured"; else cat >/dev/null; fi; }
done
awk -F'\t' "$median"'
    { rate[$1] = rate[$1] " " $2; errors[$1] += $3 }
    END { for (c in rate) printf "%-6s %8.1f blends /s, errors %d\n", c, median(rate[c]), errors[c]; printf "with TLS %.3f of the blends without\n", median(rate["tls"]) / median(rate["plain"]) }' "$work/measured"
echo "load: $(cut -d' ' -f1-3 /proc/loadavg)"
