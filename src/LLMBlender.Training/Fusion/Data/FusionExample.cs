namespace LLMBlender.Training.Fusion.Data;

/// <summary>A tokenised record.</summary>
/// <param name="Source">Ids of the source.</param>
/// <param name="Target">Ids of the reference, the end token last.</param>
/// <param name="Input">What the decoder reads after its start token: the target without its last, perhaps with some ids replaced.</param>
internal sealed record FusionExample(int[] Source, int[] Target, int[] Input)
{
    public static FusionExample Of(FusionRecord record, FuserTokens tokens) => Of(tokens.Source(record), tokens.Target(record.Reference));

    public static FusionExample Of(int[] source, int[] target) => new(source, target, target[..^1]);

    /// <summary>
    /// The same with each id of the input replaced, with probability <paramref name="share"/>, by one from anywhere in the source: a
    /// writer reads what it has written, mistakes and all, and has to find back from them.
    /// </summary>
    public FusionExample WithNoise(double share, Random random)
    {
        if (share <= 0)
        {
            return this;
        }

        int[] input = [.. Input];
        for (int i = 0; i < input.Length; i++)
        {
            input[i] = random.NextDouble() < share ? Source[random.Next(Source.Length)] : input[i];
        }

        return this with { Input = input };
    }
}
