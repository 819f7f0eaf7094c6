namespace LLMBlender.Evaluation.Datasets;

/// <summary>The remaining calls and cost of a judge. Thread-safe.</summary>
/// <param name="calls">The maximum number of calls; null for no limit.</param>
/// <param name="cost">The maximum cost in the currency of the prices; null for no limit. Calls in progress when it is reached
/// complete.</param>
public sealed class JudgeBudget(long? calls, decimal? cost)
{
    private readonly Lock gate = new();
    private long asked;
    private decimal spent;

    /// <summary>Whether a call was denied.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>The number of calls.</summary>
    public long Calls => asked;

    /// <summary>The total cost.</summary>
    public decimal Cost => spent;

    /// <summary>Reserves a call; returns false if none is left.</summary>
    public bool TryTake()
    {
        lock (gate)
        {
            if (asked >= calls || spent >= cost)
            {
                IsSpent = true;
                return false;
            }

            asked++;
            return true;
        }
    }

    /// <summary>Adds the cost of a call of this or an earlier run.</summary>
    /// <param name="price">The cost.</param>
    /// <param name="isEarlier">Whether an earlier run made the call, so that it was not reserved.</param>
    public void Spend(decimal price, bool isEarlier = false)
    {
        lock (gate)
        {
            spent += price;
            asked += isEarlier ? 1 : 0;
        }
    }

    /// <summary>Releases a reserved call that failed, so that it can be repeated.</summary>
    public void Return()
    {
        lock (gate)
        {
            asked--;
        }
    }
}
