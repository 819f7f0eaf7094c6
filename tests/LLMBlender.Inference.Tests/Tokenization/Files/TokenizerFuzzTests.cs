using System.Text;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Tokenization;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fuzzing;

namespace LLMBlender.Inference.Tests.Tokenization.Files;

/// <summary>Changed files of tokenizers: loaded and used, or refused with a <see cref="ModelException"/>.</summary>
public sealed class TokenizerFuzzTests : IDisposable
{
    private const string Unigram = """
        {"added_tokens": [{"id": 0, "content": "<unk>", "special": true, "normalized": false}, {"id": 5, "content": "<x>", "lstrip": true, "rstrip": true, "single_word": true}],
         "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Strip", "strip_left": true, "strip_right": true},
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            {"type": "Precompiled", "precompiled_charsmap": "BAAAAAAAAAAAAA=="},
            {"type": "Lowercase"}, {"type": "Prepend", "prepend": "▁"},
            {"type": "Replace", "pattern": {"String": "x"}, "content": "ab"}]},
         "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}]},
         "post_processor": {"type": "TemplateProcessing",
            "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "e", "type_id": 0}}],
            "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {"e": {"id": "e", "ids": [0], "tokens": ["<unk>"]}}},
         "decoder": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": true},
         "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false, "vocab": [["<unk>", 0], ["\u2581", -1.5], ["a", -2], ["b", -2.25e0], ["▁ab", -3]]}}
        """;

    private const string WordPiece = """
        {"added_tokens": [{"id": 0, "content": "[PAD]", "special": true}, {"id": 1, "content": "[UNK]", "special": true}],
         "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
         "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
         "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
         "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "a": 4, "##a": 5, "b": 6, ".": 7}}}
        """;

