#!/usr/bin/env bash
# Checks the fixtures on a device at fp32 and fp16, then measures pairs a second for DeBERTa's base and large shapes at 128, 384, 512 and 1,024
# tokens: the bare session, text to logits, the queue and the grains, beside PyTorch's fp16 (eager and torch.compile) on the same weights and
# batches where PyTorch is installed; time to the first logit, warm-up, memory. Writes device.json and device.md. Needs no network.
#   run.sh --program FOLDER | --pieces FOLDER  [--device auto|cpu|cuda|cuda:N] [--out FOLDER] [--short]
# --program: a folder with LLMBlender.Benchmarks.dll below a checkout, or an unpacked archive. --pieces: what pack.sh made.
# --short: tiny shapes and one round, to try the script. Exits with 1 if a fixture fails.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program='' pieces='' device=auto out=device-report short=()
while [ $# -gt 0 ]; do
    case $1 in
        --program) program=$2; shift 2 ;;
        --pieces) pieces=$2; shift 2 ;;
        --device) device=$2; shift 2 ;;
        --out) out=$2; shift 2 ;;
        --short) short=(--short); shift ;;
        *) echo "run.sh: unknown argument \"$1\"; the head of this file says what there is" >&2; exit 2 ;;
    esac
done
if { [ -z "$program" ] && [ -z "$pieces" ]; } || { [ -n "$program" ] && [ -n "$pieces" ]; }; then
    echo "run.sh: give either --program FOLDER or --pieces FOLDER" >&2
    exit 2
fi

mkdir -p "$out"
out=$(cd "$out" && pwd)
trap 'rm -rf "$out/work" "$out/unpacked"' EXIT
if [ -n "$pieces" ]; then
    (cd "$pieces" && sha256sum --quiet -c SHA256SUMS)
    mkdir -p "$out/unpacked"
    cat "$pieces"/llmblender-device.tar.xz.* | tar -xJ -C "$out/unpacked"
    program=$out/unpacked/program
fi

benchmarks=(dotnet "$program/LLMBlender.Benchmarks.dll")
[ ! -x "$program/LLMBlender.Benchmarks" ] || ! [ -f "$program/libcoreclr.so" ] || benchmarks=("$program/LLMBlender.Benchmarks")
"${benchmarks[@]}" device --device "$device" --out "$out" ${short[@]+"${short[@]}"} || failed=$?
[ -f "$out/device.json" ] || exit "${failed:-1}"

if python3 -c 'import torch' 2>/dev/null; then
    python3 "$here/torch_pairs.py" "$out/work" "$device" >"$out/torch.json" || echo '{"skipped": "torch_pairs.py failed; its message is above"}' >"$out/torch.json"
else
    echo '{"skipped": "PyTorch is not installed"}' >"$out/torch.json"
fi
"${benchmarks[@]}" device-report "$out" || failed=$?
rm -f "$out/torch.json"
cat "$out/device.md"
exit "${failed:-0}"
