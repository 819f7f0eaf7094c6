using System.Globalization;

namespace LLMBlender.LocalCluster;

/// <summary>What a run was asked for.</summary>
/// <param name="Program">The program.</param>
/// <param name="Time">How long the load lasts.</param>
/// <param name="Clients">Requests under way at a time.</param>
/// <param name="Report">Where the report goes too; null for nowhere.</param>
internal sealed record Arguments(string Program, TimeSpan Time, int Clients, string? Report)
{
    /// <summary>Reads a command line.</summary>
    /// <exception cref="ArgumentException">It can't be read.</exception>
    public static Arguments Read(string[] args)
    {
        var given = new Dictionary<string, string>();
        for (var i = 0; i < args.Length; i += 2)
        {
            given[args[i]] = i + 1 < args.Length ? args[i + 1] : throw new ArgumentException($"{args[i]} wants a value");
        }

        var unknown = given.Keys.Except(["--program", "--minutes", "--clients", "--report"]).ToArray();
        if (unknown.Length > 0)
        {
            throw new ArgumentException($"{unknown[0]} is not known: --minutes, --clients and --report are");
        }

        return new Arguments(
            given.GetValueOrDefault("--program") ?? throw new ArgumentException("--program is missing"),
            TimeSpan.FromMinutes(Number(given, "--minutes", 10)),
            (int)Number(given, "--clients", 8),
            given.GetValueOrDefault("--report"));
    }

    private static double Number(Dictionary<string, string> given, string name, double otherwise) =>
        !given.TryGetValue(name, out var text) ? otherwise
        : double.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new ArgumentException($"{name} is \"{text}\", and must be a number above 0");
}