    private const string BytePairs = """
        {"added_tokens": [{"id": 0, "content": "<s>", "special": true}, {"id": 1, "content": "<unk>", "special": true}],
         "normalizer": null, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true},
         "post_processor": {"type": "RobertaProcessing", "sep": ["<s>", 0], "cls": ["<s>", 0], "trim_offsets": true, "add_prefix_space": false},
         "decoder": {"type": "ByteLevel"},
         "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false,
            "vocab": {"<s>": 0, "<unk>": 1, "a": 2, "b": 3, "ab": 4, "Ġ": 5, "Ġab": 6}, "merges": ["a b", ["Ġ", "ab"]]}}
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Load_ChangedTokenizerJson_LoadsOrRefuses() => Files(1500, "tokenizer.json", Unigram, WordPiece, BytePairs);

    [Fact]
    public void Load_ChangedPipelines_LoadsOrRefuses()
    {
        // Steps of many tokenizers over one small vocabulary.
        var valid = JsonNode.Parse(TokenizerFixture.Unpack("pipelines.json.gz"))!.AsArray().Select(static pipeline =>
        {
            var json = JsonNode.Parse(Unigram)!.AsObject();
            foreach (var (name, value) in pipeline!["set"]!.AsObject().Where(static field => field.Key is "normalizer" or "pre_tokenizer" or "decoder"))
            {
                json[name] = value?.DeepClone();
            }

            return json;
        }).Where(static json => !json.ToJsonString().Contains("\"precompiled_charsmap\":\"\"", StringComparison.Ordinal));
        Files(500, "tokenizer.json", [.. valid.Select(static json => json.ToJsonString())]);
    }

    [Fact]
    public void Load_ChangedSentencePieceModel_LoadsOrRefuses()
    {
        var files = new TokenizerFilesBytes();
        Fuzz.Run<ModelException>(1500, [files.Plain, files.WithCharsMap], bytes => Use("spm.model", bytes));
    }

    [Fact]
    public void Load_ChangedWordList_LoadsOrRefuses() =>
        Files(600, "vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\nab\n.\n");

    [Fact]
    public void Load_ChangedTableOfBytePairs_LoadsOrRefuses()
    {
        folder.Write("merges.txt", "#version: 0.2\na b\nĠ ab\n");
        Files(600, "vocab.json", """{"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4, "a": 5, "b": 6, "ab": 7, "Ġ": 8, "Ġab": 9}""");
    }

    [Fact]
    public void Load_ChangedMerges_LoadsOrRefuses()
    {
        folder.Write("vocab.json", """{"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4, "a": 5, "b": 6, "ab": 7, "Ġ": 8, "Ġab": 9}""");
        Files(600, "merges.txt", "#version: 0.2\na b\nĠ ab\n");
    }

    [Theory]
    [InlineData("tokenizer_config.json", """
        {"tokenizer_class": "DebertaV2Tokenizer", "bos_token": "[CLS]", "unk_token": {"content": "[UNK]", "lstrip": false, "normalized": true, "special": true}, "add_prefix_space": true, "do_lower_case": false,
         "split_by_punct": false, "model_max_length": 1000000000000000019884624838656, "clean_up_tokenization_spaces": true, "additional_special_tokens": ["<y>"], "extra_ids": 0,
         "added_tokens_decoder": {"0": {"content": "<unk>", "special": true}, "5": {"content": "<x>", "lstrip": true}, "6": {"content": "<y>", "special": true}}}
        """)]
    [InlineData("special_tokens_map.json", """{"unk_token": "<unk>", "pad_token": {"content": "<pad>", "single_word": true}, "mask_token": "<mask>", "additional_special_tokens": ["<y>", {"content": "<z>"}]}""")]
    [InlineData("added_tokens.json", """{"<x>": 5, "<y>": 6, "<z>": 7}""")]
    public void Load_ChangedFileBesideATokenizer_LoadsOrRefuses(string name, string valid)
    {
        folder.Write("tokenizer.json", Unigram);
        Files(600, name, valid);
    }

    private void Files(int count, string name, params string[] valid) =>
        Fuzz.Run<ModelException>(count, [.. valid.Select(Encoding.UTF8.GetBytes)], bytes => Use(name, bytes));

    private void Use(string name, byte[] bytes)
    {
        folder.Write(name, bytes);
        var tokenizer = Tokenizer.Load(folder.Path);
        var ids = tokenizer.Encode("  Xab b <x> ÄÖ☃ ab.\ud800 ﬁ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
        Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.Count - 1));
        Assert.InRange(ids.Length, 0, 100_000);
        Assert.NotNull(tokenizer.Decode(ids));
        Assert.NotNull(tokenizer.Decode(ids, skipSpecialTokens: true));
    }

    // A model of a few pieces, in protobuf's format.
    private sealed class TokenizerFilesBytes
    {
        public byte[] Plain { get; } = [.. Pieces(), .. Message(2, [.. Number(3, 1), .. Number(40, 3)])];

        public byte[] WithCharsMap { get; } =
            [.. Pieces(), .. Message(2, [.. Number(3, 1), .. Number(40, 3)]), .. Message(3, Message(2, [4, 0, 0, 0, 0, 0, 0, 0, (byte)'a', 0]))];

        private static byte[] Pieces() => [.. new (string Piece, float Score, int Type)[]
        {
            ("[PAD]", 0, 3), ("[CLS]", 0, 3), ("[SEP]", 0, 3), ("[UNK]", 0, 2), ("▁", -1, 1), ("a", -2, 1), ("b", -2.5f, 1), ("▁ab", -3, 1), ("<u>", 0, 4),
        }.SelectMany(static piece => Message(1, [.. Message(1, Encoding.UTF8.GetBytes(piece.Piece)), 0x15, .. BitConverter.GetBytes(piece.Score), .. Number(3, piece.Type)]))];

        private static byte[] Message(int field, byte[] content) => [(byte)((field << 3) | 2), (byte)content.Length, .. content];

        private static byte[] Number(int field, int value) => field < 16 ? [(byte)(field << 3), (byte)value] : [(byte)(0x80 | ((field << 3) & 0x7F)), (byte)(field >> 4), (byte)value];
    }
}
