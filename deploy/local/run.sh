#!/usr/bin/env bash
# A whole cluster on this machine, under load, upgraded and scaled down meanwhile, and a report of it:
#   deploy/local/run.sh [--minutes 10] [--clients 8] [--report FILE]
# Redis, nginx before two gateways, two silos that blend and fuse, three that compare, and Prometheus over all of them, as real
# processes on loopback. Wants redis-server, nginx and prometheus on the PATH. Everything ends by itself; the exit code is 0
# where no request failed and the counts agree.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
export PATH=$PATH:/usr/sbin
for tool in dotnet redis-server nginx prometheus; do
    command -v "$tool" >/dev/null || { echo "run.sh: $tool is not on the PATH" >&2; exit 2; }
done
dotnet build -c Release -v quiet --nologo "$root/src/LLMBlender.Cli" >&2
dotnet build -c Release -v quiet --nologo "$root/tests/LLMBlender.LocalCluster" >&2
exec dotnet "$root/tests/LLMBlender.LocalCluster/bin/Release/net10.0/LLMBlender.LocalCluster.dll" \
    --program "$root/src/LLMBlender.Cli/bin/Release/net10.0/llmblender" "$@"
