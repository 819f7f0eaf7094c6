#!/bin/sh
# Trains the Unigram vocabulary of a small ranker and lays it out as a Hugging Face tokenizer folder.
# usage: vocabulary.sh TO PIECES FILE.jsonl.gz...
# Each file holds pairs (prompt, chosen, rejected) or corpus texts (prompt, text), one JSON object a line.
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

zcat "$@" | jq -r '[.prompt, .text, .chosen, .rejected] | map(select(. != null)) | .[]' | grep -v '^$' | sort -u >"$text"

# The ids of DeBERTa-v3: [PAD] 0, [CLS] 1, [SEP] 2, [UNK] 3. The seed fixes which lines are sampled.
spm_train --input="$text" --model_prefix="$to/spm" --model_type=unigram --vocab_size="$pieces" \
    --pad_id=0 --bos_id=1 --eos_id=2 --unk_id=3 \
    --pad_piece='[PAD]' --bos_piece='[CLS]' --eos_piece='[SEP]' --unk_piece='[UNK]' \
    --byte_fallback=false --character_coverage=0.9995 --normalization_rule_name=nmt_nfkc \
    --input_sentence_size=250000 --shuffle_input_sentence=true --max_sentence_length=2000 \
    --random_seed=20230605 --num_threads=2 --minloglevel=1
rm -f "$to/spm.vocab"

cat >"$to/added_tokens.json" <<JSON
{
  "<|candidate1|>": $((pieces + 2)),
  "<|candidate2|>": $((pieces + 3)),
  "<|candidate|>": $((pieces + 4)),
  "<|source|>": $((pieces + 1)),
  "[MASK]": $pieces
}
JSON

cat >"$to/special_tokens_map.json" <<'JSON'
{
  "bos_token": "[CLS]",
  "cls_token": "[CLS]",
  "eos_token": "[SEP]",
  "mask_token": "[MASK]",
  "pad_token": "[PAD]",
  "sep_token": "[SEP]",
  "unk_token": "[UNK]"
}
JSON

token() { # id content special
    printf '{"key": "%s", "value": {"content": "%s", "lstrip": false, "normalized": %s, "rstrip": false, "single_word": false, "special": %s}}\n' \
        "$1" "$2" "$4" "$3"
}
{
    token 0 '[PAD]' true false
    token 1 '[CLS]' true false
    token 2 '[SEP]' true false
    token 3 '[UNK]' true true
    token "$pieces" '[MASK]' true false
    token $((pieces + 1)) '<|source|>' false true
    token $((pieces + 2)) '<|candidate1|>' false true
    token $((pieces + 3)) '<|candidate2|>' false true
    token $((pieces + 4)) '<|candidate|>' false true
} | jq -s '{
    added_tokens_decoder: from_entries,
    bos_token: "[CLS]", clean_up_tokenization_spaces: true, cls_token: "[CLS]", do_lower_case: false,
    eos_token: "[SEP]", mask_token: "[MASK]", model_max_length: 1000000000, pad_token: "[PAD]", sep_token: "[SEP]",
    sp_model_kwargs: {}, split_by_punct: false, tokenizer_class: "DebertaV2Tokenizer", unk_token: "[UNK]", vocab_type: "spm"
}' >"$to/tokenizer_config.json"
