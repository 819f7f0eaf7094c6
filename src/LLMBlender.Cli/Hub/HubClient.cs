using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using LLMBlender.Records;

namespace LLMBlender.Cli.Hub;

/// <summary>
/// The hub over HTTP: <c>/api/models/ID/revision/REVISION</c> lists files, <c>HEAD /ID/resolve/COMMIT/FILE</c> says what a file
/// is, <c>GET</c> gives it. Redirects are followed here, hop by hop, so that the access token goes to the endpoint itself only.
/// </summary>
internal sealed class HubClient : IDisposable
{
    private const int MostHops = 5;

    // The list of files of a large repository, with room.
    private const int MostInfoBytes = 32 << 20;

    private static readonly TimeSpan HeadersTimeout = TimeSpan.FromSeconds(60);

    private readonly HttpClient http;
    private readonly HubSettings settings;
    private readonly TimeProvider time;

    /// <param name="settings">Where the hub is.</param>
    /// <param name="time">What dates in answers are compared with.</param>
    public HubClient(HubSettings settings, TimeProvider time)
    {
        (this.settings, this.time) = (settings, time);
        http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(20),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = MostInfoBytes,
        };
        http.DefaultRequestHeaders.UserAgent.ParseAdd("llmblender");
        http.DefaultRequestHeaders.AcceptEncoding.ParseAdd("identity");
    }

    /// <summary>The commit and the files of a revision.</summary>
    /// <exception cref="HubTransientException">The hub can't be reached, or can't answer now.</exception>
    /// <exception cref="UsageException">The hub refuses, or knows no such repository.</exception>
    public async Task<HubInfo> GetInfoAsync(HubRepository repository, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            HttpMethod.Get, Address($"api/models/{repository.Id}/revision/{Uri.EscapeDataString(repository.Revision)}"), null, cancellationToken);
        Refuse(response, repository, null);
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

    /// <summary>What a file is.</summary>
    /// <exception cref="HubTransientException">The hub can't be reached, or can't answer now.</exception>
    /// <exception cref="UsageException">The hub refuses, or knows no such file.</exception>
    public async Task<HubFile> GetFileAsync(HubRepository repository, string commit, string name, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Head, FileAddress(repository, commit, name), null, cancellationToken, endsElsewhere: true);
        if (!IsRedirect(response))
        {
            Refuse(response, repository, name);
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

    /// <summary>A file's content from a byte on.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="commit">The commit.</param>
    /// <param name="name">The file.</param>
    /// <param name="range">The bytes asked for; null for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The response; 200 where the server ignores ranges.</returns>
    /// <exception cref="HubTransientException">The hub can't be reached, or can't answer now.</exception>
    /// <exception cref="UsageException">The hub refuses.</exception>
    public async Task<HttpResponseMessage> OpenAsync(
        HubRepository repository, string commit, string name, RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        var response = await SendAsync(HttpMethod.Get, FileAddress(repository, commit, name), range, cancellationToken);
        try
        {
            Refuse(response, repository, name);
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

    // Where a file lies elsewhere, the hub's own answer to HEAD has what is to be known, and the last hop has not.
    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri address, RangeHeaderValue? range, CancellationToken cancellationToken, bool endsElsewhere = false)
    {
        for (var hop = 0; hop <= MostHops; hop++)
        {
            var response = await SendOnceAsync(method, address, range, cancellationToken);
            if (!IsRedirect(response) || response.Headers.Location is not { } location)
            {
                return response;
            }

            var next = new Uri(address, location);
            if (endsElsewhere && (response.Headers.Contains("X-Linked-Etag") || (!IsEndpoint(next) && response.Headers.ETag is not null)))
            {
                return response;
            }

            response.Dispose();
            address = next.Scheme is "http" or "https"
                ? next
                : throw new UsageException($"{address.Authority}: redirects to an address that is neither http nor https");
        }

        throw new UsageException($"{settings.Endpoint.Authority}: redirects more than {MostHops} times");
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

    private void Refuse(HttpResponseMessage response, HubRepository repository, string? file)
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
                $"{host}: answers {status} {(status == 429 ? "(too many requests) " : "")}for {what}", RetryAfter(response)),
            _ when code is "GatedRepo" => new UsageException(
                $"{what}: is gated: accept its conditions on {settings.Endpoint}{repository.Id}, and set HF_TOKEN to a token that may read it"),
            _ when code is "RevisionNotFound" => new UsageException($"{repository.Id}: has no revision \"{repository.Revision}\" ({host} answers {status})"),
            401 => new UsageException(
                $"{what}: {host} answers 401: {(settings.Token is null
                    ? "there is no such repository, or it is private or gated and wants a token: set HF_TOKEN"
                    : "the token in HF_TOKEN (or the token file) is not valid, or may not read it")}"),
            403 => new UsageException($"{what}: {host} answers 403: access is refused; is the token in HF_TOKEN allowed to read this repository?"),
            404 => new UsageException($"{what}: {host} answers 404: there is no such {(file is null ? "repository or revision" : "file")}"),
            _ => new UsageException($"{what}: {host} answers {status}"),
        };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
        _ => null,
    };
}
