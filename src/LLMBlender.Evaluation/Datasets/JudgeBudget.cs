namespace LLMBlender.Evaluation.Datasets;

/// <summary>What a judge may still be asked: so many calls, and for so much. Safe for concurrent use.</summary>
/// <param name="calls">Calls at most; null for no bound.</param>
/// <param name="cost">In the prices' currency at most; null for no bound. The calls under way when it is reached still end.</param>
public sealed class JudgeBudget(long? calls, decimal? cost)
{
    private readonly Lock gate = new();
    private long asked;
    private decimal spent;

    /// <summary>Whether something was left unasked.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>Calls so far.</summary>
    public long Calls => asked;

    /// <summary>Cost so far.</summary>
    public decimal Cost => spent;

    /// <summary>Takes a call; false where none is left.</summary>
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

    /// <summary>A call that was made, by this run or one before it, cost something.</summary>
    /// <param name="price">How much.</param>
    /// <param name="isEarlier">Whether an earlier run made it, so that it was not taken.</param>
    public void Spend(decimal price, bool isEarlier = false)
    {
        lock (gate)
        {
            spent += price;
            asked += isEarlier ? 1 : 0;
        }
    }

    /// <summary>A call that was taken has failed, and may be tried again.</summary>
    public void Return()
    {
        lock (gate)
        {
            asked--;
        }
    }
}
