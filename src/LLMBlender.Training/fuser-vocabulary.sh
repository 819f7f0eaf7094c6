#!/bin/sh
# Trains the Unigram vocabulary of a small fuser and lays it out as a T5 tokenizer folder.
# usage: fuser-vocabulary.sh TO PIECES FILE.jsonl.gz...
# Each file holds corpus texts (prompt, text), one JSON object a line. The hundred <extra_id_n> come on top of PIECES.
# Needs spm_train (Debian: sentencepiece), jq and zcat.
set -eu
if [ $# -lt 3 ]; then
    echo "usage: $0 TO PIECES FILE.jsonl.gz..." >&2
    exit 2
fi
to=$1
pieces=$2
shift 2
mkdir -p "$to"
text=$(mktemp)
trap 'rm -f "$text"' EXIT

zcat "$@" | jq -r '[.prompt, .text] | map(select(. != null)) | .[]' | grep -v '^$' | sort -u >"$text"

# The template's words, often enough to become pieces: every source holds them.
for i in $(seq 400); do
    echo "Instruction: Input: Candidate 0: 1: 2: Summarize candidates into a better one for the given instruction:"
done >>"$text"

# The ids of T5: <pad> 0, </s> 1, <unk> 2 and no token that begins a text. The seed fixes which lines are sampled.
spm_train --input="$text" --model_prefix="$to/spiece" --model_type=unigram --vocab_size="$pieces" \
    --pad_id=0 --eos_id=1 --unk_id=2 --bos_id=-1 --pad_piece='<pad>' --eos_piece='</s>' --unk_piece='<unk>' \
    --byte_fallback=false --character_coverage=0.9999 --normalization_rule_name=nmt_nfkc \
    --input_sentence_size=250000 --shuffle_input_sentence=true --max_sentence_length=2000 \
    --random_seed=20230605 --num_threads=2 --minloglevel=1
rm -f "$to/spiece.vocab"

extra=$(seq 0 99 | sed 's/.*/"<extra_id_&>"/' | paste -sd, -)
printf '{"additional_special_tokens": [%s], "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}' "$extra" |
    jq . >"$to/special_tokens_map.json"
printf '{"additional_special_tokens": [%s], "clean_up_tokenization_spaces": false, "eos_token": "</s>", "extra_ids": 100,
    "model_max_length": 1024, "pad_token": "<pad>", "sp_model_kwargs": {}, "tokenizer_class": "T5Tokenizer", "unk_token": "<unk>"}' "$extra" |
    jq . >"$to/tokenizer_config.json"
