using System.Security.Cryptography;
using System.Text;
using LLMBlender.Cli.Serving;
using LLMBlender.Records;
using LLMBlender.TestKit;
using Microsoft.Extensions.Configuration;

namespace LLMBlender.Cli.Tests.Serving;

public sealed class QuickKeyTests
{
    [Fact]
    public void Add_NoKeyGiven_PrintsANewOneAndStoresItsHash()
    {
        using var configuration = new ConfigurationManager();

        var note = QuickKey.Add(configuration, static _ => null);

        var key = note.Split(' ').Single(static word => word.StartsWith("llmblender-", StringComparison.Ordinal));
        Assert.Equal(11 + 48, key.Length);
        Assert.Equal(Hash(key), configuration["LLMBlender:Gateway:Callers:0:KeySha256"]);
        Assert.DoesNotContain(key, QuickKey.Add(configuration, static _ => null), StringComparison.Ordinal);
    }

    [Fact]
    public void Add_KeyOfTheVariable_IsUsedAndNotPrinted()
    {
        using var configuration = new ConfigurationManager();

        var note = QuickKey.Add(configuration, static name => name == "LLMBLENDER_KEY" ? "my-secret" : null);

        Assert.DoesNotContain("my-secret", note, StringComparison.Ordinal);
        Assert.Equal(Hash("my-secret"), configuration["LLMBlender:Gateway:Callers:0:KeySha256"]);
    }

    [Fact]
    public void Add_KeyOfAFile_IsUsedWithoutItsLineEnd()
    {
        using var folder = new TemporaryFolder();
        using var configuration = new ConfigurationManager();
        var file = folder.Write("caller.key", "my-secret\n");

        var note = QuickKey.Add(configuration, name => name == "LLMBLENDER_KEY_FILE" ? file : null);

        Assert.Equal($"requests need the key in {file}", note);
        Assert.Equal(Hash("my-secret"), configuration["LLMBlender:Gateway:Callers:0:KeySha256"]);
        Assert.Throws<UsageException>(() => QuickKey.Add(configuration, name => name == "LLMBLENDER_KEY_FILE" ? folder.File("none") : null));
    }

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
