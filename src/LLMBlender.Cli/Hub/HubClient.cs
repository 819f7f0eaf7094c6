using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LLMBlender.Records;

namespace LLMBlender.Cli.Hub;

/// <summary>
/// An HTTP client for the hub: <c>/api/models/ID/revision/REVISION</c> lists files, <c>HEAD /ID/resolve/COMMIT/FILE</c> returns
/// a file's metadata, <c>GET</c> its content. Redirects are followed manually so that the access token is sent only to the
/// endpoint.
/// </summary>
internal sealed class HubClient : IDisposable
{
    private const int MaxRedirects = 5;

    // The file list of a large repository, plus a margin.
    private const int MaxInfoBytes = 32 << 20;

    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient http;
    private readonly HubSettings settings;
    private readonly TimeProvider timeProvider;

    /// <param name="settings">The hub's endpoint and token.</param>
    /// <param name="timeProvider">The clock for <c>Retry-After</c> dates.</param>
    public HubClient(HubSettings settings, TimeProvider timeProvider)
    {
        (this.settings, this.timeProvider) = (settings, timeProvider);
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(20),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MaxInfoBytes,
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("llmblender");
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("identity");
    }

    /// <summary>Returns the commit and the files of a revision.</summary>
    /// <exception cref="HubTransientException">The hub can't be reached, or is temporarily unavailable.</exception>
    /// <exception cref="UsageException">Access is refused, or the repository doesn't exist.</exception>
    public async Task<HubInfo> GetInfoAsync(HubRepository repository, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            HttpMethod.Get, Address($"api/models/{repository.Id}/revision/{Uri.EscapeDataString(repository.Revision)}"), null, cancellationToken);
        ThrowIfFailed(response, repository, null);
        HubInfoJson? info;
        try
        {
            info = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(cancellationToken), HubJson.Default.HubInfoJson);
        }
        catch (JsonException e)
        {
            throw new UsageException($"{settings.Endpoint.Authority}: its answer about {repository} is not valid JSON: is this a hub?", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new HubTransientException($"{settings.Endpoint.Authority}: its answer about {repository} was cut off", inner: e);
        }

        return info?.Sha is { } commit && HubRepository.IsCommit(commit) && info.Siblings is { } files
            ? new HubInfo(commit, [.. files.Select(file => file.Rfilename).OfType<string>()])
            : throw new UsageException($"{settings.Endpoint.Authority}: its answer about {repository} lacks the commit or the files: is this a hub?");
    }

    /// <summary>Returns a file's metadata.</summary>
    /// <exception cref="HubTransientException">The hub can't be reached, or is temporarily unavailable.</exception>
    /// <exception cref="UsageException">Access is refused, or the file doesn't exist.</exception>
    public async Task<HubFile> GetFileAsync(HubRepository repository, string commit, string name, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Head, FileAddress(repository, commit, name), null, cancellationToken, stopsAtStorage: true);
        if (!IsRedirect(response))
        {
            ThrowIfFailed(response, repository, name);
        }

        string? Header(string header) => response.Headers.TryGetValues(header, out var values) ? values.First() : null;
        var etag = (Header("X-Linked-Etag") ?? Header("ETag") ?? "").Replace("W/", "", StringComparison.Ordinal).Trim('"');
        var size = Header("X-Linked-Size") is { } linked && long.TryParse(linked, out var bytes) && bytes >= 0 ? bytes
            : IsRedirect(response) ? null
            : response.Content.Headers.ContentLength;
        return etag.Length is > 0 and <= 128 && etag.All(character => char.IsAsciiLetterOrDigit(character) || character == '-')
            ? new HubFile(name, etag.ToLowerInvariant(), size)
            : throw new UsageException($"{settings.Endpoint.Authority}: says of {name} of {repository} no usable ETag: is this a hub?");
    }

    /// <summary>Requests a file's content.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="name">The file.</param>
    /// <param name="range">The requested byte range; null for the whole file.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The response; its status is 200 if the server ignores ranges.</returns>
    /// <exception cref="HubTransientException">The hub can't be reached, or is temporarily unavailable.</exception>
    /// <exception cref="UsageException">Access is refused.</exception>
    public async Task<HttpResponseMessage> OpenAsync(
        HubRepository repository, string commit, string name, RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        var response = await SendAsync(HttpMethod.Get, FileAddress(repository, commit, name), range, cancellationToken);
        try
        {
            ThrowIfFailed(response, repository, name);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();

    private Uri Address(string path) => new(settings.Endpoint, path);

    private Uri FileAddress(HubRepository repository, string commit, string name) =>
        Address($"{repository.Id}/resolve/{commit}/{Uri.EscapeDataString(name)}");

    // If a file is stored on another host, the metadata is in the hub's own HEAD response and not in the last redirect's
    // target.
    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri address, RangeHeaderValue? range, CancellationToken cancellationToken, bool stopsAtStorage = false)
    {
        for (var hop = 0; hop <= MaxRedirects; hop++)
        {
            var response = await SendOnceAsync(method, address, range, cancellationToken);
            if (!IsRedirect(response) || response.Headers.Location is not { } location)
            {
                return response;
            }

            var next = new Uri(address, location);
            if (stopsAtStorage && (response.Headers.Contains("X-Linked-Etag") || (!IsEndpoint(next) && response.Headers.ETag is not null)))
            {
                return response;
            }

            response.Dispose();
            address = next.Scheme is "http" or "https"
                ? next
                : throw new UsageException($"{address.Authority}: redirects to an address that is neither http nor https");
        }

        throw new UsageException($"{settings.Endpoint.Authority}: redirects more than {MaxRedirects} times");
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpMethod method, Uri address, RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Range = range;
        if (settings.Token is { } token && IsEndpoint(address))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(HeadersTimeout);
        try
        {
            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limited.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new HubTransientException($"{address.Authority}: can't be reached: {e.Message}", inner: e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HubTransientException($"{address.Authority}: did not answer within {HeadersTimeout.TotalSeconds:0} s", inner: e);
        }
    }

    private bool IsEndpoint(Uri address) => address.Scheme == settings.Endpoint.Scheme && address.Authority == settings.Endpoint.Authority;

    private static bool IsRedirect(HttpResponseMessage response) => (int)response.StatusCode is 301 or 302 or 303 or 307 or 308;

    private void ThrowIfFailed(HttpResponseMessage response, HubRepository repository, string? file)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        var host = response.RequestMessage?.RequestUri?.Authority ?? settings.Endpoint.Authority;
        var what = file is null ? $"{repository}" : $"{file} of {repository}";
        var code = response.Headers.TryGetValues("X-Error-Code", out var codes) ? codes.First() : null;
        var status = (int)response.StatusCode;
        throw status switch
        {
            408 or 429 or >= 500 => new HubTransientException(
                $"{host}: returns {status} {(status == 429 ? "(too many requests) " : "")}for {what}", RetryAfter(response)),
            _ when code is "GatedRepo" => new UsageException(
                $"{what}: is gated: accept its conditions on {settings.Endpoint}{repository.Id}, and set HF_TOKEN to a token that may read it"),
            _ when code is "RevisionNotFound" => new UsageException($"{repository.Id}: has no revision \"{repository.Revision}\" ({host} returns {status})"),
            401 => new UsageException(
                $"{what}: {host} returns 401: {(settings.Token is null
                    ? "there is no such repository, or it is private or gated and requires a token: set HF_TOKEN"
                    : "the token in HF_TOKEN (or the token file) is not valid, or may not read it")}"),
            403 => new UsageException($"{what}: {host} returns 403: access is denied; is the token in HF_TOKEN allowed to read this repository?"),
            404 => new UsageException($"{what}: {host} returns 404: there is no such {(file is null ? "repository or revision" : "file")}"),
            _ => new UsageException($"{what}: {host} returns {status}"),
        };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > timeProvider.GetUtcNow() => date - timeProvider.GetUtcNow(),
        _ => null,
    };
}
