using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Tokenization;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Tokenization;

/// <summary>WordPiece and byte-level BPE, loaded from vocabulary files and from tokenizer.json.</summary>
public sealed class WordTokenizerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("bert-tiny", "bertscore.json", "candidate", "reference")]
    [InlineData("bart-tiny", "bartscore.json", "source", "target")]
    public void Encode_VocabularyFiles_EqualsReference(string name, string cases, params string[] sides)
    {
        var tokenizer = Tokenizer.Load(PackedFixture.Write(name, folder.File(name)));
        AssertEqualsReference(tokenizer, name, cases, sides);
    }

    [Fact]
    public void Encode_WordPieceJson_EqualsReference()
    {
        var vocabulary = new JsonObject();
        foreach (var (line, id) in File.ReadAllLines(Fixture.File("bert-tiny", "vocab.txt")).Select((line, id) => (line, id)))
        {
            vocabulary[line] = id;
        }

        WriteJson(
            """{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": false}""",
            """{"type": "BertPreTokenizer"}""",
            """{"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}""",
            """{"type": "WordPiece", "prefix": "##", "cleanup": true}""",
            new JsonObject { ["unk_token"] = "[UNK]", ["vocab"] = vocabulary },
            [(0, "[PAD]"), (1, "[UNK]"), (2, "[CLS]"), (3, "[SEP]"), (4, "[MASK]")]);
        var tokenizer = Tokenizer.Load(folder.Path);

        AssertEqualsReference(tokenizer, "bert-tiny", "bertscore.json", ["candidate", "reference"]);
        Assert.Equal("Leaves, change.", tokenizer.Decode(tokenizer.Encode("Leaves , change.", addSpecialTokens: false)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Encode_ByteLevelJson_EqualsReference(bool pairsAsLists)
    {
        PackedFixture.Write("bart-tiny", folder.File("files"));
        var merges = new JsonArray([.. File.ReadAllLines(folder.File("files", "merges.txt")).Where(line => line.Length > 0 && line[0] != '#' || line.StartsWith("# ", StringComparison.Ordinal))
            .Where(line => !line.StartsWith("#version", StringComparison.Ordinal))
            .Select(line => pairsAsLists ? (JsonNode)new JsonArray([.. line.Split(' ').Select(part => JsonValue.Create(part))]) : JsonValue.Create(line))]);
        WriteJson(
            null,
            """{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true}""",
            """{"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": true, "add_prefix_space": false}""",
            """{"type": "ByteLevel"}""",
            new JsonObject
            {
                ["dropout"] = null, ["unk_token"] = null, ["continuing_subword_prefix"] = "", ["end_of_word_suffix"] = "", ["fuse_unk"] = false,
                ["vocab"] = JsonNode.Parse(File.ReadAllText(folder.File("files", "vocab.json"))), ["merges"] = merges,
            },
            [(0, "<s>"), (1, "<pad>"), (2, "</s>"), (3, "<unk>"), (4, "<mask>")]);
        var tokenizer = Tokenizer.Load(folder.Path);

        AssertEqualsReference(tokenizer, "bart-tiny", "bartscore.json", ["source", "target"]);
        const string Text = "naïve café — don't\n  stop 😀";
        Assert.True(tokenizer.IsByteLevel);
        Assert.Equal(Text, tokenizer.Decode(tokenizer.Encode(Text, addSpecialTokens: false)).Replace("do n't", "don't", StringComparison.Ordinal));
    }

    // By the published definition (BasicTokenizer): lower case, accents off, white space and controls away, CJK and punctuation alone.
    [Theory]
    [InlineData("Éa", "ea")]
    [InlineData("e\u0301a", "ea")]
    [InlineData("Ǎ\u200BÅB", "aab")]
    [InlineData("a\u0000\uFFFDe", "ae")]
    [InlineData("a中e", "a", "[UNK]", "e")]
    [InlineData("a$e", "a", "[UNK]", "e")]
    [InlineData("a\t\n b", "a", "b")]
    [InlineData("각", "[UNK]")]
    public void Encode_UncasedWordPiece_NormalisesAsBertDoes(string text, params string[] pieces)
    {
        folder.Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\ne\nb\n##a\n##e\n##b\nea\naab\nae\n");
        var tokenizer = Tokenizer.Load(folder.Path);

        Assert.Equal(pieces.Select(piece => tokenizer.Find(piece)!.Value), tokenizer.Encode(text, addSpecialTokens: false));
    }

    [Fact]
    public void Encode_WordWithoutSegmentation_IsOneUnknown()
    {
        folder.Write("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##a\n##b\n");
        var tokenizer = Tokenizer.Load(folder.Path);

        Assert.Equal([5, 6, 7], tokenizer.Encode("aab", addSpecialTokens: false));
        Assert.Equal([1], tokenizer.Encode("aac", addSpecialTokens: false));
        Assert.Equal(Enumerable.Repeat(6, 99).Prepend(5), tokenizer.Encode(new string('a', 100), addSpecialTokens: false));
        Assert.Equal([1], tokenizer.Encode(new string('a', 101), addSpecialTokens: false));
    }

    // Ranks decide, not places: "ab" merges before "bc", though both could; then the leftmost first.
    [Fact]
    public void Encode_BytePairs_MergesByRankThenFromTheLeft()
    {
        folder.Write("vocab.json", """{"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4, "a": 5, "b": 6, "c": 7, "bc": 8, "ab": 9, "aa": 10, "aabc": 11}""");
        folder.Write("merges.txt", "#version: 0.2\nb c\na a\na b\naa bc\n");
        var tokenizer = Tokenizer.Load(folder.Path);

        Assert.Equal([5, 8], tokenizer.Encode("abc", addSpecialTokens: false));
        Assert.Equal([10, 9], tokenizer.Encode("aaab", addSpecialTokens: false));
        Assert.Equal([11], tokenizer.Encode("aabc", addSpecialTokens: false));
        Assert.Equal([10, 10, 5], tokenizer.Encode("aaaaa", addSpecialTokens: false));
        Assert.Equal([5, 3, 6], tokenizer.Encode("a-b", addSpecialTokens: false));
    }

    [Fact]
    public void EncodeRow_OfTwoTexts_HasTheTemplateOfItsFamily()
    {
        var bert = Tokenizer.Load(PackedFixture.Write("bert-tiny", folder.File("bert")));
        var bart = Tokenizer.Load(PackedFixture.Write("bart-tiny", folder.File("bart")));
        (int[] a, int[] b) = (bert.Encode("Leaves", addSpecialTokens: false), bert.Encode("change colour", addSpecialTokens: false));

        var row = bert.EncodeRow("Leaves", "change colour", 64);

        Assert.Equal([2, .. a, 3, .. b, 3], row.Ids);
        Assert.Equal([.. new int[a.Length + 2], .. Enumerable.Repeat(1, b.Length + 1)], row.Types);
        Assert.Equal(
            [0, .. bart.Encode("x", addSpecialTokens: false), 2, 2, .. bart.Encode("y", addSpecialTokens: false), 2], bart.EncodeRow("x", "y", 64).Ids);
        Assert.Throws<ArgumentOutOfRangeException>(() => bert.EncodeRow("x", "y", 3));
    }

    [Theory]
    [InlineData(5, 5, 10, 5, 5)]
    [InlineData(3, 20, 10, 3, 7)]
    [InlineData(20, 3, 10, 7, 3)]
    [InlineData(20, 20, 11, 5, 6)]
    [InlineData(21, 20, 11, 6, 5)]
    [InlineData(40, 30, 10, 5, 5)]
    public void Cut_LongestFirst_LeavesWhatFits(int first, int second, int room, int left, int right) =>
        Assert.Equal((left, right), TokenRow.Cut(first, second, room));

    // What the first text leaves is the second's, and the limit holds only where both do not fit.
    [Theory]
    [InlineData(5, 5, 10, 4, 5, 5)]
    [InlineData(20, 20, 10, 4, 4, 6)]
    [InlineData(20, 2, 10, 4, 8, 2)]
    [InlineData(3, 20, 10, 4, 3, 7)]
    [InlineData(20, 20, 3, 4, 3, 0)]
    public void CutToLimit_OfTheFirst_LeavesTheRestToTheSecond(int first, int second, int room, int limit, int left, int right) =>
        Assert.Equal((left, right), TokenRow.CutToLimit(first, second, room, limit));

    [Theory]
    [InlineData("vocab.txt", "a\nb\n", "has no \"[UNK]\"")]
    [InlineData("vocab.json", """{"<unk>": 0, "a": 0}""", "id 0 is both")]
    [InlineData("vocab.json", """{"<unk>": 99999999}""", "ids must be from 0")]
    [InlineData("vocab.json", """{"<unk>": "x"}""", "must be an id")]
    [InlineData("vocab.json", """[]""", "must be an object")]
    public void Load_VocabularyThatCannotBeUsed_SaysWhy(string file, string content, string problem)
    {
        folder.Write(file, content);
        folder.Write("merges.txt", "");

        Assert.Contains(problem, Assert.Throws<ModelException>(() => Tokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_MergeOfNoPiece_NamesIt()
    {
        folder.Write("vocab.json", """{"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4, "a": 5}""");
        folder.Write("merges.txt", "a b\n");

        Assert.Contains("\"b\" is not in the vocabulary", Assert.Throws<ModelException>(() => Tokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    private static void AssertEqualsReference(Tokenizer tokenizer, string name, string cases, string[] sides)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(PackedFixture.Cases(name), cases)));
        foreach (var side in sides)
        {
            var texts = document.RootElement.GetProperty(side + "s").EnumerateArray().Select(text => text.GetString()!).ToArray();
            int[][] ids = [.. document.RootElement.GetProperty(side + "_ids").EnumerateArray().Select(row => row.EnumerateArray().Select(id => id.GetInt32()).ToArray())];
            Assert.NotEmpty(texts);
            Assert.All(texts.Zip(ids), pair => Assert.Equal(pair.Second, tokenizer.EncodeTruncated(pair.First, Math.Max(ids.Max(row => row.Length), 3))));
        }
    }

    private void WriteJson(string? normalizer, string preTokenizer, string postProcessor, string decoder, JsonObject model, (int Id, string Content)[] added)
    {
        var json = new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. added.Select(token => new JsonObject
            {
                ["id"] = token.Id, ["content"] = token.Content, ["special"] = true, ["normalized"] = false, ["lstrip"] = token.Content == "<mask>",
            })]),
            ["normalizer"] = normalizer is null ? null : JsonNode.Parse(normalizer),
            ["pre_tokenizer"] = JsonNode.Parse(preTokenizer),
            ["post_processor"] = JsonNode.Parse(postProcessor),
            ["decoder"] = JsonNode.Parse(decoder),
            ["model"] = model,
        };
        folder.Write("tokenizer.json", json.ToJsonString());
    }
}
