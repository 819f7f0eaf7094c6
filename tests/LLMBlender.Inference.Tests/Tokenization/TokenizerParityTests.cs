using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Tokenization;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Tokenization;

/// <summary>Ids and decoded texts against the reference, by every way in which a tokenizer can be loaded.</summary>
public sealed class TokenizerParityTests
{
    private const int CasesPerTokenizer = 258;

    private static readonly string[] LlmBlenderTokens =
        ["<|source|>", "<|candidate1|>", "<|candidate2|>", "<|candidate|>"];

    public static TheoryData<string> Pipelines =>
        [.. AllPipelines().Select(pipeline => pipeline["name"]!.GetValue<string>())];

    public static TheoryData<string, string, string, bool> SharedRoutes => new()
    {
        { "pairrm-tiny-hf", "deberta", "fast", false },
        { "tokenizers/deberta", "deberta", "fast", false },
        { "deberta-tiny", "deberta", "fast", true },
        { "t5-tiny", "t5", "fast", false },
        { "tokenizers/t5", "t5", "fast", false },
        { "tokenizers/t5-whitespacesplit", "t5", "fast_ws", false },
    };

    [Theory]
    [InlineData("deberta", "deberta", "fast")]
    [InlineData("t5", "t5", "fast")]
    [InlineData("t5-whitespacesplit", "t5", "fast_ws")]
    public void Encode_TokenizerJson_EqualsReference(string name, string cases, string key)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", TokenizerFixture.TokenizerJson(name).ToJsonString());

