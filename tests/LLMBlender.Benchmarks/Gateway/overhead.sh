#!/usr/bin/env bash
# What the gateway adds, beside a plain reverse proxy (nginx) before the same scripted backends, in one run on one machine:
#   overhead.sh PATH/TO/llmblender [PATH/TO/ANOTHER/llmblender] [SECONDS]
# Two builds, named A and B, are measured in turn and in several rounds (ROUNDS, 5), so that they share the machine's state.
# Wants nginx and wrk. The backends are nginx too and answer at once, so that the numbers are the gateway's alone; every
# comparison but the first is answered from the cache. One connection tells what is added to a request, 32 tell throughput.
set -euo pipefail
programs=() seconds=3 rounds=${ROUNDS:-5}
for argument in "$@"; do
    if [[ $argument =~ ^[0-9]+$ ]]; then seconds=$argument; else programs+=("$(realpath "$argument")"); fi
done
(( ${#programs[@]} >= 1 && ${#programs[@]} <= 2 )) || { echo "usage: overhead.sh PATH [PATH] [SECONDS]" >&2; exit 2; }
work=$(mktemp -d)
trap 'kill $(cat "$work"/*.pid 2>/dev/null) 2>/dev/null || true; rm -rf "$work"' EXIT

source "$(dirname "$0")/backends.sh"
start_backends "$work" 19101 19102
for i in "${!programs[@]}"; do
    "${programs[i]}" serve --urls http://127.0.0.1:$((19103 + i)) --config "$work/settings.json" >"$work/serve$i.out" 2>"$work/serve$i.err" &
    echo $! >"$work/serve$i.pid"
    until grep -q ^ready "$work/serve$i.out"; do sleep 0.2; kill -0 "$(cat "$work/serve$i.pid")" || { cat "$work/serve$i.err"; exit 1; }; done
done

measure() { # name, url, model, connections, more fields
    cat >"$work/post.lua" <<END
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"model":"$3","messages":[{"role":"user","content":"What is the capital of France?"}]$5}'
done = function(summary, latency)
    io.write(string.format("%s\t%d\t%.1f\t%.3f\t%.3f\t%d\n", "$1", $4,
        summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
END
    wrk -t1 -c"$4" -d"${seconds}s" --latency -s "$work/post.lua" "$2" | tail -1
}

each() { # name, model, connections, more fields: of each program, and in turn the other one first
    local order=("${!programs[@]}") i letter
    (( round % 2 == 0 )) || order=($(printf '%s\n' "${!programs[@]}" | tac))
    for i in "${order[@]}"; do
        letter=A
        (( i == 0 )) || letter=B
        measure "$letter, $1" http://127.0.0.1:$((19103 + i))/v1/chat/completions "$2" "$3" "$4"
    done
}

all() { # connections
    measure nginx http://127.0.0.1:19102/a/v1/chat/completions m "$1" ""
    each "one member" one "$1" ""
    each "one member, streamed" one "$1" ',"stream":true'
    each "three members" three "$1" ""
}

# The runtime compiles what is called often once more; the first round is not counted.
for (( round = 0; round <= rounds; round++ )); do
    for connections in 1 32; do
        if (( round == 0 )); then all "$connections" >/dev/null; else all "$connections" >>"$work/measured"; fi
    done
done

# The median of the rounds.
awk -F'\t' "$median"'
    { key = $1 "\t" $2; if (!(key in rate)) order[++count] = key; rate[key] = rate[key] " " $3; half[key] = half[key] " " $4; tail[key] = tail[key] " " $5; errors[key] += $6 }
    END {
        for (i = 1; i <= count; i++) { k = order[i]; split(k, n, "\t"); r[k] = median(rate[k]); h[k] = median(half[k])
            printf "%-24s %2d connections  %9.1f /s  median %7.3f ms  99th %7.3f ms  errors %d\n", n[1], n[2], r[k], h[k], median(tail[k]), errors[k] }
        for (p = 65; p <= 66; p++) { l = sprintf("%c", p); if ((l ", one member\t1") in h) printf "%s adds %.3f ms to a request of one member (median, over nginx)\n", l, h[l ", one member\t1"] - h["nginx\t1"] }
        for (c = 1; c <= 32; c += 31) if (("B, three members\t" c) in r) printf "three members at %d connections: B makes %.3f of the blends of A\n", c, r["B, three members\t" c] / r["A, three members\t" c]
        for (c = 1; c <= 32; c += 31) if (("B, one member\t" c) in r) printf "one member at %d connections: B makes %.3f of the blends of A\n", c, r["B, one member\t" c] / r["A, one member\t" c]
    }' "$work/measured"
