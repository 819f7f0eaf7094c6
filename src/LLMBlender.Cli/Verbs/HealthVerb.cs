using System.CommandLine;
using System.Text;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>health</c>: checks whether a <c>serve</c> process is ready, for containers without another HTTP client.</summary>
internal static class HealthVerb
{
    private const string DefaultUrl = "http://127.0.0.1:8080";
    private const int MaxBytes = 65_536;

    private const string Details = """
        Sends GET /health/ready. The exit code is 0 if the process is ready, and 1 if it is not ready, with the reason, or can't be
        reached.

        Example:
          llmblender health http://127.0.0.1:8081
        """;

    /// <summary>The timeout of the request.</summary>
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>The verb.</summary>
    public static Verb Create(Terminal terminal)
    {
        var verb = new Verb("health", "Check whether a serve process is ready.", Details);
        var url = new Argument<Uri>("URL")
        {
            Description = "The process's HTTP address.",
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
        // The process is local, so the environment's proxy is not used.
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var http = new HttpClient(handler) { Timeout = ResponseTimeout, MaxResponseContentBufferSize = MaxBytes };
        try
        {
            using var response = await http.GetAsync(new Uri(url, "/health/ready"), cancellationToken);
            return response.IsSuccessStatusCode ? null : $"{url} is not ready: {await response.Content.ReadAsStringAsync(cancellationToken)}";
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return e is HttpRequestException ? $"{url} can't be asked: {e.Message}" : $"{url} has not answered within {ResponseTimeout.TotalSeconds} s";
        }
    }
}
