using System.Diagnostics;
using System.Globalization;
using System.Text;
using Xunit;

namespace LLMBlender.TestKit.Fuzzing;

/// <summary>
/// Gives a parser changed inputs: each is read, or refused with the documented type of exception. <c>LLMBLENDER_FUZZ</c> is the number of inputs
/// of each test, instead of the usual one, and <c>LLMBLENDER_FUZZ_SEED</c> the seed.
/// </summary>
public static class Fuzz
{
    private const int MostFindings = 20;

    /// <summary>The seed of mutators.</summary>
    public static int Seed { get; } = Number("LLMBLENDER_FUZZ_SEED") ?? 20231;

    /// <summary>The number of inputs.</summary>
    public static int Count(int usual) => Number("LLMBLENDER_FUZZ") ?? usual;

    /// <summary>Reads changed inputs; some must be accepted, some refused.</summary>
    /// <typeparam name="TRefusal">The documented type of exception.</typeparam>
    /// <param name="usual">The number of inputs.</param>
    /// <param name="valid">Inputs that are read.</param>
    /// <param name="read">Reads an input.</param>
    public static void Run<TRefusal>(int usual, IReadOnlyList<byte[]> valid, Action<byte[]> read)
        where TRefusal : Exception => RunAsync(
            usual,
            valid,
            input =>
            {
                try
                {
                    read(input);
                    return Task.FromResult(true);
                }
                catch (TRefusal e)
                {
                    Assert.NotEmpty(e.Message);
                    return Task.FromResult(false);
                }
            }).GetAwaiter().GetResult();

    /// <summary>Reads changed inputs; some must be accepted, some refused.</summary>
    /// <param name="usual">The number of inputs.</param>
    /// <param name="valid">Inputs that are read.</param>
    /// <param name="read">Reads an input, and says whether it was accepted.</param>
    public static async Task RunAsync(int usual, IReadOnlyList<byte[]> valid, Func<byte[], Task<bool>> read)
    {
        foreach (var input in valid)
        {
            Assert.True(await read(input), $"refused as it is: {Encoding.UTF8.GetString(input)}");
        }

        var mutator = new Mutator(Seed);
        var findings = new Dictionary<string, string>(StringComparer.Ordinal);
        var (accepted, count) = (0, Count(usual));
        for (var i = 0; i < count && findings.Count < MostFindings; i++)
        {
            var input = mutator.Next(mutator.Pick(valid));
            try
            {
                accepted += await read(input) ? 1 : 0;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                findings.TryAdd($"{e.GetType()} {Place(e)}", $"input {i}: {Convert.ToBase64String(input)}\n{Cut(Encoding.UTF8.GetString(input), 600)}\n{Cut(e.ToString(), 2500)}");
            }
        }

        Assert.True(findings.Count == 0, string.Join("\n\n", findings.Values));
        Assert.InRange(accepted, Math.Max(1, count / 200), count - 1);
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private static string Cut(string text, int length) => text.Length > length ? text[..length] + "…" : text;

    private static string? Place(Exception e) => new StackTrace(e).GetFrames()
        .Select(static frame => frame.GetMethod())
        .FirstOrDefault(static method => method?.DeclaringType?.FullName?.StartsWith("LLMBlender", StringComparison.Ordinal) == true) is { } method
            ? $"{method.DeclaringType}.{method.Name}" : e.Message;
}
