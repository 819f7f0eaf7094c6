namespace LLMBlender.TestKit;

/// <summary>A small trained PairRanker for tests.</summary>
public static class MiniRanker
{
    /// <summary>The model folder.</summary>
    public static string Folder { get; } = Repository.File("tests", "LLMBlender.TestKit", "Models", "pairranker-mini");
}
