namespace LLMBlender.Training.Fusion.Data;

/// <summary>A tokenised record.</summary>
/// <param name="Source">Ids of the source.</param>
/// <param name="Target">Ids of the reference, the end token last.</param>
internal sealed record FusionExample(int[] Source, int[] Target)
{
    public static FusionExample Of(FusionRecord record, FuserTokens tokens) => new(tokens.Source(record), tokens.Target(record.Reference));
}
