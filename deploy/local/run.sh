#!/usr/bin/env bash
# Runs a complete cluster on this machine under load, upgrades it and scales it down meanwhile, and writes a report:
#   deploy/local/run.sh [--minutes 10] [--clients 8] [--report FILE]
# Redis, one address in front of two gateways, two silos that blend and fuse, three that compare, and Prometheus for all of them run
# as processes on loopback. Requires redis-server and prometheus on the PATH; clients of node and python3 ask too where these are there. All processes are stopped at the end; the
# exit code is 0 if no request failed, each process that joined had work within ten seconds, and the counts of requests and traces match.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
for tool in dotnet redis-server prometheus; do
    command -v "$tool" >/dev/null || { echo "run.sh: $tool is not on the PATH" >&2; exit 2; }
done
dotnet build -c Release -v quiet --nologo "$root/src/LLMBlender.Cli" >&2
dotnet build -c Release -v quiet --nologo "$root/tests/LLMBlender.LocalCluster" >&2
exec dotnet "$root/tests/LLMBlender.LocalCluster/bin/Release/net10.0/LLMBlender.LocalCluster.dll" \
    --program "$root/src/LLMBlender.Cli/bin/Release/net10.0/llmblender" "$@"
