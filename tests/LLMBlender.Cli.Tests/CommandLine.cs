using System.Text;
using LLMBlender.Cli.Panels;

namespace LLMBlender.Cli.Tests;

/// <summary>Runs the command line in this process, with streams of its own.</summary>
internal static class CommandLine
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static Task<Outcome> RunAsync(params string[] args) => RunAsync([], args);

    public static Task<Outcome> RunAsync(string input, string[] args) => RunAsync(Encoding.UTF8.GetBytes(input), args);

    public static async Task<Outcome> RunAsync(byte[] input, string[] args, Func<Terminal, Terminal>? change = null)
    {
        using var stdin = new MemoryStream(input);
        using var stdout = new MemoryStream();
        using var stderr = new MemoryStream();
        var terminal = new Terminal(stdin, stdout, stderr);
        var code = await LlmBlender.RunAsync(args, WithoutOwnModels(change?.Invoke(terminal) ?? terminal), TestContext.Current.CancellationToken);
        return new Outcome(code, Strict.GetString(stdout.ToArray()), Strict.GetString(stderr.ToArray()));
    }

    // The models that happen to run on this machine must not answer; a test's own ones are at its OLLAMA_HOST.
    private static Terminal WithoutOwnModels(Terminal terminal) => terminal with
    {
        Variable = name => terminal.Variable(name) ?? (name == OwnPanels.DiscoverVariable && terminal.Variable("OLLAMA_HOST") is null ? "false" : null),
    };
}
