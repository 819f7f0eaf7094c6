using CsCheck;
using LLMBlender.Inference.Tokenization;
using LLMBlender.Inference.Tokenization.AddedTokens;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Tokenization;

public sealed class TokenizerTests
{
    private static readonly Tokenizer Deberta = Tokenizer.Load(Fixture.File("pairrm-tiny"));

    private static readonly string[] Snippets =
    [
        " ", "  ", "\t", "\r\n", "▁", "the", "Hello", "[CLS]", "[MASK]", "<|source|>", "<|candidate1|", "［CLS］",
        "\uD800", "\uDC00", "e\u0301", "ﬁ\u0301", "한", "\u1100\u1161", "👩‍👩‍👧", "🇩🇪", "क्ष", "\0",
    ];

    // What the tokenizer treats in its own way, between characters of all kinds.
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.Int[0, Snippets.Length - 1].Select(i => Snippets[i]),
        Gen.Char.Select(c => c.ToString()),
        Gen.Int[0x10000, 0x10FFFF].Select(char.ConvertFromUtf32))
        .Array[0, 40].Select(string.Concat);

    [Fact]
    public void Load_DebertaTokens_HaveTheirRoles()
    {
        Assert.Equal(4005, Deberta.Count);
        Assert.Equal(
            [0, 1, 2, 1, 2, 3, 4000],
            new int?[]
            {
                Deberta.PadId, Deberta.ClsId, Deberta.SepId, Deberta.BosId, Deberta.EosId, Deberta.UnkId,
                Deberta.MaskId,
            });
        Assert.Equal(4001, Deberta.Find("<|source|>"));
        Assert.Equal(Assert.Single(Deberta.Encode("the", addSpecialTokens: false)), Deberta.Find("▁the"));
        Assert.Null(Deberta.Find("▁no such piece"));
        Assert.Equal(
            ["spm.model", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"],
            Deberta.Files.Select(Path.GetFileName));
    }

    [Fact]
    public void Load_BareT5SentencePiece_HasTheExtraIdsDownwards()
    {
        using var folder = new TemporaryFolder();
        folder.Write("spiece.model", TokenizerFixture.Unpack("t5", "spiece.model.gz"));
        Tokenizer t5 = Tokenizer.Load(folder.Path);

        Assert.Equal(1500, t5.Count);
        Assert.Equal(1499, t5.Find("<extra_id_0>"));
        Assert.Equal(1400, t5.Find("<extra_id_99>"));
        Assert.Equal([0, 1, 2], new int?[] { t5.PadId, t5.EosId, t5.UnkId });
        Assert.Null(t5.ClsId);
        Assert.Null(t5.MaskId);
    }

    [Fact]
    public void Load_SameTokenizerByBothFiles_HasTheSameAddedTokens()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", TokenizerFixture.TokenizerJson("deberta").ToJsonString());

        Assert.Equal(Tokenizer.Load(folder.Path).AddedTokens, Deberta.AddedTokens);
    }

    [Fact]
    public void WithAddedTokens_NewAndKnownOnes_AppendsTheNewAlone()
    {
        Tokenizer tokenizer = Deberta.WithAddedTokens(["<new>", "<|source|>", "<newer>"]);

        Assert.Equal(4007, tokenizer.Count);
        Assert.Equal(4001, tokenizer.Find("<|source|>"));
        Assert.Equal([1, 4005, 4006, 2], tokenizer.Encode("<new><newer>"));
        Assert.Equal(new AddedToken(4006, "<newer>"), tokenizer.AddedTokens[^1]);
        Assert.Equal(4005, Deberta.Count);
        Assert.Null(Deberta.Find("<new>"));
    }

    [Fact]
    public void WithAddedTokens_PieceOfTheVocabulary_KeepsItsId()
    {
        Tokenizer tokenizer = Deberta.WithAddedTokens(["▁the"]);

        Assert.Equal(Deberta.Count, tokenizer.Count);
        Assert.Equal(Deberta.Find("▁the"), tokenizer.AddedTokens.Single(token => token.Content == "▁the").Id);
    }

    [Fact]
    public void WithAddedTokens_EmptyToken_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Deberta.WithAddedTokens([""]));

    [Fact]
    public void Encode_LoneSurrogate_CountsAsReplacementCharacter()
    {
        Assert.Equal(Deberta.Encode("a\uFFFDb"), Deberta.Encode("a\uD800b"));
        Assert.Equal(Deberta.Encode("\uFFFD"), Deberta.Encode("\uDFFF"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData(" \t\n\u00A0\u3000  ")]
    public void Encode_NothingButSpaces_GivesTheTemplateAlone(string text)
    {
        Assert.Equal([1, 2], Deberta.Encode(text));
        Assert.Empty(Deberta.Encode(text, addSpecialTokens: false));
    }

    [Fact]
    public void Encode_ListWithContents_AppendsToThem()
    {
        List<int> ids = [7];
        Deberta.Encode("Hello world", ids, addSpecialTokens: true);

        Assert.Equal([7, .. Deberta.Encode("Hello world")], ids);
    }

    [Fact]
    public void Encode_AnyText_GivesTheSameValidIdsEveryTime() => Texts.Sample(text =>
    {
        int[] ids = Deberta.Encode(text);

        Assert.All(ids, id => Assert.InRange(id, 0, Deberta.Count - 1));
        Assert.Equal(ids, Deberta.Encode(text));

        // One that has met no word yet.
        Assert.Equal(ids, Deberta.WithAddedTokens([]).Encode(text));
        Assert.NotNull(Deberta.Decode(ids));
    }, iter: 1000);

    [Fact]
    public void Encode_WordsOfAnyText_AreSegmentedAsOnTheirOwn() => Texts.Array[1, 5].Sample(texts =>
    {
        // Segmentation never crosses a space, so only the words' own ids may come of a joined text.
        string[] words = [.. texts
            .Select(text => string.Concat(text.Where(char.IsAsciiLetterOrDigit)))
            .Where(word => word.Length > 0)];

        Assert.Equal(
            words.SelectMany(word => Deberta.Encode(word, addSpecialTokens: false)),
            Deberta.Encode(string.Join(' ', words), addSpecialTokens: false));
    }, iter: 1000);

    [Fact]
    public void Encode_ManyThreads_GiveWhatOneGives()
    {
        string[] texts = CaseTexts();
        int[][] expected = [.. texts.Select(text => Deberta.Encode(text))];

        Parallel.For(0, 16 * texts.Length, i =>
            Assert.Equal(expected[i % texts.Length], Deberta.Encode(texts[i % texts.Length])));
    }

    [Fact]
    public void Encode_WarmList_AllocatesNothing()
    {
        string[] texts = CaseTexts();
        Tokenizer tokenizer = Deberta.WithAddedTokens([]);
        List<int> ids = [];
        EncodeAll();
        EncodeAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        EncodeAll();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void EncodeAll()
        {
            foreach (string text in texts)
            {
                ids.Clear();
                tokenizer.Encode(text, ids, addSpecialTokens: true);
            }
        }
    }

    [Theory]
    [InlineData("a")]
    [InlineData("-")]
    [InlineData("word ")]
    [InlineData("☃")]
    [InlineData("e\u0301")]
    [InlineData("\u0301")]
    [InlineData("[CLS]")]
    [InlineData("<|candidate1|")]
    public void Encode_MegabyteOfOneThing_Works(string unit)
    {
        string text = string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length));

        int[] ids = Deberta.Encode(text, addSpecialTokens: false);

        Assert.NotEmpty(ids);
        Assert.InRange(ids.Length, 1, text.Length);
    }

    [Fact]
    public void Decode_UnknownIds_LeavesThemOut() =>
        Assert.Equal(
            "[CLS] Hello world[SEP]",
            Deberta.Decode([-1, .. Deberta.Encode("Hello world"), 4005, int.MaxValue]));

    private static string[] CaseTexts() =>
        [.. TokenizerFixture.Records("deberta", "cases.jsonl.gz").Select(record => record["text"]!.GetValue<string>())];
}
