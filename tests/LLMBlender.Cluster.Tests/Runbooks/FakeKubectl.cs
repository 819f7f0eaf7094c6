using System.Diagnostics;
using System.Text.RegularExpressions;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Runbooks;

/// <summary>
/// A fake <c>kubectl</c> for machines without Kubernetes: the pods are real processes of a cluster, and what it does to them is what a Deployment would do. It knows
/// <c>exec</c>, <c>delete pod</c>, <c>rollout restart</c>, <c>create secret</c> and <c>apply</c> of such a secret, and refuses everything else.
/// </summary>
internal sealed partial class FakeKubectl(PodCluster cluster, string folder)
{
    // Each call is a folder; its arguments, its input, and then its output and exit code are files there.
    private const string Script = """
        #!/bin/sh
        call=$(mktemp -d "CALLS/XXXXXX")
        case "$*" in *" -f -"*) cat > "$call/input";; esac
        printf '%s\n' "$@" > "$call/args"
        mv "$call/args" "$call/asked"
        until [ -e "$call/code" ]; do sleep 0.1; done
        cat "$call/output"
        exit "$(cat "$call/code")"
        """;

    /// <summary>Writes the program into a folder of the PATH.</summary>
    public void Install(TemporaryFolder bin)
    {
        Directory.CreateDirectory(folder);
        Executable.Write(bin, "kubectl", Script.Replace("CALLS", folder, StringComparison.Ordinal));
    }

    /// <summary>Answers calls until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var asked in Directory.EnumerateFiles(folder, "asked", SearchOption.AllDirectories).ToList())
            {
                var call = Path.GetDirectoryName(asked)!;
                var input = Path.Combine(call, "input");
                var (code, output) = await AnswerAsync(await File.ReadAllLinesAsync(asked, CancellationToken.None), File.Exists(input) ? await File.ReadAllTextAsync(input, CancellationToken.None) : "");
                File.Delete(asked);
                await File.WriteAllTextAsync(Path.Combine(call, "output"), output, CancellationToken.None);
                await File.WriteAllTextAsync(Path.Combine(call, "next"), $"{code}", CancellationToken.None);
                File.Move(Path.Combine(call, "next"), Path.Combine(call, "code"));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), stop).ContinueWith(static _ => { }, TaskScheduler.Default);
        }
    }

    private async Task<(int Code, string Output)> AnswerAsync(string[] args, string input)
    {
        try
        {
            return args is ["-n", _, .. var rest] ? await AnswerAsync(rest, input) : args switch
            {
                ["exec", var pod, "--", "/app/llmblender", .. var command] => await ExecuteAsync(pod, command),
                ["delete", "pod", var pod] => await DeleteAsync(pod),
                ["rollout", "restart", "deployment", "-l", var selector] => await RestartAsync(selector),
                ["create", "secret", "generic", var name, var literal, .. var more] => Create(name, literal, more),
                ["apply", "-f", "-"] => Apply(input),
                _ => (1, $"the fake kubectl does not know: {string.Join(' ', args)}"),
            };
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return (1, e.ToString());
        }
    }

    private async Task<(int Code, string Output)> ExecuteAsync(string pod, string[] command)
    {
        // In a pod, the process has the default port to itself.
        string[] all = command is ["health"] ? ["health", cluster.Pod(pod).Url.GetLeftPart(UriPartial.Authority)] : command;
        var outcome = await Outcome.OfAsync(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "llmblender.dll"), .. all]), Until.Patience);
        return (outcome.Code, outcome.Output + outcome.Error);
    }

    private async Task<(int Code, string Output)> DeleteAsync(string pod)
    {
        await cluster.ReplaceAsync(pod);
        return (0, $"pod \"{pod}\" deleted");
    }

    private async Task<(int Code, string Output)> RestartAsync(string selector)
    {
        var components = Components().Match(selector) is { Success: true } match ? match.Groups[1].Value.Split(',') : ["gateway", "blend", "compare", "fuse"];
        var pods = cluster.Names.Where(name => components.Any(name.Contains)).ToList();
        foreach (var pod in pods)
        {
            await cluster.ReplaceAsync(pod);
        }

        return pods.Count > 0 ? (0, $"{pods.Count} pods restarted") : (1, $"no deployment has {selector}");
    }

    private (int Code, string Output) Create(string name, string literal, string[] more)
    {
        var at = literal.IndexOf('=', "--from-literal=".Length);
        var secret = $"kind: Secret\nname: {name}\n{literal["--from-literal=".Length..at]}: {literal[(at + 1)..]}\n";
        return more.Contains("--dry-run=client") ? (0, secret) : Apply(secret);
    }

    private (int Code, string Output) Apply(string secret)
    {
        var lines = secret.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines is not ["kind: Secret", var name, var entry])
        {
            return (1, $"not a secret that the fake kubectl made: {secret}");
        }

        if (entry.StartsWith("configuration: ", StringComparison.Ordinal))
        {
            cluster.RedisConfiguration = entry["configuration: ".Length..];
        }

        return (0, $"secret/{name["name: ".Length..]} configured");
    }

    [GeneratedRegex(@"component in \(([a-z,]+)\)")]
    private static partial Regex Components();
}
