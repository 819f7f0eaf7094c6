#!/bin/sh
# Trains the Unigram vocabulary of a small ranker or fuser and lays it out as a Hugging Face tokenizer folder: as DeBERTa-v3's for a
# ranker, as T5's for a fuser, where a hundred <extra_id_n> come on top of PIECES.
# usage: vocabulary.sh ranker|fuser TO PIECES FILE.jsonl.gz...
# Each file holds pairs (prompt, chosen, rejected) or corpus texts (prompt, text), one JSON object a line.
# Needs spm_train (Debian: sentencepiece), jq and zcat.
set -eu
layout=${1:-}
case $layout in ranker | fuser) ;; *) layout= ;; esac
if [ $# -lt 4 ] || [ -z "$layout" ]; then
    echo "usage: $0 ranker|fuser TO PIECES FILE.jsonl.gz..." >&2
    exit 2
fi
to=$2
pieces=$3
shift 3
mkdir -p "$to"
text=$(mktemp)
trap 'rm -f "$text"' EXIT

zcat "$@" | jq -r '[.prompt, .text, .chosen, .rejected] | map(select(. != null)) | .[]' | grep -v '^$' | sort -u >"$text"

train() { # NAME, and the layout's own options; the seed fixes which lines are sampled
    name=$1
    shift
    spm_train --input="$text" --model_prefix="$to/$name" --model_type=unigram --vocab_size="$pieces" "$@" \
        --byte_fallback=false --normalization_rule_name=nmt_nfkc \
        --input_sentence_size=250000 --shuffle_input_sentence=true --max_sentence_length=2000 \
        --random_seed=20230605 --num_threads=2 --minloglevel=1
    rm -f "$to/$name.vocab"
}

token() { # id content special normalized
    printf '{"key": "%s", "value": {"content": "%s", "lstrip": false, "normalized": %s, "rstrip": false, "single_word": false, "special": %s}}\n' \
        "$1" "$2" "$4" "$3"
}

ranker() {
    # The ids of DeBERTa-v3: [PAD] 0, [CLS] 1, [SEP] 2, [UNK] 3.
    train spm --pad_id=0 --bos_id=1 --eos_id=2 --unk_id=3 \
        --pad_piece='[PAD]' --bos_piece='[CLS]' --eos_piece='[SEP]' --unk_piece='[UNK]' --character_coverage=0.9995

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
}

fuser() {
    # The template's words, often enough to become pieces: every source holds them.
    for i in $(seq 400); do
        echo "Instruction: Input: Candidate 0: 1: 2: Summarize candidates into a better one for the given instruction:"
    done >>"$text"

    # The ids of T5: <pad> 0, </s> 1, <unk> 2 and no token that begins a text.
    train spiece --pad_id=0 --eos_id=1 --unk_id=2 --bos_id=-1 --pad_piece='<pad>' --eos_piece='</s>' --unk_piece='<unk>' \
        --character_coverage=0.9999

    extra=$(seq 0 99 | sed 's/.*/"<extra_id_&>"/' | paste -sd, -)
    printf '{"additional_special_tokens": [%s], "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}' "$extra" |
        jq . >"$to/special_tokens_map.json"
    printf '{"additional_special_tokens": [%s], "clean_up_tokenization_spaces": false, "eos_token": "</s>", "extra_ids": 100,
        "model_max_length": 1024, "pad_token": "<pad>", "sp_model_kwargs": {}, "tokenizer_class": "T5Tokenizer", "unk_token": "<unk>"}' "$extra" |
        jq . >"$to/tokenizer_config.json"
}

"$layout"
