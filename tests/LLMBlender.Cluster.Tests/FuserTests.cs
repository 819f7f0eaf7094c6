using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests;

/// <summary>A server with a GenFuser writes what the verb <c>fuse</c> writes with it.</summary>
public sealed class FuserTests
{
    private const string Record =
        """{"id":1,"instruction":"Name a fruit.","candidates":[{"text":"An apple is a fruit."},{"text":"A pear is a fruit."},{"text":"A plum."}],"top_k":2}""";

    [Fact]
    public async Task Fuse_ByServer_IsAsByTheVerb()
    {
        using var folder = new TemporaryFolder();
        folder.Write("serve.json", """{"LLMBlender":{"Fusers":["genfuser-mini"]}}""");
        folder.Write("record.jsonl", Record);
        await using var server = ServeProcess.Start("all", "--config", folder.File("serve.json"));
        await server.WhenReadyAsync();
        using var http = new HttpClient { BaseAddress = server.Url, Timeout = Until.Patience };

        var fused = await PostAsync(http, "/v1/fuse", Record);
        var blended = await PostAsync(http, "/v1/blend", Record);

        var verb = await FuseAsync(folder);
        Assert.NotEqual("", verb);
        Assert.Equal(verb, fused["answer"]!.GetValue<string>());
        Assert.Equal("genfuser-mini", blended["fusion"]!["fuser"]!.GetValue<string>());
        Assert.NotNull(blended["fusion"]!["margin"]);
    }

    private static async Task<JsonNode> PostAsync(HttpClient http, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    private static async Task<string> FuseAsync(TemporaryFolder folder)
    {
        string[] args =
        [
            Path.Combine(AppContext.BaseDirectory, "llmblender.dll"), "fuse", "--from", folder.File("record.jsonl"), "--to", folder.File("fused.jsonl"),
            "--fuser", "genfuser-mini", "--top-k", "2",
        ];
        using var verb = Process.Start(new ProcessStartInfo("dotnet", args) { RedirectStandardError = true })!;
        var error = await verb.StandardError.ReadToEndAsync();
        await verb.WaitForExitAsync();
        Assert.True(verb.ExitCode == 0, error);
        return JsonNode.Parse(await File.ReadAllTextAsync(folder.File("fused.jsonl")))!["answer"]!.GetValue<string>();
    }
}
