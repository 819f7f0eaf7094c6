namespace LLMBlender.Local.Wire;

/// <summary>Builds the addresses of requests.</summary>
internal static class WireUrl
{
    /// <summary>Appends a path, unless the URL already ends with it, and keeps the URL's query.</summary>
    public static Uri Append(Uri url, string path, string? query = null)
    {
        var known = url.AbsolutePath.TrimEnd('/');
        return new UriBuilder(url)
        {
            Path = known.EndsWith("/" + path, StringComparison.Ordinal) ? known : $"{known}/{path}",
            Query = url.Query.Length > 1 ? url.Query[1..] : query ?? "",
        }.Uri;
    }
}
