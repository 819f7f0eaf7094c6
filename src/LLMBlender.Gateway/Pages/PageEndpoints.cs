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
            endpoints.MapGet(name == "index.html" ? "/" : $"/{name}", file.WriteAsync).AllowAnonymous();
        }

        return endpoints;
    }

    private sealed record PageFile(byte[] Content, string Type, string Tag)
    {
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
            context.Response.Headers.ETag = Tag;
            context.Response.Headers.CacheControl = "no-cache";
            if (context.Request.Headers.IfNoneMatch == Tag)
            {
                context.Response.StatusCode = StatusCodes.Status304NotModified;
                return Task.CompletedTask;
            }

            context.Response.ContentType = Type;
            context.Response.ContentLength = Content.Length;
            return context.Response.Body.WriteAsync(Content, context.RequestAborted).AsTask();
        }

        private static string TypeOf(string name) => Path.GetExtension(name) switch
        {
            ".html" => "text/html; charset=utf-8",
            ".css" => "text/css; charset=utf-8",
            ".js" => "text/javascript; charset=utf-8",
            ".svg" => "image/svg+xml",
            _ => "application/octet-stream",
        };
    }
}
