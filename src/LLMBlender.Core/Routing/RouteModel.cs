namespace LLMBlender.Core.Routing;

/// <summary>
/// Which members of a panel are worth asking for a question: for each member a linear model of the share with which its answer is the best, from the
/// question's features.
/// </summary>
/// <param name="Mean">The features' means, which are subtracted first; their number is the models' width.</param>
/// <param name="Members">The members' models.</param>
public sealed record RouteModel(float[] Mean, RoutedMember[] Members)
{
    // No member is ever certain to be worse than the others.
    private const double Least = 1e-3;

    /// <summary>The probability of each known member's answer being the best of all known members' answers.</summary>
    /// <param name="features">The question's features.</param>
    /// <returns>Probabilities in the order of <see cref="Members"/>; their sum is 1.</returns>
    /// <exception cref="ArgumentException">There are more or fewer features than the models have.</exception>
    public double[] Probabilities(ReadOnlySpan<float> features)
    {
        if (features.Length != Mean.Length)
        {
            throw new ArgumentException($"there are {features.Length} features, and the route has {Mean.Length}", nameof(features));
        }

        var shares = new double[Members.Length];
        for (var member = 0; member < shares.Length; member++)
        {
            var share = Members[member].Share;
            for (var i = 0; i < features.Length; i++)
            {
                share += Members[member].Weights[i] * ((double)features[i] - Mean[i]);
            }

            shares[member] = Math.Max(share, Least);
        }

        var sum = shares.Sum();
        return Array.ConvertAll(shares, share => share / sum);
    }

    /// <summary>
    /// The fewest members among which the best answer is with a probability, the most probable first; ties in the order of
    /// <see cref="Members"/>.
    /// </summary>
    /// <param name="probabilities">See <see cref="Probabilities"/>.</param>
    /// <param name="keep">The probability; from 1 on, all members.</param>
    /// <returns>Indices of members, at least one.</returns>
    public static int[] Select(double[] probabilities, double keep)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        int[] order = [.. Enumerable.Range(0, probabilities.Length).OrderByDescending(member => probabilities[member])];
        var (count, sum) = (0, 0.0);
        while (count < order.Length && (count == 0 || keep >= 1 || sum < keep))
        {
            sum += probabilities[order[count++]];
        }

        return order[..count];
    }
}

/// <summary>A member's model.</summary>
/// <param name="Name">The backend's name.</param>
/// <param name="Share">How often its answer was the best, from 0 to 1.</param>
/// <param name="Weights">What a feature adds to that share.</param>
public sealed record RoutedMember(string Name, double Share, float[] Weights);
