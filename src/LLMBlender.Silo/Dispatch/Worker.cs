using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Silo.Dispatch;

/// <summary>A silo that compares, as another silo sees it: how many of its tokens are there, and how fast they come back.</summary>
internal sealed class Worker(SiloAddress silo, int accelerators, IGrainFactory grains)
{
    private readonly Lock gate = new();
    private long sentTokens;
    private double secondsPerToken;

    /// <summary>Which silo.</summary>
    public SiloAddress Silo => silo;

    /// <summary>Its grain.</summary>
    public ICompareWorkerGrain Grain { get; } = grains.GetGrain<ICompareWorkerGrain>(PinnedKey.Of(silo));

    /// <summary>Its share of the work, beside the others': the number of its accelerators.</summary>
    public int Weight => accelerators;

    /// <summary>Tokens sent there and not answered yet.</summary>
    public long SentTokens => Interlocked.Read(ref sentTokens);

    /// <summary>What an answer to as many more tokens should take; null while nothing has come back.</summary>
    public TimeSpan? Expect(long tokens)
    {
        lock (gate)
        {
            return secondsPerToken > 0 ? TimeSpan.FromSeconds(secondsPerToken * (sentTokens + tokens)) : null;
        }
    }

    /// <summary>Counts tokens out.</summary>
    public void Send(long tokens) => Interlocked.Add(ref sentTokens, tokens);

    /// <summary>Counts tokens back in, answered or not.</summary>
    public void Receive(long tokens) => Interlocked.Add(ref sentTokens, -tokens);

    /// <summary>Learns from an answer.</summary>
    /// <param name="tokensAhead">Tokens that were there when it was sent, its own among them.</param>
    /// <param name="time">How long it took.</param>
    public void Learn(long tokensAhead, TimeSpan time)
    {
        lock (gate)
        {
            var sample = time.TotalSeconds / Math.Max(1, tokensAhead);
            secondsPerToken = secondsPerToken == 0 ? sample : (0.8 * secondsPerToken) + (0.2 * sample);
        }
    }
}
