using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests;

/// <summary>A recorded rank call of the tiny reference ranker.</summary>
internal sealed class RankGroup(JsonNode group)
{
    public static IReadOnlyList<RankGroup> All { get; } =
        [.. JsonNode.Parse(File.ReadAllBytes(CasesFile))!["groups"]!.AsArray().Select(group => new RankGroup(group!))];

    public static string CasesFile => Fixture.File("pairrm-tiny", "cases", "rank.json");

    public string Name => group["name"]!.GetValue<string>();

    public int Count => group["inputs"]!.AsArray().Count;

    /// <summary>The options that give the call's lengths.</summary>
    public string[] Options =>
    [
        .. Option("--source-max-length", group["rank_kwargs"]!["source_max_length"]),
        .. Option("--candidate-max-length", group["rank_kwargs"]!["candidate_max_length"]),
    ];

    /// <summary>
    /// The records whose texts spell no control token; the reference would read one, and this program, by design, does not.
    /// </summary>
    public IEnumerable<int> Plain => Enumerable.Range(0, Count).Where(i => !Candidates(i).Append(Instruction(i) + Input(i))
        .Any(text => text.Contains("[CLS]", StringComparison.Ordinal) || text.Contains("[MASK]", StringComparison.Ordinal)));

    public string Instruction(int i) => group["instructions"]?[i]?.GetValue<string>() ?? "";

    public string Input(int i) => group["inputs"]![i]!.GetValue<string>();

    public string[] Candidates(int i) => group["candidates"]![i].Deserialize<string[]>()!;

    public float[][] Matrix(int i) => group["matrix"]![i].Deserialize<float[][]>()!;

    public double[] Scores(int i) => group["scores"]![i].Deserialize<double[]>()!;

    public int[] Ranks(int i) => group["ranks"]![i].Deserialize<int[]>()!;

    /// <summary>The records as JSON Lines, each with its index as id.</summary>
    public string Records(Func<int, JsonObject>? fields = null) => string.Concat(Enumerable.Range(0, Count).Select(i =>
    {
        var record = fields?.Invoke(i) ?? new JsonObject
        {
            ["candidates"] = new JsonArray([.. Candidates(i).Select(text => new JsonObject { ["text"] = text })]),
        };
        record["id"] = i;
        record["instruction"] = Instruction(i);
        record["input"] = Input(i);
        return record.ToJsonString() + "\n";
    }));

    private static string[] Option(string name, JsonNode? value) => value is null ? [] : [name, value.ToJsonString()];
}
