#!/usr/bin/env bash
# Packs the measuring program, its fixtures and run.sh into pieces for a machine that takes small files only; run.sh --pieces joins them.
#   pack.sh PROGRAM OUT [MEGABYTES]    PROGRAM: a folder with LLMBlender.Benchmarks.dll; pieces of at most 60 MB by default
# The program for a card:
#   dotnet publish tests/LLMBlender.Benchmarks -c Release -r linux-x64 --self-contained -p:LLMBlenderFlavour=cuda --artifacts-path ARTIFACTS -o PROGRAM
# Without libtorch, which the verb device does not use, symbols, and libraries of Windows and macOS. XZ_OPT sets xz's effort.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
[ $# -ge 2 ] || { echo "pack.sh: PROGRAM and OUT are missing; the head of this file says what they are" >&2; exit 2; }
program=$(cd "$1" && pwd) megabytes=${3:-60}
[ -f "$program/LLMBlender.Benchmarks.dll" ] || { echo "pack.sh: $program has no LLMBlender.Benchmarks.dll" >&2; exit 2; }
mkdir -p "$2"
out=$(cd "$2" && pwd)
rm -f "$out"/llmblender-device.tar.xz.* "$out/SHA256SUMS"
# The program finds its fixtures below the folder of LLMBlender.sln.
tar -c --owner=0 --group=0 \
    --exclude='*libtorch*' --exclude='*LibTorchSharp*' --exclude='*libc10*' --exclude='*.pdb' --exclude='*tensorrt*' --exclude='*/onnxruntime*' --exclude='*/osx*' --exclude='*/win*' \
    --transform "s,^$(basename "$program"),program," -C "$(dirname "$program")" "$(basename "$program")" \
    -C "$root" LLMBlender.sln tests/LLMBlender.TestKit/Fixtures tests/LLMBlender.TestKit/Models models/reward-minilm tests/LLMBlender.Benchmarks/Device |
    xz -c | split -b "${megabytes}000000" -d - "$out/llmblender-device.tar.xz."
(cd "$out" && sha256sum llmblender-device.tar.xz.* >SHA256SUMS && ls -l llmblender-device.tar.xz.*)
