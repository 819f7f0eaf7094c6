using System.Text.Json.Nodes;
using LLMBlender.Inference.Tokenization;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Tokenization;

/// <summary>
/// A tokenizer.json of ModernBERT's form: byte-level BPE whose unknown and special tokens are added tokens outside the vocabulary, and whose
/// runs of spaces are ordinary added tokens. The ids follow from the tables below.
/// </summary>
public sealed class ModernBertTokenizerTests : IDisposable
{
    private static readonly (int Id, string Content, bool IsSpecial)[] Added =
    [
        (0, "|||IP_ADDRESS|||", false), (1, "<|padding|>", true), (11, "   ", false), (12, "  ", false),
        (13, "[UNK]", true), (14, "[CLS]", true), (15, "[SEP]", true), (16, "[PAD]", true), (17, "[MASK]", true),
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("ab ab", 8, 9)]
    [InlineData("é", 10)]
    [InlineData("e\u0301", 10)]
    [InlineData("a b", 2, 4, 3)]
    [InlineData("a  b", 2, 12, 3)]
    [InlineData("a   b", 2, 11, 3)]
    [InlineData("a    b", 2, 11, 4, 3)]
    [InlineData("a\n  b", 2, 5, 12, 3)]
    [InlineData("a   [MASK] b", 2, 17, 4, 3)]
    [InlineData("|||IP_ADDRESS|||a<|padding|>", 0, 2, 1)]
    [InlineData("[UNK]a", 13, 2)]
    [InlineData("z")]
    public void Encode_Text_HasTheIdsOfItsTables(string text, params int[] ids)
    {
        Write(Added);

        Assert.Equal(ids, Tokenizer.Load(folder.Path).Encode(text, addSpecialTokens: false));
    }

    [Fact]
    public void Load_SpecialTokens_AreTheAddedOnes()
    {
        Write(Added);

        var tokenizer = Tokenizer.Load(folder.Path);

        Assert.Equal(
            [13, 14, 15, 16, 17, 18],
            new int?[] { tokenizer.UnkId, tokenizer.ClsId, tokenizer.SepId, tokenizer.PadId, tokenizer.MaskId, tokenizer.Count });
        Assert.Equal([14, 2, 15, 3, 15], tokenizer.EncodeRow("a[CLS]", "[SEP]b", 64).Ids);
        Assert.Equal("ab  ab é", tokenizer.Decode(tokenizer.Encode("ab  ab é"), skipSpecialTokens: true));
    }

    [Fact]
    public void Load_WithoutUnknownToken_IsRejectedByName()
    {
        Write([.. Added.Where(token => token.Content != "[UNK]").Select((token, i) => token with { Id = i < 4 ? token.Id : token.Id - 1 })]);

        var e = Assert.Throws<ModelException>(() => Tokenizer.Load(folder.Path));

        Assert.Contains("\"[UNK]\", which stands for unknown text", e.Message, StringComparison.Ordinal);
    }

    private void Write((int Id, string Content, bool IsSpecial)[] added)
    {
        int Id(string content) => added.Single(token => token.Content == content).Id;
        var template = $$$$"""
            {"type": "TemplateProcessing",
             "single": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "[SEP]"}}],
             "pair": [{"SpecialToken": {"id": "[CLS]"}}, {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "[SEP]"}},
                      {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
             "special_tokens": {"[CLS]": {"ids": [{{{{Id("[CLS]")}}}}]}, "[SEP]": {"ids": [{{{{Id("[SEP]")}}}}]}}}
            """;
        var json = new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. added.Select(token => (JsonNode)new JsonObject
            {
                ["id"] = token.Id,
                ["content"] = token.Content,
                ["special"] = token.IsSpecial,
                ["normalized"] = !token.IsSpecial,
                ["lstrip"] = token.Content == "[MASK]",
            })]),
            ["normalizer"] = new JsonObject { ["type"] = "NFC" },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["trim_offsets"] = true, ["use_regex"] = true },
            ["post_processor"] = JsonNode.Parse(template),
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = JsonNode.Parse(
                """
                {"type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null, "end_of_word_suffix": null, "fuse_unk": false,
                 "vocab": {"|||IP_ADDRESS|||": 0, "<|padding|>": 1, "a": 2, "b": 3, "Ġ": 4, "Ċ": 5, "Ã": 6, "©": 7, "ab": 8, "Ġab": 9, "Ã©": 10},
                 "merges": ["a b", "Ġ ab", "Ã ©"]}
                """),
        };
        folder.Write("tokenizer.json", json.ToJsonString());
        folder.Write(
            "tokenizer_config.json",
            """{"tokenizer_class": "PreTrainedTokenizerFast", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "mask_token": "[MASK]"}""");
    }
}
