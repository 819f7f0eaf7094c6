using System.Text.Json;
using System.Text.Json.Nodes;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>A record to rank.</summary>
/// <param name="Json">As the command line and the server read it.</param>
internal sealed record Question(JsonObject Json)
{
    /// <summary>A few short candidates.</summary>
    public static Question Short(string about) => Make(about, 3, 1);

    /// <summary>Candidates of some length: more than one worker's smallest share of tokens.</summary>
    public static Question Long(string about) => Make(about, 5, 16);

    private static Question Make(string about, int candidates, int sentences) => new(new JsonObject
    {
        ["id"] = about,
        ["instruction"] = $"Say what {about} is good for.",
        ["candidates"] = new JsonArray([.. Enumerable.Range(0, candidates).Select(candidate => (JsonNode)new JsonObject
        {
            ["model"] = $"model {candidate}",
            ["text"] = string.Join(' ', Enumerable.Range(0, sentences).Select(i => $"It helps with thing {candidate * i} of {candidate + i}.")),
        })]),
    });

    public override string ToString() => Json.ToJsonString(JsonSerializerOptions.Default);
}
