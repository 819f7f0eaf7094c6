using System.IO.Compression;

namespace LLMBlender.TestKit;

/// <summary>The reference fixtures that are part of the project.</summary>
public static class Fixture
{
    /// <summary>A path below the fixtures' folder.</summary>
    public static string File(params string[] parts) =>
        Repository.File(["tests", "LLMBlender.TestKit", "Fixtures", .. parts]);

    /// <summary>The bytes of a packed fixture.</summary>
    public static byte[] Unpack(params string[] parts)
    {
        using var packed = new GZipStream(System.IO.File.OpenRead(File(parts)), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        packed.CopyTo(bytes);
        return bytes.ToArray();
    }
}
