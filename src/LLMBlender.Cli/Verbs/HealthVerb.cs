using System.CommandLine;
using System.Text;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>health</c>: whether a process of <c>serve</c> is ready, for containers that have no other program to ask with.</summary>
internal static class HealthVerb
{
    private const string DefaultUrl = "http://127.0.0.1:8080";
    private const int MostBytes = 65_536;

    private const string Details = """
        Asks GET /health/ready. The exit code is 0 where the process is ready, and 1 where it is not, with what it lacks, or can't
        be reached.

        Example:
          llmblender health http://127.0.0.1:8081
        """;

    /// <summary>How long the answer may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("health", "Ask a process of serve whether it is ready.", Details);
        var url = new Argument<Uri>("URL")
        {
            Description = "Where it serves HTTP.",
            Arity = ArgumentArity.ZeroOrOne,
            DefaultValueFactory = _ => new Uri(DefaultUrl),
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (Uri.TryCreate(text, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https")
                {
                    return parsed;
                }

                result.AddError($"URL is \"{text}\", and must be an http or https address such as {DefaultUrl}");
                return null;
            },
        };
        verb.Arguments.Add(url);
        verb.SetAction(async (parsed, cancellationToken) =>
        {
            if (await ProblemAsync(parsed.GetValue(url)!, cancellationToken) is not { } problem)
            {
                return ExitCode.Done;
            }

            terminal.Error.Write(Encoding.UTF8.GetBytes($"llmblender: {problem}\n"));
            return ExitCode.SomeFailed;
        });
        return verb;
    }

    private static async Task<string?> ProblemAsync(Uri url, CancellationToken cancellationToken)
    {
        // The process is asked itself, whatever proxy the environment names for the world outside.
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = MostBytes };
        try
        {
            using var response = await http.GetAsync(new Uri(url, "/health/ready"), cancellationToken);
            return response.IsSuccessStatusCode ? null : $"{url} is not ready: {await response.Content.ReadAsStringAsync(cancellationToken)}";
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return e is HttpRequestException ? $"{url} can't be asked: {e.Message}" : $"{url} has not answered within {Patience.TotalSeconds} s";
        }
    }
}
