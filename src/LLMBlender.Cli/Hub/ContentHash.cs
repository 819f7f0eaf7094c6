using System.Security.Cryptography;
using System.Text;

namespace LLMBlender.Cli.Hub;

/// <summary>The hash that a file's ETag is: of a large file the SHA-256 of its content, of others git's, the SHA-1 of a blob.</summary>
internal static class ContentHash
{
    private const int Sha256Characters = 64;
    private const int Sha1Characters = 40;

    /// <summary>What the hash is called in errors; null where the ETag is none, as some mirrors send.</summary>
    public static string? NameOf(string etag) => !etag.All(char.IsAsciiHexDigitLower) ? null : etag.Length switch
    {
        Sha256Characters => "SHA-256",
        Sha1Characters => "git SHA-1",
        _ => null,
    };

    /// <summary>A stream's hash of the kind that an ETag is.</summary>
    public static async Task<string> OfAsync(Stream content, string etag, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(etag.Length == Sha256Characters ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (etag.Length == Sha1Characters)
        {
            hash.AppendData(Encoding.ASCII.GetBytes($"blob {content.Length}\0"));
        }

        var buffer = new byte[1 << 20];
        int read;
        while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
