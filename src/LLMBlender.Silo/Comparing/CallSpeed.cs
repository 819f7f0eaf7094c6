namespace LLMBlender.Silo.Comparing;

/// <summary>The speed of one ranker on one accelerator, by its last calls. Written by the accelerator's thread alone; others read it.</summary>
internal sealed class CallSpeed
{
    /// <summary>The tokens of a call while the speed is not known, and of a slow ranker's calls: two usual batches, so that rows of similar lengths can be chosen.</summary>
    public const int MinCallTokens = 4096;

    private const double CallSeconds = 0.5;

    // The weight of all calls before the last one: small calls, whose fixed costs are large for their tokens, count little.
    private const double Memory = 0.8;

    private double tokens;
    private double seconds;
    private double tokensPerSecond;

    /// <summary>Tokens a second; 0 while none is known.</summary>
    public double TokensPerSecond => Volatile.Read(ref tokensPerSecond);

    /// <summary>The tokens of a call of half a second, at least <see cref="MinCallTokens"/>.</summary>
    public int CallTokens => (int)Math.Clamp(CallSeconds * TokensPerSecond, MinCallTokens, int.MaxValue);

    /// <summary>Adds a call.</summary>
    public void Add(long callTokens, double callSeconds)
    {
        (tokens, seconds) = ((Memory * tokens) + callTokens, (Memory * seconds) + callSeconds);
        Volatile.Write(ref tokensPerSecond, tokens / seconds);
    }
}
