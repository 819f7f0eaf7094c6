using System.Text;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Tokenization;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Tokenization.Files;

/// <summary>Files that are broken, or ask for what isn't supported: always a <see cref="ModelException"/>.</summary>
public sealed class TokenizerFilesTests
{
    private const string TinyJson = """
        {
          "added_tokens": [{"id": 0, "content": "<unk>", "special": true, "normalized": false}],
          "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "Strip", "strip_left": true, "strip_right": true},
            {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "},
            {"type": "Lowercase"},
            {"type": "Replace", "pattern": {"String": "x"}, "content": "ab"}]},
          "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true},
          "post_processor": {"type": "TemplateProcessing",
            "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "e", "type_id": 0}}],
            "special_tokens": {"e": {"id": "e", "ids": [0], "tokens": ["<unk>"]}}},
          "decoder": {"type": "Metaspace", "replacement": "▁", "add_prefix_space": true},
          "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": false,
            "vocab": [["<unk>", 0], ["\u2581", -1.5], ["a", -2], ["b", -2.25e0], ["▁ab", -3]]}
        }
        """;

    [Fact]
    public void Load_TinyJson_EncodesByHand()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", TinyJson);
        Tokenizer tokenizer = Tokenizer.Load(folder.Path);

        // ▁ab (-3) beats ▁ a b (-5.75); a second word of three unknown characters is one unknown token.
        Assert.Equal([4, 1, 0, 0], tokenizer.Encode("  X   ÄÖ☃ "));
        Assert.Equal("ab <unk>", tokenizer.Decode([4, 1, 0]));
        Assert.Equal("ab ", tokenizer.Decode([4, 1, 0], skipSpecialTokens: true));
    }

    [Theory]
    [InlineData("normalizer", """{"type": "Sequence", "normalizers": [{"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}, {"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}, {"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}, {"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}, {"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}, {"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}, {"type": "Replace", "pattern": {"String": "a"}, "content": "aa"}]}""", "normalizer", "lengthens texts up to 128 times")]
    [InlineData("normalizer", """{"type": "Sequence", "normalizers": [{"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}, {"type": "Lowercase"}]}""", "normalizer", "33 steps")]
    [InlineData("pre_tokenizer", """{"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}, {"type": "WhitespaceSplit"}]}""", "pre_tokenizer", "33 steps")]
    [InlineData("normalizer", """{"type": "NFKC"}""", "normalizer.type", "NFKC")]
    [InlineData("normalizer", """{"type": "Sequence", "normalizers": [{"type": "Nmt"}]}""", "normalizer.normalizers[0].type", "Nmt")]
    [InlineData("normalizer", """{"type": "Replace", "pattern": {"Regex": "a+"}, "content": ""}""", "normalizer.pattern", "a+")]
    [InlineData("normalizer", """{"type": "Precompiled", "precompiled_charsmap": "%"}""", "precompiled_charsmap", "base64")]
    [InlineData("normalizer", """{"type": "Precompiled", "precompiled_charsmap": "AAAA"}""", "precompiled_charsmap", "3 bytes")]
    [InlineData("normalizer", """{"type": "Precompiled", "precompiled_charsmap": "/wAAAAAA"}""", "precompiled_charsmap", "255 bytes")]
    [InlineData("normalizer", """{"type": "Strip", "strip_left": 1}""", "normalizer.strip_left", "true or false")]
    [InlineData("normalizer", """{}""", "normalizer.type", "missing")]
    [InlineData("normalizer", """[]""", "normalizer", "an object")]
    [InlineData("pre_tokenizer", """{"type": "Digits"}""", "pre_tokenizer.type", "Digits")]
    [InlineData("pre_tokenizer", """{"type": "Metaspace", "replacement": "__"}""", "pre_tokenizer.replacement", "one character")]
    [InlineData("pre_tokenizer", """{"type": "Metaspace", "replacement": "_", "prepend_scheme": "last"}""", "prepend_scheme", "last")]
    [InlineData("pre_tokenizer", """{"type": "Metaspace", "replacement": "_", "add_prefix_space": false, "prepend_scheme": "first"}""", "prepend_scheme", "contradicts")]
    [InlineData("post_processor", """{"type": "RobertaProcessing"}""", "post_processor.cls", "missing")]
    [InlineData("post_processor", """{"type": "BertProcessing", "cls": ["<s>", 9], "sep": ["</s>", 0]}""", "post_processor.cls", "below 5")]
    [InlineData("post_processor", """{"type": "Sequence"}""", "post_processor.type", "Sequence")]
    [InlineData("post_processor", """{"type": "TemplateProcessing", "special_tokens": {}, "single": []}""", "post_processor.single", "exactly once")]
    [InlineData("post_processor", """{"type": "TemplateProcessing", "special_tokens": {}, "single": [{"SpecialToken": {"id": "q"}}]}""", "special_tokens.q", "missing")]
    [InlineData("post_processor", """{"type": "TemplateProcessing", "special_tokens": {"q": {"ids": [5]}}, "single": [{"SpecialToken": {"id": "q"}}]}""", "special_tokens.q.ids", "below 5")]
    [InlineData("decoder", """{"type": "Fuse"}""", "decoder.type", "Fuse")]
    [InlineData("pre_tokenizer", """{"type": "ByteLevel", "use_regex": false}""", "pre_tokenizer.use_regex", "must be true")]
    [InlineData("added_tokens", """[{"id": 9, "content": "<new>"}]""", "added_tokens[0].id", "gets the id 5")]
    [InlineData("added_tokens", """[{"id": 5, "content": ""}]""", "added_tokens[0].content", "empty")]
    [InlineData("added_tokens", """{}""", "added_tokens", "an array")]
    [InlineData("model", """{"type": "BPE", "vocab": {}, "merges": []}""", "vocabulary", "<unk>")]
    [InlineData("model", """{"type": "WordLevel", "vocab": {"a": 0}}""", "model.type", "WordLevel")]
    [InlineData("model", """{"type": "BPE", "vocab": {"<unk>": 0, "a": 1}, "merges": ["a"]}""", "model.merges[0]", "two pieces")]
    [InlineData("model", """{"type": "BPE", "vocab": {"<unk>": 0}, "merges": [], "byte_fallback": true}""", "model.byte_fallback", "isn't supported")]
    [InlineData("model", """{"type": "WordPiece", "vocab": {"[UNK]": 0}, "max_input_chars_per_word": 0}""", "max_input_chars_per_word", "above 0")]
    [InlineData("model", """{"type": "WordLevel", "unk_id": 0, "vocab": [["a", 0]]}""", "model.type", "WordLevel")]
    [InlineData("model", """{"type": "Unigram", "unk_id": null, "vocab": [["a", 0]]}""", "unk_id", "null")]
    [InlineData("model", """{"type": "Unigram", "unk_id": 1, "vocab": [["a", 0]]}""", "unk_id", "is 1")]
    [InlineData("model", """{"type": "Unigram", "unk_id": 0, "vocab": []}""", "vocabulary", "unknown piece")]
    [InlineData("model", """{"type": "Unigram", "unk_id": 0, "vocab": [["a", 0], ["b", 1e999]]}""", "model.vocab[1]", "finite")]
    [InlineData("model", """{"type": "Unigram", "unk_id": 0, "vocab": [["a", 0], ["b"]]}""", "model.vocab[1]", "finite")]
    [InlineData("model", """{"type": "Unigram", "unk_id": 0, "vocab": [["a", 0], ["\ud800", 1]]}""", "tokenizer.json", "Unicode")]
    [InlineData("model", """{"type": "\ud800"}""", "tokenizer.json", "Unicode")]
    [InlineData("model", """{"type": "WordPiece", "vocab": {"[UNK]": 0, "a": 2147483647}}""", "vocabulary", "from 0 to")]
    [InlineData("model", "7", "model", "an object")]
    public void Load_JsonThatCannotBeUsed_NamesFileFieldAndRule(string part, string value, string field, string rule)
    {
        using var folder = new TemporaryFolder();
        JsonObject json = JsonNode.Parse(TinyJson)!.AsObject();
        json[part] = "REPLACED";
        folder.Write("tokenizer.json", json.ToJsonString().Replace("\"REPLACED\"", value, StringComparison.Ordinal));

        var thrown = Assert.Throws<ModelException>(() => Tokenizer.Load(folder.Path));

        Assert.StartsWith(folder.File("tokenizer.json"), thrown.Message, StringComparison.Ordinal);
        Assert.Contains(field, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(rule, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_JsonCutOffAnywhere_IsRefused()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = Encoding.UTF8.GetBytes(TinyJson.TrimEnd());
        for (int length = 0; length < whole.Length; length++)
        {
            folder.Write("tokenizer.json", whole.AsSpan(0, length));
            Assert.Throws<ModelException>(() => Tokenizer.Load(folder.Path));
        }
    }

    [Fact]
    public void Load_JsonWithOneByteChanged_LoadsOrIsRefused()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = Encoding.UTF8.GetBytes(TinyJson);
        for (int i = 0; i < bytes.Length; i++)
        {
            (byte kept, bytes[i]) = (bytes[i], (byte)(bytes[i] ^ (1 << (i % 8))));
            folder.Write("tokenizer.json", bytes);
            LoadOrRefuse(folder.Path);
            bytes[i] = kept;
        }
    }

    [Fact]
    public void Load_SentencePieceCutOff_IsRefused()
    {
        using var folder = new TemporaryFolder();
        byte[] whole = File.ReadAllBytes(Fixture.File("pairrm-tiny", "spm.model"));
        Assert.All(Lengths(whole.Length), length =>
        {
            folder.Write("spm.model", whole.AsSpan(0, length));
            LoadOrRefuse(folder.Path);
        });

        // Within the first pieces and within the character map, which is the last long field.
        foreach (int length in new[] { 0, 1, 7, 1000, whole.Length - 5000 })
        {
            folder.Write("spm.model", whole.AsSpan(0, length));
            Assert.Throws<ModelException>(() => Tokenizer.Load(folder.Path));
        }
    }

    [Fact]
    public void Load_SentencePieceWithBytesChanged_LoadsAndEncodesOrIsRefused()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = File.ReadAllBytes(Fixture.File("pairrm-tiny", "spm.model"));
        var random = new Random(20230605);
        for (int i = 0; i < 120; i++)
        {
            byte[] changed = [.. bytes];
            for (int change = 0; change <= i % 5; change++)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            folder.Write("spm.model", changed);
            LoadOrRefuse(folder.Path);
        }
    }

    [Theory]
    [InlineData(2, "BPE")]
    [InlineData(3, "WORD")]
    [InlineData(4, "CHAR")]
    public void Load_SentencePieceOfAnotherKind_IsRefusedByName(byte type, string name)
    {
        using var folder = new TemporaryFolder();
        byte[] piece = [0x0A, 7, 0x0A, 5, .. "<unk>"u8];
        folder.Write("spm.model", [.. piece, 0x12, 2, 0x18, type]);

        var thrown = Assert.Throws<ModelException>(() => Tokenizer.Load(folder.Path));

        Assert.Contains($"model_type is {name}", thrown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer_config.json", """{"tokenizer_class": "AlbertTokenizer"}""", "AlbertTokenizer")]
    [InlineData("tokenizer_config.json", """{"split_by_punct": true, "tokenizer_class": "DebertaV2Tokenizer"}""", "split_by_punct")]
    [InlineData("tokenizer_config.json", """{"split_by_punct": true}""", "split_by_punct")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"x": {"content": "y"}}}""", "added_tokens_decoder.x")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"4001": {"content": "y"}}}""", "4001")]
    [InlineData("tokenizer_config.json", """{"pad_token": 7}""", "pad_token")]
    [InlineData("tokenizer_config.json", "[]", "an object")]
    [InlineData("tokenizer_config.json", "{", "JSON")]
    [InlineData("added_tokens.json", """{"y": -1}""", "y is -1")]
    [InlineData("added_tokens.json", """{"y": 5000}""", "5000")]
    [InlineData("added_tokens.json", """{"": 4000}""", "empty")]
    [InlineData("special_tokens_map.json", """{"additional_special_tokens": [7]}""", "additional_special_tokens[0]")]
    public void Load_FileBesideSentencePieceThatCannotBeUsed_IsRefused(string file, string content, string rule)
    {
        using var folder = new TemporaryFolder();
        folder.Write("spm.model", File.ReadAllBytes(Fixture.File("pairrm-tiny", "spm.model")));
        folder.Write(file, content);

        var thrown = Assert.Throws<ModelException>(() => Tokenizer.Load(folder.Path));

        Assert.StartsWith(folder.Path, thrown.Message, StringComparison.Ordinal);
        Assert.Contains(rule, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FolderWithoutTokenizer_SaysWhatItLooksFor()
    {
        using var folder = new TemporaryFolder();

        var thrown = Assert.Throws<ModelException>(() => Tokenizer.Load(folder.Path));
        Assert.Contains("spm.model", thrown.Message, StringComparison.Ordinal);
        Assert.Throws<ModelException>(() => Tokenizer.Load(folder.File("nowhere")));
    }

    private static IEnumerable<int> Lengths(int whole) => Enumerable.Range(0, 60).Select(i => i * (whole / 60));

    private static void LoadOrRefuse(string folder)
    {
        Tokenizer tokenizer;
        try
        {
            tokenizer = Tokenizer.Load(folder);
        }
        catch (ModelException)
        {
            return;
        }

        int[] ids = tokenizer.Encode("Hello, ﬁne «wörld» [CLS] ☃ 👩‍👩‍👧");
        Assert.All(ids, id => Assert.InRange(id, 0, tokenizer.Count - 1));
        Assert.NotNull(tokenizer.Decode(ids));
    }
}
