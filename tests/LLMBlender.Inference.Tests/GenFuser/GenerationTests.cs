using LLMBlender.Inference.GenFuser;
using Microsoft.ML.OnnxRuntime;

namespace LLMBlender.Inference.Tests.GenFuser;

public sealed class GenerationTests(TinyFuser tiny) : IClassFixture<TinyFuser>
{
    // Long enough for the cache to grow twice; prompts that the tiny model doesn't end early.
    private const int Long = 100;
    private static readonly int[] Talkative = T5Case.All.First(one => one.Greedy.Length == 33).Ids;

    [Fact]
    public void Decoder_StepByStep_GivesWhatOnePassOverAllGives()
    {
        using var model = tiny.Load();
        int[] tokens = [0, .. Enumerable.Range(0, Long - 1).Select(i => 3 + i * 29 % 1400)];
        var expected = model.Score(Talkative, tokens);
        var (encoded, decoder) = model.Begin([Talkative, Talkative], 1, Long);
        using var run = new RunOptions();
        using (encoded)
        using (decoder)
        {
            var vocabulary = expected.Length / tokens.Length;
            for (var i = 0; i < tokens.Length; i++)
            {
                var logits = decoder.Step([tokens[i], tokens[i]], run);
                var (first, second) = (logits[..vocabulary].ToArray(), logits[vocabulary..].ToArray());
                Assert.InRange(Difference(expected.AsSpan(i * vocabulary, vocabulary), first), 0, 1e-4);
                Assert.InRange(Difference(first, second), 0, 1e-5);
            }
        }
    }

    [Fact]
    public void Generate_PastTheCachesFirstRoom_StillTakesTheLikeliest()
    {
        using var model = tiny.Load();

        var ids = model.Generate([Talkative], new GenerationOptions { MaxNewTokens = Long })[0][0].Ids;

        var logits = model.Score(Talkative, ids[..^1]);
        var vocabulary = logits.Length / (ids.Length - 1);
        Assert.True(ids.Length > 64);
        Assert.All(Enumerable.Range(0, ids.Length - 1), i =>
        {
            var row = logits.AsSpan(i * vocabulary, vocabulary);
            Assert.InRange(row[ids[i + 1]], row.ToArray().Max() - 1e-4f, float.MaxValue);
        });
    }

    // A beam's score is the model's own opinion of its ids only if its row always held the keys of its own past.
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Generate_LongBeams_ScoreWhatTeacherForcingScores(int beams)
    {
        using var model = tiny.Load();

        // The penalty keeps short ones from winning before the cache has grown.
        var options = new GenerationOptions { MaxNewTokens = Long, Beams = beams, ReturnSequences = beams, LengthPenalty = 3 };

        var texts = model.Generate([Talkative], options)[0];

        Assert.Contains(texts, text => text.NewTokens > 64);
        Assert.All(texts, text =>
            Assert.Equal(LogProbability(model, Talkative, text.Ids), text.Score * Math.Pow(text.NewTokens, 3), 1e-2));
        Assert.Equal(texts.Select(text => text.Score).OrderDescending(), texts.Select(text => text.Score));
    }

    [Fact]
    public void Generate_Sampled_DependsOnSeedAndPromptAndNotOnTheBatch()
    {
        using var model = tiny.Load();
        int[][] prompts = [.. T5Case.All.Take(5).Select(one => one.Ids)];
        var options = new GenerationOptions { MaxNewTokens = 12, ReturnSequences = 2, Sampling = new SamplingOptions { Seed = 5, TopP = 0.9 } };

        var together = Ids(model.Generate(prompts, options));
        var apart = Ids(model.Generate(prompts, options with { BatchPrompts = 1 }));
        var otherSeed = Ids(model.Generate(prompts, options with { Sampling = options.Sampling with { Seed = 6 } }));

        Assert.Equal(together, apart);
        Assert.NotEqual(together, otherSeed);
        Assert.Contains(Enumerable.Range(0, 5), i => !together[2 * i].AsSpan().SequenceEqual(together[2 * i + 1]));
    }

