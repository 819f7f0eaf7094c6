namespace LLMBlender.Local.Backends;

/// <summary>
/// How many slow calls may be repeated: every call earns a share of a repetition, a repetition costs a whole one, and what
/// is saved up is bounded, so that a quiet hour does not pay for a flood. Safe for concurrent use.
/// </summary>
/// <param name="share">Repetitions a call earns, from 0 to 1.</param>
public sealed class HedgeBudget(double share)
{
    // Enough to last through slow calls that come in a bunch.
    private const double MostSaved = 15;

    private readonly Lock gate = new();
    private double saved;

    /// <summary>How full the savings are, from 0 to 1.</summary>
    public double Fill
    {
        get
        {
            lock (gate)
            {
                return saved / MostSaved;
            }
        }
    }

    /// <summary>A call is made.</summary>
    public void Earn()
    {
        lock (gate)
        {
            saved = Math.Min(saved + share, MostSaved);
        }
    }

    /// <summary>Takes a repetition; false where none has been earned.</summary>
    public bool TrySpend()
    {
        lock (gate)
        {
            // A little less than one, for shares that binary fractions can't add up to it.
            if (saved < 1 - 1e-9)
            {
                return false;
            }

            saved -= 1;
            return true;
        }
    }
}
