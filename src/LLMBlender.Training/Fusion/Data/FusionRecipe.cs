namespace LLMBlender.Training.Fusion.Data;

/// <summary>How records are made: sizes, and how badly the candidates are damaged.</summary>
internal sealed record FusionRecipe
{
    /// <summary>A reference's token budget is drawn between this and <see cref="MostTokens"/>.</summary>
    public int LeastTokens { get; init; } = 16;

    public int MostTokens { get; init; } = 80;

    /// <summary>Candidates of a record, top-k of the fuser.</summary>
    public int Candidates { get; init; } = 3;

    /// <summary>Share of records that have fewer candidates.</summary>
    public double FewerShare { get; init; } = 0.1;

    /// <summary>Share of records in which one candidate is the reference itself.</summary>
    public double WholeShare { get; init; } = 0.1;

    public int LeastMishaps { get; init; } = 1;

    /// <summary>Most corruptions of one candidate; their number is drawn evenly from <see cref="LeastMishaps"/> on.</summary>
    public int MostMishaps { get; init; } = 3;

    /// <summary>Share of the decoder's input that is replaced by ids of the source; see <see cref="FusionExample.WithNoise"/>.</summary>
    public double InputNoise { get; init; }

    /// <summary>Hands the first broken rule to <paramref name="fail"/>.</summary>
    public void Validate(Action<string> fail)
    {
        if (LeastTokens < 8 || MostTokens < LeastTokens)
        {
            fail($"least_tokens {LeastTokens} must be at least 8 and most_tokens {MostTokens} no less than that");
        }

        if (Candidates is < 2 or > 100)
        {
            fail($"candidates is {Candidates}; it must be from 2 to 100");
        }

        if (FewerShare is not (>= 0 and <= 1) || WholeShare is not (>= 0 and <= 1) || InputNoise is not (>= 0 and <= 1))
        {
            fail($"fewer_share {FewerShare}, whole_share {WholeShare} and input_noise {InputNoise} must be from 0 to 1");
        }

        if (LeastMishaps < 0 || MostMishaps < LeastMishaps)
        {
            fail($"least_mishaps {LeastMishaps} must be 0 or more and most_mishaps {MostMishaps} no less than that");
        }
    }
}
