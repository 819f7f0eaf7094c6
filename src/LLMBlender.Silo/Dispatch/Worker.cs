using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Silo.Dispatch;

/// <summary>A worker silo from another silo's view: the tokens that this silo sent to it, and its measured speed.</summary>
internal sealed class Worker(SiloAddress silo, int accelerators, IGrainFactory grains)
{
    private readonly Lock gate = new();
    private long sentTokens;
    private double secondsPerToken;

    /// <summary>The silo's address.</summary>
    public SiloAddress Silo => silo;

    /// <summary>The silo's grain.</summary>
    public ICompareWorkerGrain Grain { get; } = grains.GetGrain<ICompareWorkerGrain>(PinnedKey.Of(silo));

    /// <summary>The silo's relative share of the work: the number of its accelerators.</summary>
    public int Weight => accelerators;

    /// <summary>Tokens sent and not answered yet.</summary>
    public long SentTokens => Interlocked.Read(ref sentTokens);

    /// <summary>Returns the expected time until an answer to further tokens; null before the first answer.</summary>
    public TimeSpan? Expect(long tokens)
    {
        lock (gate)
        {
            return secondsPerToken > 0 ? TimeSpan.FromSeconds(secondsPerToken * (sentTokens + tokens)) : null;
        }
    }

    /// <summary>Adds tokens that are sent.</summary>
    public void Send(long tokens) => Interlocked.Add(ref sentTokens, tokens);

    /// <summary>Subtracts tokens of a completed call, answered or not.</summary>
    public void Receive(long tokens) => Interlocked.Add(ref sentTokens, -tokens);

    /// <summary>Updates the measured speed.</summary>
    /// <param name="tokensAhead">Tokens sent and not answered at the time of the call, including its own.</param>
    /// <param name="time">The call's duration.</param>
    public void Learn(long tokensAhead, TimeSpan time)
    {
        lock (gate)
        {
            var sample = time.TotalSeconds / Math.Max(1, tokensAhead);
            secondsPerToken = secondsPerToken == 0 ? sample : (0.8 * secondsPerToken) + (0.2 * sample);
        }
    }
}