        AssertEqualsReference(Tokenizer.Load(folder.Path), TokenizerFixture.Records(cases, "cases.jsonl.gz"), key);
    }

    [Fact]
    public void Encode_DebertaSentencePieceWithItsConfiguration_EqualsReference()
    {
        Tokenizer tokenizer = Tokenizer.Load(Fixture.File("pairrm-tiny"));

        AssertEqualsReference(tokenizer, TokenizerFixture.Records("deberta", "cases.jsonl.gz"), "fast");
    }

    [Fact]
    public void Encode_BareDebertaSentencePieceWithAddedTokens_EqualsReference()
    {
        using var folder = new TemporaryFolder();
        folder.Write("spm.model", File.ReadAllBytes(Fixture.File("pairrm-tiny", "spm.model")));
        folder.Write("tokenizer_config.json", """{"do_lower_case": false, "vocab_type": "spm"}""");
        Tokenizer tokenizer = Tokenizer.Load(folder.Path).WithAddedTokens(LlmBlenderTokens);

        AssertEqualsReference(tokenizer, TokenizerFixture.Records("deberta", "cases.jsonl.gz"), "fast");
    }

    [Fact]
    public void Encode_DebertaSentencePieceWithAddedTokensFile_EqualsReference()
    {
        using var folder = new TemporaryFolder();
        foreach (string name in new[] { "spm.model", "added_tokens.json", "special_tokens_map.json" })
        {
            folder.Write(name, File.ReadAllBytes(Fixture.File("pairrm-tiny", name)));
        }

        AssertEqualsReference(
            Tokenizer.Load(folder.Path), TokenizerFixture.Records("deberta", "cases.jsonl.gz"), "fast");
    }

    [Fact]
    public void Encode_BareT5SentencePiece_EqualsReference()
    {
        using var folder = new TemporaryFolder();
        folder.Write("spiece.model", TokenizerFixture.Unpack("t5", "spiece.model.gz"));

        AssertEqualsReference(Tokenizer.Load(folder.Path), TokenizerFixture.Records("t5", "cases.jsonl.gz"), "fast");
    }

    [Theory]
    [MemberData(nameof(Pipelines))]
    public void Encode_PipelineVariant_EqualsReference(string name)
    {
        JsonNode pipeline = AllPipelines().Single(pipeline => pipeline["name"]!.GetValue<string>() == name);
        JsonObject json = TokenizerFixture.TokenizerJson(pipeline["base"]!.GetValue<string>());
        foreach ((string key, JsonNode? value) in pipeline["set"]!.AsObject())
        {
            (key == "byte_fallback" ? json["model"]!.AsObject() : json)[key] = value?.DeepClone();
        }

        TokenizerFixture.FillCharsMap(json["normalizer"]);
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", json.ToJsonString());
        folder.Write("tokenizer_config.json", """{"clean_up_tokenization_spaces": false}""");
        Tokenizer tokenizer = Tokenizer.Load(folder.Path);

        Assert.NotEmpty(pipeline["cases"]!.AsArray());
        Assert.All(pipeline["cases"]!.AsArray(), record =>
        {
            int[] ids = Ids(record!["ids"]!);
            Assert.Equal(ids, tokenizer.Encode(record["text"]!.GetValue<string>()));
            Assert.Equal(record["decoded"]!.GetValue<string>(), tokenizer.Decode(ids));
            Assert.Equal(record["decoded_skip_special"]!.GetValue<string>(), tokenizer.Decode(ids, skipSpecialTokens: true));
        });
    }

    // The pipeline that transformers 5 builds for DeBERTa; ids of the tokenizers library 0.23.2.
    [Fact]
    public void Encode_DebertaPipelineOfTransformers5_EqualsReference()
    {
        JsonObject json = Transformers5Deberta("always");
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", json.ToJsonString());

        Tokenizer tokenizer = Tokenizer.Load(folder.Path);

        Assert.Equal([1, 663, 355, 288, 956, 261, 346, 2], tokenizer.Encode("Hello  world\n x"));
        Assert.Equal([1, 4001, 265, 2], tokenizer.Encode("<|source|>a"));
    }

    [Theory]
    [InlineData("Hello \t world\nx", "Hello world x")]
    [InlineData("a\u00A0\u2003b\rc\td  ", "a b c d")]
    [InlineData("nai\u0308ve cafe\u0301", "na\u00EFve caf\u00E9")]
    [InlineData("\r\n\r\nHello", " Hello")]
    [InlineData("Hello\n\n<|candidate1|>\n\nworld", "Hello <|candidate1|> world")]
    public void Encode_DebertaPipelineOfTransformers5_ReadsTextsThatItNormalisesAlikeAlike(string text, string same)
    {
        using var folder = new TemporaryFolder();
        foreach (string scheme in new[] { "always", "first" })
        {
            folder.Write("tokenizer.json", Transformers5Deberta(scheme).ToJsonString());
            Tokenizer tokenizer = Tokenizer.Load(folder.Path);

            Assert.Equal(tokenizer.Encode(same), tokenizer.Encode(text));
        }
    }

    // Single white space other than line feed, carriage return and tab is no part of the pattern.
    [Fact]
    public void Encode_DebertaPipelineOfTransformers5_KeepsASingleNoBreakSpace()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", Transformers5Deberta("always").ToJsonString());
        Tokenizer tokenizer = Tokenizer.Load(folder.Path);

        Assert.NotEqual(tokenizer.Encode("a b"), tokenizer.Encode("a\u00A0b"));
    }

    private static JsonObject Transformers5Deberta(string scheme)
    {
        JsonNode Space() => JsonNode.Parse($$"""{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "{{scheme}}", "split": true}""")!;
        JsonObject json = TokenizerFixture.TokenizerJson("deberta");
        json["normalizer"] = JsonNode.Parse(
            """
            {"type": "Sequence", "normalizers": [
              {"type": "Replace", "pattern": {"Regex": "\\s{2,}|[\\n\\r\\t]"}, "content": " "},
              {"type": "NFC"},
              {"type": "Strip", "strip_left": false, "strip_right": true}]}
            """);
        json["pre_tokenizer"] = new JsonObject { ["type"] = "Sequence", ["pretokenizers"] = new JsonArray(Space()) };
        json["decoder"] = Space();
        return json;
    }

    [Theory]
    [MemberData(nameof(SharedRoutes))]
    public void Encode_SharedCases_EqualsReference(string folder, string cases, string key, bool addTokens)
    {
        Assert.SkipUnless(SharedFolder.Exists, SharedFolder.SkipReason);
        Tokenizer tokenizer = Tokenizer.Load(SharedFolder.File("parity", folder));
        tokenizer = addTokens ? tokenizer.WithAddedTokens(LlmBlenderTokens) : tokenizer;
        IEnumerable<JsonNode> records = File
            .ReadLines(SharedFolder.File("parity", "tokenizers", cases, "cases.jsonl"))
            .Select(line => JsonNode.Parse(line)!);

        AssertEqualsReference(tokenizer, records, key);
    }

    private static IEnumerable<JsonNode> AllPipelines() =>
        JsonNode.Parse(TokenizerFixture.Unpack("pipelines.json.gz"))!.AsArray().Select(pipeline => pipeline!);

    // T5's cases decode without the final </s>, and the decoded texts are those of "fast".
    private static void AssertEqualsReference(Tokenizer tokenizer, IEnumerable<JsonNode> records, string key)
    {
        int count = 0;
        Assert.All(records, record =>
        {
            count++;
            int[] ids = Ids(record[key]!);
            Assert.Equal(ids, tokenizer.Encode(record["text"]!.GetValue<string>()));
            if (key == "fast")
            {
                int[] inner = tokenizer.ClsId is null ? ids[..^1] : ids;
                Assert.Equal(record["fast_decode"]!.GetValue<string>(), tokenizer.Decode(inner));
                Assert.Equal(record["fast_decode_skip_special"]!.GetValue<string>(), tokenizer.Decode(inner, true));
            }
        });
        Assert.Equal(CasesPerTokenizer, count);
    }

    private static int[] Ids(JsonNode array) => array.Deserialize<int[]>()!;
}
