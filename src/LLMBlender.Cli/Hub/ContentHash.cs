using System.Security.Cryptography;
using System.Text;

namespace LLMBlender.Cli.Hub;

/// <summary>The hash in a file's ETag: SHA-256 of the content for a large file, otherwise git's blob hash (SHA-1).</summary>
internal static class ContentHash
{
    private const int Sha256Characters = 64;
    private const int Sha1Characters = 40;

    /// <summary>The hash's name for errors; null if the ETag is not a hash, as with some mirrors.</summary>
    public static string? NameOf(string etag) => !etag.All(char.IsAsciiHexDigitLower) ? null : etag.Length switch
    {
        Sha256Characters => "SHA-256",
        Sha1Characters => "git SHA-1",
        _ => null,
    };

    /// <summary>Computes a stream's hash with the algorithm of an ETag.</summary>
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
