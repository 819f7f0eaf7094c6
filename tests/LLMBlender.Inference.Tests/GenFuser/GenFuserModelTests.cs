using LLMBlender.Inference.GenFuser;

namespace LLMBlender.Inference.Tests.GenFuser;

public sealed class GenFuserModelTests(TinyFuser tiny) : IClassFixture<TinyFuser>
{
    private const float StateTolerance = 2e-5f;
    private const float LogitTolerance = 1e-4f;

    [Fact]
    public void Encode_ReferencePrompts_GivesTheReferencesStates()
    {
        using var model = tiny.Load();

        Assert.All(T5Case.All.Where(one => one.States is not null), one =>
            Assert.InRange(Difference(one.States!, model.Encode([one.Ids])), 0, StateTolerance));
    }

    [Fact]
    public void Score_ReferenceTokens_GivesTheReferencesLogits()
    {
        using var model = tiny.Load();

        Assert.All(T5Case.All.Where(one => one.Logits is not null), one =>
            Assert.InRange(Difference(one.Logits!, model.Score(one.Ids, one.DecoderIds!)), 0, LogitTolerance));
    }

    [Fact]
    public void Generate_Greedy_IsTheReferences()
    {
        using var model = tiny.Load();

        Assert.All(T5Case.All, one =>
        {
            var text = model.Generate([one.Ids], new GenerationOptions { MaxNewTokens = one.MaxNewTokens })[0].Single();
            Assert.Equal(one.Greedy, text.Ids);
            Assert.Equal(one.Greedy[^1] != 1, text.ReachedLimit);
        });
    }

    [Fact]
    public void Generate_Beams_AreTheReferencesWithTheirScores()
    {
        using var model = tiny.Load();

        Assert.All(T5Case.All, one =>
        {
            var texts = model.Generate(
                [one.Ids], new GenerationOptions { MaxNewTokens = one.MaxNewTokens, Beams = 4, ReturnSequences = 4 })[0];
            Assert.Equal(one.Beams, texts.Select(text => Padded(text.Ids, one.Beams[0].Length)));
            Assert.All(texts.Zip(one.Scores), pair => Assert.Equal(pair.Second, pair.First.Score, 1e-4));
        });
    }

    [Fact]
    public void Generate_Batch_GivesWhatEachPromptGivesAlone()
    {
        using var model = tiny.Load();
        var (prompts, tokens, greedy, beam) = T5Case.Batch;
        int[][] ids = [.. prompts.Select(prompt => T5Case.All[prompt].Ids)];

        var likeliest = model.Generate(ids, new GenerationOptions { MaxNewTokens = tokens });
        var searched = model.Generate(ids, new GenerationOptions { MaxNewTokens = tokens, Beams = 4 });

        Assert.Equal(greedy, likeliest.Select(texts => Padded(texts[0].Ids, greedy[0].Length)));
        Assert.Equal(beam, searched.Select(texts => Padded(texts[0].Ids, beam[0].Length)));
    }

    private static int[] Padded(int[] ids, int length) => [.. ids, .. new int[length - ids.Length]];

    private static float Difference(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max();
    }
}
