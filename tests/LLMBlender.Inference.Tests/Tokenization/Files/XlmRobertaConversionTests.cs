using LLMBlender.Inference.Tokenization;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Tokenization.Files;

/// <summary>XLM-RoBERTa's file: the ids are the pieces' own, one further on, between fairseq's special tokens.</summary>
public sealed class XlmRobertaConversionTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("The server answers requests.")]
    [InlineData("  Two   spaces, naïve ﬁne ☃ text")]
    [InlineData("")]
    public void Encode_Pieces_AreOneFurtherOn(string text)
    {
        var (plain, xlm) = Load();

        Assert.Equal([0, .. plain.Encode(text, addSpecialTokens: false).Select(id => id + 1), 2], xlm.Encode(text));
    }

    [Fact]
    public void Encode_Pair_HasTwoSeparatorsBetween()
    {
        var (_, xlm) = Load();
        int[] one = xlm.Encode("The server"), other = xlm.Encode("answers");

        var row = xlm.EncodeRow("The server", "answers", 100);

        Assert.Equal([.. one, 2, .. other[1..]], row.Ids);
        Assert.All(row.Types, type => Assert.Equal(0, type));
        Assert.Equal((0, 1, 2, 3, xlm.Count - 1), (xlm.ClsId, xlm.PadId, xlm.SepId, xlm.UnkId, xlm.MaskId));
    }

    [Fact]
    public void Load_OtherClass_IsRefused()
    {
        Load();
        folder.Write("tokenizer_config.json", """{"tokenizer_class": "CamembertTokenizer"}""");

        Assert.Contains("CamembertTokenizer", Assert.Throws<ModelException>(() => Tokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    // A vocabulary with three special pieces before the others, as XLM-RoBERTa's is.
    private (Tokenizer Plain, Tokenizer Xlm) Load()
    {
        byte[] model = TokenizerFixture.Unpack("t5", "spiece.model.gz");
        Directory.CreateDirectory(folder.File("plain"));
        File.WriteAllBytes(folder.File("plain", "spiece.model"), model);
        folder.Write("sentencepiece.bpe.model", model);
        return (Tokenizer.Load(folder.File("plain")), Tokenizer.Load(folder.Path));
    }
}
