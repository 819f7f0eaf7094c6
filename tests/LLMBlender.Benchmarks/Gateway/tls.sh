#!/usr/bin/env bash
# What mutual TLS between the processes of a cluster costs: blends of three members over a gateway and a process that blends, compares and fuses, of two
# clusters in turn, one with --cluster-tls and one without, in one run on one machine:
#   tls.sh PATH/TO/llmblender [SECONDS]
# ROUNDS (5) alternate; the first, more, is not counted. Wants nginx (the backends, which answer at once), wrk and redis-server. The target is 0.9.
set -euo pipefail
program=$(realpath "$1") seconds=${2:-5} rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'kill $(cat "$work"/*.pid 2>/dev/null) 2>/dev/null || true; sleep 1; rm -rf "$work"' EXIT

answer() { # a model's whole answer
    printf '{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],"usage":{"prompt_tokens":10,"completion_tokens":12,"total_tokens":22}}' "$1"
}

cat >"$work/nginx.conf" <<END
pid $work/nginx.pid; error_log $work/nginx.log; worker_processes 1; daemon on;
events { worker_connections 1024; }
http {
    access_log off; default_type application/json; keepalive_requests 1000000;
    client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
    server {
        listen 127.0.0.1:19201;
        location /a/ { return 200 '$(answer "Paris is the capital of France, and its largest city.")'; }
        location /b/ { return 200 '$(answer "The capital is Paris.")'; }
        location /c/ { return 200 '$(answer "France has had several capitals; today it is Paris, on the Seine.")'; }
    }
}
END
nginx -c "$work/nginx.conf"
redis-server --port 19202 --bind 127.0.0.1 --dir "$work" --save "" --daemonize yes --pidfile "$work/redis.pid" >/dev/null
cat >"$work/settings.json" <<END
{ "LLMBlender": { "Discover": false,
  "Backends": [ { "Name": "a", "Model": "m", "Url": "http://127.0.0.1:19201/a/v1" },
                { "Name": "b", "Model": "m", "Url": "http://127.0.0.1:19201/b/v1" },
                { "Name": "c", "Model": "m", "Url": "http://127.0.0.1:19201/c/v1" } ],
  "Panels": [ { "Name": "three", "Members": ["a", "b", "c"], "Fuser": "select" } ] } }
END
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
awk -F'\t' '
    function middle(list, n,   i, j, t) { n = split(list, v, " "); for (i = 2; i <= n; i++) for (j = i; j > 1 && v[j-1] + 0 > v[j] + 0; j--) { t = v[j]; v[j] = v[j-1]; v[j-1] = t }
        return n % 2 ? v[(n + 1) / 2] + 0 : (v[n / 2] + v[n / 2 + 1]) / 2 }
    { rate[$1] = rate[$1] " " $2; errors[$1] += $3 }
    END { for (c in rate) printf "%-6s %8.1f blends /s, errors %d\n", c, middle(rate[c]), errors[c]; printf "with TLS %.3f of the blends without\n", middle(rate["tls"]) / middle(rate["plain"]) }' "$work/measured"
echo "load: $(cut -d' ' -f1-3 /proc/loadavg)"
