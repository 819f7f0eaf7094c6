using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway.Pages;

/// <summary>The page at <c>/</c>, embedded in the assembly.</summary>
public static class PageEndpoints
{
    private const string Prefix = "wwwroot/";

    /// <summary>Maps the page and its files.</summary>
    public static IEndpointRouteBuilder MapPages(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var assembly = typeof(PageEndpoints).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            var file = PageFile.Read(assembly, resource);
            var name = resource[Prefix.Length..];
            endpoints.MapMethods(name == "index.html" ? "/" : $"/{name}", HealthEndpoints.ReadMethods, file.WriteAsync).AllowAnonymous();
        }

        return endpoints;
    }

    private sealed class PageFile(byte[] content, string type, string tag)
    {
        // Small files do not get smaller, and images are not compressed again.
        private const int LeastToCompress = 512;

        private readonly Lazy<byte[]> compressed = new(() => Compress(content));

        public static PageFile Read(Assembly assembly, string resource)
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var all = new MemoryStream();
            stream.CopyTo(all);
            var content = all.ToArray();
            return new PageFile(content, TypeOf(resource), $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8))}\"");
        }

        public Task WriteAsync(HttpContext context)
        {
            var headers = context.Response.Headers;
            headers.ETag = tag;
            headers.CacheControl = "no-cache";
            headers.Vary = "Accept-Encoding";
            if (context.Request.Headers.IfNoneMatch == tag)
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            var body = content;
            if (content.Length >= LeastToCompress && AcceptsGzip(context.Request))
            {
                headers.ContentEncoding = "gzip";
                body = compressed.Value;
            }

            context.Response.ContentType = type;
            context.Response.ContentLength = body.Length;
            return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
        }

        private static bool AcceptsGzip(HttpRequest request) =>
            request.GetTypedHeaders().AcceptEncoding.Any(static coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase) && coding.Quality is not 0);

        private static byte[] Compress(byte[] content)
        {
            using var all = new MemoryStream();
            using (var gzip = new GZipStream(all, CompressionLevel.SmallestSize))
            {
                gzip.Write(content);
            }

            return all.ToArray();
        }

        private static string TypeOf(string name) => Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            "" => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        };
    }
}
