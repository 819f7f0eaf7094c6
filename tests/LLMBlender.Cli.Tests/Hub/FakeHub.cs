using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Cli.Tests.Hub;

/// <summary>
/// A hub on two real servers: one that lists files, redirects and answers for small ones, and another, on a port of its own, that large
/// files are redirected to, as to a content delivery network.
/// </summary>
public sealed class FakeHub : IAsyncDisposable
{
    /// <summary>The commit of every repository's main branch.</summary>
    public const string Commit = "0123456789abcdef0123456789abcdef01234567";

    private readonly Dictionary<string, Dictionary<string, byte[]>> repositories = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<HubRequest> requests = new();
    private WebApplication? hub;
    private WebApplication? cdn;

    /// <summary>The hub's address.</summary>
    public string Endpoint { get; private set; } = "";

    /// <summary>The other server's address.</summary>
    public string CdnEndpoint { get; private set; } = "";

    /// <summary>What was asked, in order.</summary>
    public IReadOnlyList<HubRequest> Requests => [.. requests];

    /// <summary>Files of at least as many bytes are kept as large ones.</summary>
    public int LargeBytes { get; set; } = 10_000;

    /// <summary>Answers a request in the hub's stead; false where it is to answer itself.</summary>
    public Func<HttpContext, Task<bool>> Intercept { get; set; } = static _ => Task.FromResult(false);

    /// <summary>The token that is wanted; null where none is.</summary>
    public string? Token { get; set; }

    /// <summary>Whether ranges are ignored, and whole files sent.</summary>
    public bool IgnoresRanges { get; set; }

    /// <summary>The hash that is said of a file instead of its own.</summary>
    public Dictionary<string, string> WrongHashes { get; } = [];

    /// <summary>Starts both servers.</summary>
    public static async Task<FakeHub> StartAsync()
    {
        var fake = new FakeHub();
        (fake.hub, fake.Endpoint) = await StartAsync(context => fake.AnswerAsync(context, isHub: true));
        (fake.cdn, fake.CdnEndpoint) = await StartAsync(context => fake.AnswerAsync(context, isHub: false));
        return fake;
    }

    /// <summary>Adds a folder's files to a repository.</summary>
    public void Add(string repository, string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            Add(repository, Path.GetFileName(file), File.ReadAllBytes(file));
        }
    }

    /// <summary>Adds a file to a repository.</summary>
    public void Add(string repository, string name, byte[] content)
    {
        if (!repositories.TryGetValue(repository, out var files))
        {
            repositories.Add(repository, files = new Dictionary<string, byte[]>(StringComparer.Ordinal));
        }

        files[name] = content;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in new[] { hub, cdn })
        {
            using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            await server!.StopAsync(now.Token);
            await server.DisposeAsync();
        }
    }

    private static async Task<(WebApplication Server, string Address)> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return (app, app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
    }

    private async Task AnswerAsync(HttpContext context, bool isHub)
    {
        var request = context.Request;
        requests.Enqueue(new HubRequest(
            isHub, request.Method, request.Path.Value!, request.Headers.Authorization.ToString(), request.Headers.Range.ToString()));
        if (await Intercept(context))
        {
            return;
        }

        if (isHub && Token is not null && request.Headers.Authorization != $"Bearer {Token}")
        {
            context.Response.Headers["X-Error-Code"] = request.Headers.Authorization.Count == 0 ? "GatedRepo" : "";
            context.Response.StatusCode = 401;
            return;
        }

        var parts = request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries);
        await (parts switch
        {
            ["api", "models", var owner, var name, "revision", ..] when isHub => ListAsync(context, $"{owner}/{name}"),
            [var owner, var name, "resolve", Commit, var file] => SendAsync(context, $"{owner}/{name}", file, isHub),
            _ => RefuseAsync(context, "RepoNotFound"),
        });
    }

    private Task ListAsync(HttpContext context, string repository)
    {
        var revision = Uri.UnescapeDataString(context.Request.Path.Value!.Split("/revision/")[1]);
        return !repositories.TryGetValue(repository, out var files) ? RefuseAsync(context, "RepoNotFound")
            : revision is not ("main" or "v1" or Commit) ? RefuseAsync(context, "RevisionNotFound")
            : context.Response.WriteAsJsonAsync(new { sha = Commit, siblings = files.Keys.Select(rfilename => new { rfilename }) });
    }

    private async Task SendAsync(HttpContext context, string repository, string name, bool isHub)
    {
        if (!repositories.TryGetValue(repository, out var files) || !files.TryGetValue(name, out var content))
        {
            await RefuseAsync(context, "EntryNotFound");
            return;
        }

        var headers = context.Response.Headers;
        if (!isHub)
        {
            await WriteAsync(context, content);
            return;
        }

        headers["X-Repo-Commit"] = Commit;
        if (content.Length < LargeBytes)
        {
            headers.ETag = $"\"{WrongHashes.GetValueOrDefault(name, GitHash(content))}\"";
            await WriteAsync(context, content);
            return;
        }

        headers["X-Linked-Etag"] = $"\"{WrongHashes.GetValueOrDefault(name, Convert.ToHexStringLower(SHA256.HashData(content)))}\"";
        headers["X-Linked-Size"] = content.Length.ToString(CultureInfo.InvariantCulture);
        headers.ETag = "\"of-the-redirect\"";
        headers.Location = $"{CdnEndpoint}{context.Request.Path}?signature=secret";
        context.Response.StatusCode = 302;
    }

    private async Task WriteAsync(HttpContext context, byte[] content)
    {
        var (from, to) = (0, content.Length);
        if (!IgnoresRanges && context.Request.GetTypedHeaders().Range?.Ranges.Single() is { } range)
        {
            (from, to) = ((int)range.From!.Value, (int)(range.To ?? content.Length - 1) + 1);
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = $"bytes {from}-{to - 1}/{content.Length}";
        }

        context.Response.ContentLength = to - from;
        if (context.Request.Method != "HEAD")
        {
            await context.Response.Body.WriteAsync(content.AsMemory(from, to - from));
        }
    }

    /// <summary>Sends the beginning of a whole answer, and breaks the connection.</summary>
    public static async Task CutAsync(HttpContext context, ReadOnlyMemory<byte> beginning, long length)
    {
        context.Response.ContentLength = length;
        await context.Response.Body.WriteAsync(beginning);
        await context.Response.Body.FlushAsync();
        context.Features.Get<IHttpRequestLifetimeFeature>()!.Abort();
    }

    private static Task RefuseAsync(HttpContext context, string code)
    {
        context.Response.StatusCode = 404;
        context.Response.Headers["X-Error-Code"] = code;
        return Task.CompletedTask;
    }

    // As git names a blob.
    private static string GitHash(byte[] content)
    {
#pragma warning disable CA5350 // Git's own hash.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

/// <summary>A request that a fake hub was sent.</summary>
/// <param name="IsHub">Whether it was to the hub itself.</param>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path.</param>
/// <param name="Authorization">Its credentials; empty where it had none.</param>
/// <param name="Range">The range that it asked for; empty where it asked for all.</param>
public sealed record HubRequest(bool IsHub, string Method, string Path, string Authorization, string Range);
