namespace LLMBlender.Core.Evaluation;

/// <summary>The position bias of a ranker on one record; a ranker without bias has M[i,j] = −M[j,i].</summary>
/// <param name="Turned">The share of pairs for which the two orders favour different candidates; a logit of 0 favours neither.</param>
/// <param name="Asymmetry">The mean of |M[i,j] + M[j,i]|, in the ranker's unit.</param>
/// <param name="Size">The mean of |M[i,j]|, as the scale of the asymmetry.</param>
/// <param name="FirstWins">The share of comparisons won by the first candidate, ties counting half: 1/2 without bias.</param>
public readonly record struct PositionBias(double Turned, double Asymmetry, double Size, double FirstWins)
{
    /// <summary>Computes the bias from a matrix with both orders of every pair, of at least two candidates.</summary>
    public static PositionBias Of(float[,] matrix)
    {
        int n = matrix.GetLength(0);
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 2, nameof(matrix));
        double turned = 0, asymmetry = 0, size = 0, first = 0;
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                (double there, double back) = (matrix[i, j], matrix[j, i]);
                turned += Math.Sign(there) != -Math.Sign(back) ? 1 : 0;
                asymmetry += Math.Abs(there + back);
                size += Math.Abs(there) + Math.Abs(back);
                first += ((1 + Math.Sign(there)) / 2.0) + ((1 + Math.Sign(back)) / 2.0);
            }
        }

        double pairs = n * (n - 1) / 2.0;
        return new PositionBias(turned / pairs, asymmetry / pairs, size / (2 * pairs), first / (2 * pairs));
    }
}
