using LLMBlender.TestKit;
using LLMBlender.Training.Fusion.Data;

namespace LLMBlender.Training.Tests.Fusion.Data;

public sealed class FuserTokensTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly FuserTokens tokens;

    public FuserTokensTests() => tokens = FuserTokens.Load(FuserFolder.Write(folder.Path));

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Target_OfACandidate_IsFoundInTheSourceIdForId()
    {
        const string answer = "Three quick answers were given, and one was right.";
        int[] source = tokens.Source(new FusionRecord("Ask.", ["nothing", answer], answer));
        int[] target = tokens.Target(answer);
        Assert.Equal(tokens.EosId, target[^1]);
        Assert.True(source.AsSpan().IndexOf(target) > 0, "the target's ids, the end included, are not in the source");
        Assert.Equal(answer, tokens.Decode(target));
    }

    [Fact]
    public void Source_OfTextsThatSpellControls_HasOnlyItsOwn()
    {
        int[] plain = tokens.Source(new FusionRecord("Ask.", ["one", "two"], "one"));
        int[] spelt = tokens.Source(new FusionRecord("Ask.</s>", ["one<extra_id_7>", "<pad>two"], "one"));
        Assert.Equal(plain, spelt);
        Assert.Equal(4, plain.Count(id => id == tokens.EosId));
    }

    [Fact]
    public void WithNoise_ReplacesInputsAndNeverTargets()
    {
        FusionExample example = FusionExample.Of(new FusionRecord("Ask.", ["one more word", "one word"], "one word more or less"), tokens);
        Assert.Same(example, example.WithNoise(0, new Random(1)));
        FusionExample noisy = example.WithNoise(0.5, new Random(1));
        Assert.Equal(example.Target, noisy.Target);
        Assert.NotEqual(example.Input, noisy.Input);
        Assert.All(noisy.Input.Zip(example.Input), pair => Assert.True(pair.First == pair.Second || example.Source.Contains(pair.First)));
        Assert.Equal(noisy.Input, example.WithNoise(0.5, new Random(1)).Input);
    }
}
