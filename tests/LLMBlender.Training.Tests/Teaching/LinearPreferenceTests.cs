using LLMBlender.Training.Teaching;

namespace LLMBlender.Training.Tests.Teaching;

public sealed class LinearPreferenceTests
{
    [Fact]
    public void Fit_OfNoisyPreferences_FindsTheWeightsBehindThem()
    {
        double[] truth = [1.5, -0.5, 0];
        var random = new Random(5);
        double[][] differences =
        [
            .. Enumerable.Range(0, 4000).Select(_ =>
            {
                double[] x = [.. truth.Select(_ => 2 * random.NextDouble() - 1)];
                bool first = random.NextDouble() < 1 / (1 + Math.Exp(-LinearPreference.Dot(truth, x)));
                return first ? x : [.. x.Select(value => -value)];
            }),
        ];
        double[] found = LinearPreference.Fit(differences, 3, ridge: 0.1);
        for (int i = 0; i < truth.Length; i++)
        {
            Assert.InRange(found[i], truth[i] - 0.2, truth[i] + 0.2);
        }
    }

    [Fact]
    public void Fit_IsWhereTheGradientVanishes()
    {
        double[][] differences = [[1, 2], [0.5, -1], [-0.2, 0.3], [2, 0.1]];
        const double Ridge = 0.7;
        double[] found = LinearPreference.Fit(differences, 2, Ridge);
        for (int i = 0; i < 2; i++)
        {
            double pull = differences.Sum(x => x[i] / (1 + Math.Exp(LinearPreference.Dot(found, x))));
            Assert.Equal(pull, Ridge * found[i], 1e-9);
        }
    }
}
