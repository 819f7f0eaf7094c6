namespace LLMBlender.Benchmarks.Growth;

/// <summary>What a report of how cost grows measures, and where it goes.</summary>
/// <param name="Page">The HTML file to write; the figures are written beside it as JSON.</param>
/// <param name="New">The program's llmblender.dll; null for the Release build of this checkout.</param>
/// <param name="Old">An older build's llmblender.dll; null for none.</param>
/// <param name="Model">The ranker's folder; null for pairranker-mini.</param>
/// <param name="NewName">What the program is called, such as its commit; null for its version.</param>
/// <param name="OldName">What the older build is called; null for its version.</param>
/// <param name="IsShort">Whether one round at the smallest places is enough: to try the report, not to measure.</param>
internal sealed record GrowthOptions(string Page, string? New, string? Old, string? Model, string? NewName, string? OldName, bool IsShort)
{
    /// <summary>Rounds of which the median counts, after one that does not count.</summary>
    public int Rounds => IsShort ? 1 : 5;

    /// <summary>Candidates of a ranking that compares every pair.</summary>
    public int[] EveryPair => IsShort ? [2, 3] : [2, 4, 8, 12, 16];

    /// <summary>Candidates of an adaptive ranking.</summary>
    public int[] Adaptive => IsShort ? [2, 3] : [2, 4, 8, 16, 24, 32];

    /// <summary>Tokens of an answer.</summary>
    public int[] Tokens => IsShort ? [8, 16] : [32, 64, 128, 256];

    /// <summary>Requests at the same time.</summary>
    public int[] Requests => IsShort ? [1, 2] : [1, 4, 16, 32];

    /// <summary>Processes that compare with the model.</summary>
    public int[] Silos => IsShort ? [1] : [1, 2, 4];

    /// <summary>Processes that compare with fake accelerators.</summary>
    public int[] FakeSilos => IsShort ? [1] : [1, 2, 4, 8];

    /// <summary>Seconds of each measurement with fake accelerators.</summary>
    public double FakeSeconds => IsShort ? 1 : 8;

    /// <summary>Comparisons that a round of one point has at least, so that short rankings are repeated.</summary>
    public int Comparisons => IsShort ? 1 : 240;

    /// <summary>Rankings of a round that a cluster gets.</summary>
    public int ClusterRankings => IsShort ? 2 : 16;

    /// <summary>Reads <c>HTML [OLD [MODEL]] [--short] [--new DLL] [--new-name N] [--old-name N]</c>; null if it is something else.</summary>
    public static GrowthOptions? Read(string[] args)
    {
        var (isShort, program, newName, oldName, places) = (false, (string?)null, (string?)null, (string?)null, new List<string>());
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--short":
                    isShort = true;
                    break;
                case "--new" when i + 1 < args.Length:
                    program = Path.GetFullPath(args[++i]);
                    break;
                case "--new-name" when i + 1 < args.Length:
                    newName = args[++i];
                    break;
                case "--old-name" when i + 1 < args.Length:
                    oldName = args[++i];
                    break;
                case ['-', ..]:
                    return null;
                default:
                    places.Add(Path.GetFullPath(args[i]));
                    break;
            }
        }

        return places.Count is >= 1 and <= 3 ? new(places[0], program, places.ElementAtOrDefault(1), places.ElementAtOrDefault(2), newName, oldName, isShort) : null;
    }
}