    [Theory]
    [InlineData(1.0, 1.0, 1)]
    [InlineData(1e-4, 1.0, null)]
    [InlineData(1.0, 1e-6, null)]
    public void Generate_SampledWithNoRoomForChance_TakesTheLikeliest(double temperature, double topP, int? topK)
    {
        using var model = tiny.Load();
        var one = T5Case.All[1];
        var sampling = new SamplingOptions { Temperature = temperature, TopP = topP, TopK = topK };

        var text = model.Generate([one.Ids], new GenerationOptions { MaxNewTokens = one.MaxNewTokens, Sampling = sampling })[0][0];

        Assert.Equal(one.Greedy, text.Ids);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Stream_PiecesTogether_AreTheText(int beams)
    {
        using var model = tiny.Load();
        var (pieces, most) = (0, 0);
        foreach (var one in T5Case.All)
        {
            var options = new GenerationOptions { MaxNewTokens = one.MaxNewTokens, Beams = beams };
            var expected = model.Generate([one.Ids], options)[0][0];
            GeneratedText? finished = null;
            var streamed = new List<string>();
            await foreach (var piece in model.StreamAsync(one.Ids, options, text => finished = text, TestContext.Current.CancellationToken))
            {
                streamed.Add(piece);
            }

            Assert.Equal(expected.Text, string.Concat(streamed));
            Assert.Equal(expected.Ids, finished!.Ids);
            (pieces, most) = (pieces + streamed.Count, Math.Max(most, streamed.Count));
        }

        // In one piece each it would be no stream.
        Assert.InRange(most, beams == 1 ? 5 : 2, int.MaxValue);
    }

    [Fact]
    public async Task Stream_Cancelled_EndsWithinAStep()
    {
        using var model = tiny.Load();
        using var cancellationToken = new CancellationTokenSource();
        var finished = false;
        var options = new GenerationOptions { MaxNewTokens = 100_000 };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var piece in model.StreamAsync(Talkative, options, _ => finished = true, cancellationToken.Token))
            {
                await cancellationToken.CancelAsync();
            }
        });

        Assert.False(finished);
    }

    [Fact]
    public async Task Stream_LeftByItsReader_StopsTheDecoder()
    {
        using var model = tiny.Load();
        var finished = false;

        await foreach (var piece in model.StreamAsync(
            Talkative, new GenerationOptions { MaxNewTokens = 100_000 }, _ => finished = true, TestContext.Current.CancellationToken))
        {
            break;
        }

        // Leaving waits for the decoder to have stopped.
        Assert.False(finished);
    }

    [Fact]
    public void Generate_Cancelled_Throws()
    {
        using var model = tiny.Load();

        Assert.ThrowsAny<OperationCanceledException>(() => model.Generate(
            [Talkative], new GenerationOptions(), cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Generate_ConflictingOptions_AreNamed()
    {
        using var model = tiny.Load();
        void Refused(string problem, GenerationOptions options) => Assert.Contains(
            problem, Assert.Throws<ArgumentException>(() => model.Generate([Talkative], options)).Message, StringComparison.Ordinal);

        Refused("Beams is 4, and must be 1 when tokens are sampled", new() { Beams = 4, Sampling = new() });
        Refused("ReturnSequences is 3, and must be at most the number of beams, 2", new() { Beams = 2, ReturnSequences = 3 });
        Refused("Temperature is 0, and must be above 0", new() { Sampling = new() { Temperature = 0 } });
        Refused("TopP is 1.5, and must be above 0 and at most 1", new() { Sampling = new() { TopP = 1.5 } });
        Refused("TopK is 0, and must be at least 1", new() { Sampling = new() { TopK = 0 } });
        Refused("MaxNewTokens is 0, and must be at least 1", new() { MaxNewTokens = 0 });
        Refused("Beams is 0, and must be from 1 to 64", new() { Beams = 0 });
        Refused("LengthPenalty is NaN, and must be a finite number", new() { Beams = 2, LengthPenalty = double.NaN });
    }

    [Fact]
    public void Generate_PromptThatTheModelCannotRead_IsNamed()
    {
        using var model = tiny.Load(options: new GenFuserOptions { MaxPromptTokens = 10 });
        void Refused(string problem, params int[][] prompts) => Assert.Contains(
            problem, Assert.Throws<ArgumentException>(() => model.Generate(prompts, new())).Message, StringComparison.Ordinal);

        Refused("the prompt has no tokens", Array.Empty<int>());
        Refused("prompt 1 has 11 tokens, and must have at most 10", [5], new int[11]);
        Refused("the prompt has id 1528, and ids must be from 0 to 1527", [1528]);
        Refused("the prompt has id -1", [-1]);
    }

    [Fact]
    public void Generate_Nothing_GivesNothing()
    {
        using var model = tiny.Load();

        Assert.Empty(model.Generate([], new GenerationOptions()));
    }

    private static List<int[]> Ids(IReadOnlyList<IReadOnlyList<GeneratedText>> texts) =>
        [.. texts.SelectMany(sequences => sequences).Select(text => text.Ids)];

    private static double LogProbability(GenFuserModel model, int[] prompt, int[] ids)
    {
        var logits = model.Score(prompt, ids[..^1]);
        var vocabulary = logits.Length / (ids.Length - 1);
        return Enumerable.Range(0, ids.Length - 1).Sum(i =>
        {
            var row = logits.AsSpan(i * vocabulary, vocabulary).ToArray();
            return row[ids[i + 1]] - Math.Log(row.Sum(x => Math.Exp(x)));
        });
    }

    private static double Difference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var largest = 0f;
        for (var i = 0; i < a.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(a[i] - b[i]));
        }

        return largest;
    }
}
