namespace LLMBlender.Local.Panels;

/// <summary>
/// A token bucket that limits hedged calls: each call adds a fraction of a token, and a hedge takes one token. The capacity is
/// limited, so that a quiet period does not allow a burst of hedges. Safe for concurrent use.
/// </summary>
/// <param name="share">Tokens that each call adds, from 0 to 1.</param>
public sealed class HedgeBudget(double share)
{
    // Enough for a burst of slow calls.
    private const double Capacity = 15;

    private readonly Lock gate = new();
    private double tokens;

    /// <summary>The fill level, from 0 to 1.</summary>
    public double Fill
    {
        get
        {
            lock (gate)
            {
                return tokens / Capacity;
            }
        }
    }

    /// <summary>Adds the share of one call.</summary>
    public void AddShare()
    {
        lock (gate)
        {
            tokens = Math.Min(tokens + share, Capacity);
        }
    }

    /// <summary>Takes a token; false if there is none.</summary>
    public bool TrySpend()
    {
        lock (gate)
        {
            // Slightly less than 1, because shares that are not binary fractions can sum to less.
            if (tokens < 1 - 1e-9)
            {
                return false;
            }

            tokens -= 1;
            return true;
        }
    }
}
