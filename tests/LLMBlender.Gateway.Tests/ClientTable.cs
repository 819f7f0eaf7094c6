using System.Text.Json;
using LLMBlender.TestKit;

namespace LLMBlender.Gateway.Tests;

/// <summary>The table of docs/clients.md: each client's test checks the client's row, so that the table lists what passes.</summary>
internal static class ClientTable
{
    private const string Passed = "pass: ";

    private static readonly string[] Features =
    [
        "chat", "stream", "tools", "streamed tools", "structured output", "images", "abort", "errors", "responses", "models", "count tokens", "rerank",
    ];

    /// <summary>Reads the features that a script printed, optionally those of one of several clients.</summary>
    public static IEnumerable<string> Read(string output, string? client = null) => output.Split('\n')
        .Where(static line => line.StartsWith(Passed, StringComparison.Ordinal)).Select(static line => line[Passed.Length..].Trim())
        .Where(feature => client is null || feature.StartsWith($"{client}/", StringComparison.Ordinal)).Select(feature => client is null ? feature : feature[(client.Length + 1)..]);

    /// <summary>Checks that the document has a client's row with these features.</summary>
    public static void Check(string client, string version, IEnumerable<string> passed)
    {
        string[] all = [.. passed];
        Assert.All(all, static feature => Assert.Contains(feature, Features));
        var row = $"| {client} | {version} | {string.Join(" | ", Features.Select(feature => all.Contains(feature) ? "yes" : ""))} |";
        Assert.True(Lines().Contains(row), $"docs/clients.md must have the row\n{row}");
    }

    /// <summary>The version of a package of npm.</summary>
    public static string VersionOf(string package) => JsonElement.Parse(File.ReadAllText(Path.Combine(Repository.Root, "tests/LLMBlender.Gateway.Tests/Node/package.json")))
        .GetProperty("dependencies").GetProperty(package).GetString()!.Split('@')[^1];

    /// <summary>The version of a package of NuGet.</summary>
    public static string VersionOf(Type type) =>
        ((System.Reflection.AssemblyInformationalVersionAttribute)type.Assembly.GetCustomAttributes(typeof(System.Reflection.AssemblyInformationalVersionAttribute), false)[0])
        .InformationalVersion.Split('+')[0];

    /// <summary>The names of the clients in the document.</summary>
    public static string[] Clients() => [.. Lines().Where(static line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1).Select(static line => line.Split('|')[1].Trim())];

    private static string[] Lines() => File.ReadAllLines(Path.Combine(Repository.Root, "docs/clients.md"));
}
