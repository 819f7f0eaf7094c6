using System.Text.Json.Nodes;
using LLMBlender.Inference.Tokenization;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Tokenization.Files;

/// <summary>What tokenizer_config.json, special_tokens_map.json and added_tokens.json change in a tokenizer.json.</summary>
public sealed class FilesBesideTokenizerJsonTests : IDisposable
{
    private const string WordPiece = """
        {
          "added_tokens": [{"id": 0, "content": "[UNK]", "special": true, "normalized": false}],
          "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
          "pre_tokenizer": {"type": "BertPreTokenizer"},
          "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
          "model": {"type": "WordPiece", "unk_token": "[UNK]", "vocab":
            {"[UNK]": 0, "[CLS]": 1, "user": 2, "User": 3, "[": 4, "]": 5, "é": 6, "e": 7, "漢字": 8, "漢": 9, "字": 10, "cls": 11, "[PAD]": 12, "[SEP]": 13, "[MASK]": 14}}
        }
        """;

    private const string BytePairs = """
        {
          "added_tokens": [],
          "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
          "decoder": {"type": "ByteLevel"},
          "model": {"type": "BPE", "unk_token": null, "merges": ["Ġ a"],
            "vocab": {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4, "a": 5, "Ġ": 6, "Ġa": 7, "<": 8, "s": 9, ">": 10, "/": 11}}
        }
        """;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("added_tokens.json", """{"<|source|>": 4001, "<|candidate1|>": 4002, "<|candidate2|>": 4003, "<|candidate|>": 4004}""")]
    [InlineData("tokenizer_config.json", """
        {"added_tokens_decoder": {"4001": {"content": "<|source|>"}, "4002": {"content": "<|candidate1|>"},
         "4003": {"content": "<|candidate2|>"}, "4004": {"content": "<|candidate|>"}}}
        """)]
    public void Encode_TokenThatOnlyAFileBesideNames_IsOneId(string file, string content)
    {
        JsonObject json = TokenizerFixture.TokenizerJson("deberta");
        folder.Write("tokenizer.json", json.ToJsonString());
        int[] expected = Tokenizer.Load(folder.Path).Encode("<|candidate2|>hello <|source|> there");
        json["added_tokens"] = new JsonArray([.. json["added_tokens"]!.AsArray().Where(token => token!["id"]!.GetValue<int>() < 4001).Select(token => token!.DeepClone())]);
        folder.Write("tokenizer.json", json.ToJsonString());
        folder.Write(file, content);

        Assert.Equal(expected, Tokenizer.Load(folder.Path).Encode("<|candidate2|>hello <|source|> there"));
    }

    [Theory]
    [InlineData("special_tokens_map.json", """{"additional_special_tokens": ["[USER]", {"content": "[BOT]", "lstrip": false}]}""")]
    [InlineData("tokenizer_config.json", """{"additional_special_tokens": ["[USER]", "[BOT]"]}""")]
    [InlineData("tokenizer_config.json", """{"extra_special_tokens": ["[USER]", "[BOT]"], "tokenizer_class": "TokenizersBackend"}""")]
    [InlineData("tokenizer_config.json", """{"extra_special_tokens": {"user_token": "[USER]", "bot_token": "[BOT]"}}""")]
    public void Encode_SpecialTokensThatAreUnknown_AreAdded(string file, string content)
    {
        Assert.Equal([15, 2, 16], Load(WordPiece, (file, content)).Encode("[USER] user [BOT]"));
    }

    [Fact]
    public void Encode_RoleTokenThatOnlyTheConfigNames_IsAddedBeforeTheOthers()
    {
        Tokenizer tokenizer = Load(WordPiece, ("tokenizer_config.json", """{"pad_token": "<fill>", "additional_special_tokens": ["[USER]"]}"""));

        Assert.Equal([15, 16], tokenizer.Encode("<fill>[USER]"));
        Assert.Equal(15, tokenizer.PadId);
    }

    [Theory]
    [InlineData("BertTokenizer", true)]
    [InlineData("BertTokenizerFast", true)]
    [InlineData("PreTrainedTokenizerFast", false)]
    public void Encode_PieceThatItsClassCallsSpecial_IsOneId(string tokenizerClass, bool isSpecial)
    {
        Tokenizer tokenizer = Load(WordPiece, ("tokenizer_config.json", $$"""{"tokenizer_class": "{{tokenizerClass}}"}"""));

        Assert.Equal(isSpecial ? [1] : [4, 11, 5], tokenizer.Encode("[CLS]"));
    }

    [Theory]
    [InlineData("User", "{}", new[] { 2 })]
    [InlineData("User", """{"do_lower_case": false}""", new[] { 3 })]
    [InlineData("User", """{"do_lower_case": false, "tokenizer_class": "BertTokenizer"}""", new[] { 3 })]
    [InlineData("User", """{"do_lower_case": false, "tokenizer_class": "PreTrainedTokenizerFast"}""", new[] { 2 })]
    [InlineData("é", "{}", new[] { 7 })]
    [InlineData("é", """{"strip_accents": false}""", new[] { 6 })]
    [InlineData("é", """{"do_lower_case": false}""", new[] { 6 })]
    [InlineData("é", """{"do_lower_case": false, "strip_accents": true}""", new[] { 7 })]
    [InlineData("漢字", "{}", new[] { 9, 10 })]
    [InlineData("漢字", """{"tokenize_chinese_chars": false}""", new[] { 8 })]
    public void Encode_BertNormalizer_IsAsTheConfigSays(string text, string config, int[] ids) =>
        Assert.Equal(ids, Load(WordPiece, ("tokenizer_config.json", config)).Encode(text));

    [Fact]
    public void Encode_ConfigThatLowercasesOverATokenizerThatDoesNot_Lowercases()
    {
        string cased = WordPiece.Replace("\"lowercase\": true", "\"lowercase\": false", StringComparison.Ordinal);

        Assert.Equal([3], Load(cased).Encode("User"));
        Assert.Equal([2], Load(cased, ("tokenizer_config.json", """{"do_lower_case": true}""")).Encode("User"));
    }

    [Theory]
    [InlineData("{}", new[] { 5, 7 })]
    [InlineData("""{"add_prefix_space": true}""", new[] { 7, 7 })]
    [InlineData("""{"add_prefix_space": false}""", new[] { 5, 7 })]
    public void Encode_ByteLevel_AddsTheSpaceThatTheConfigAsksFor(string config, int[] ids)
    {
        Assert.Equal(ids, Load(BytePairs, ("tokenizer_config.json", config)).Encode("a a"));
    }

    // RoBERTa's and BART's mask takes the space before it along.
    [Fact]
    public void Encode_TokensOfBart_AreSpecialWithoutAnyFileNamingThem()
    {
        Tokenizer tokenizer = Load(BytePairs, ("tokenizer_config.json", """{"tokenizer_class": "BartTokenizer"}"""));

        Assert.Equal([0, 5, 4, 2], tokenizer.Encode("<s>a <mask></s>"));
        Assert.Equal([8, 9, 10], Load(BytePairs, ("tokenizer_config.json", "{}")).Encode("<s>"));
    }

    // T5's <extra_id_0> and its like: with the flags of added_tokens_decoder, the spaces around it are its own.
    [Theory]
    [InlineData("{}", new[] { 4, 5, 3, 6 })]
    [InlineData("""{"added_tokens_decoder": {"3": {"content": "<x>", "lstrip": true, "rstrip": true, "special": true}}}""", new[] { 4, 3, 4 })]
    [InlineData("""{"added_tokens_decoder": {"3": {"content": "<x>", "lstrip": true, "special": true}}}""", new[] { 4, 3, 6 })]
    public void Encode_FlagsOfAddedTokensDecoder_WinOverTokenizerJson(string config, int[] ids)
    {
        const string Json = """
            {
              "added_tokens": [{"id": 3, "content": "<x>", "special": true, "normalized": false}],
              "decoder": {"type": "Metaspace", "replacement": "▁"},
              "model": {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0], ["b", -2], ["c", -2], ["<x>", -9], ["a", -2], [" ", -1], [" a", -1]]}
            }
            """;

        Assert.Equal(ids, Load(Json, ("tokenizer_config.json", config)).Encode("a <x> a"));
    }

    [Theory]
    [InlineData("added_tokens.json", """{"[NEW]": 99}""", "added_tokens.json: here it gets 15")]
    [InlineData("tokenizer_config.json", """{"added_tokens_decoder": {"99": {"content": "[NEW]"}}}""", "tokenizer_config.json: here it gets 15")]
    public void Load_NewTokenAtAnotherPlace_IsRefused(string file, string content, string problem)
    {
        var e = Assert.Throws<ModelException>(() => Load(WordPiece, (file, content)));

        Assert.Contains("lacks [NEW], which has the id 99", e.Message, StringComparison.Ordinal);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WithMarkers_TokenizerThatHasSome_AddsTheOthers()
    {
        JsonObject json = TokenizerFixture.TokenizerJson("deberta");
        json["added_tokens"] = new JsonArray([.. json["added_tokens"]!.AsArray().Where(token => token!["id"]!.GetValue<int>() < 4003).Select(token => token!.DeepClone())]);
        folder.Write("tokenizer.json", json.ToJsonString());

        Tokenizer tokenizer = LLMBlender.Inference.Models.ControlTokens.AddTo(Tokenizer.Load(folder.Path));

        Assert.Equal((4001, 4002, 4003, 4004), (tokenizer.Find("<|source|>"), tokenizer.Find("<|candidate1|>"), tokenizer.Find("<|candidate2|>"), tokenizer.Find("<|candidate|>")));
    }

    private Tokenizer Load(string json, params (string Name, string Content)[] others)
    {
        foreach ((string name, string content) in others.Append(("tokenizer.json", json)))
        {
            folder.Write(name, content);
        }

        return Tokenizer.Load(folder.Path);
    }
}
