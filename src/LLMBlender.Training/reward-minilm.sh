#!/bin/sh
# Makes models/reward-minilm from a reward model's export: imports it at int8-weights, fits its temperature to held-out pairs, sets its weight of consensus, and measures it.
# usage: reward-minilm.sh EXPORT DATA [LIMIT]
# EXPORT is run/export of train-reward. DATA has train-pairs, dev-pairs, candidates-dev and corpus-text (.jsonl.gz). LIMIT measures only the
# first records of each file. LLMBLENDER and TRAINING are the two programs, by default those of a Release build.
set -eu
if [ $# -lt 2 ]; then
    echo "usage: $0 EXPORT DATA [LIMIT]" >&2
    exit 2
fi
export_folder=$1
data=$2
limit=${3:-2147483647}
made_up=$((limit < 200 ? limit : 200))
root=$(cd "$(dirname "$0")/../.." && pwd)
llmblender=${LLMBLENDER:-"dotnet $root/src/LLMBlender.Cli/bin/Release/net10.0/llmblender.dll"}
training=${TRAINING:-"dotnet $root/src/LLMBlender.Training/bin/Release/net10.0/linux-x64/LLMBlender.Training.dll"}
model=$root/models/reward-minilm
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

$llmblender models import "$export_folder" --to "$scratch/reward-minilm" --precision int8-weights --max-length 256 --source-max-length 96
$llmblender models import "$export_folder" --to "$scratch/fp32" --max-length 256 --source-max-length 96
$training held-out --pairs "$data/train-pairs.jsonl.gz" --to "$scratch/held-out-pairs.jsonl"
$llmblender calibrate --model "$scratch/reward-minilm" --from "$scratch/held-out-pairs.jsonl"
for made in reward-minilm fp32; do
    $llmblender calibrate --model "$scratch/$made" --from "$data/candidates-dev.jsonl.gz" --judge gpt4turbo_win_prob --consensus-weight 6
done
mkdir -p "$model"
find "$model" -type f ! -name README.md -delete
cp "$scratch/reward-minilm"/* "$model/"
$training evaluate --model "$model" --candidate-sets "$data/candidates-dev.jsonl.gz" --pairs "$data/dev-pairs.jsonl.gz" \
    --made-up-of-sets "$data/candidates-dev.jsonl.gz" --corpus "$data/corpus-text.jsonl.gz" \
    --plain-cases "$root/tests/LLMBlender.TestKit/Fixtures/plain-cases.jsonl" \
    --beside "$scratch/fp32" --limit "$limit" --made-up "$made_up" --to "$scratch/figures.json" --figures "$model/README.md"
du -sb "$model"
