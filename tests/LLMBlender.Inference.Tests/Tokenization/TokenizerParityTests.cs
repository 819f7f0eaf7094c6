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
