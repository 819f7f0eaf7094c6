using System.Text;
using System.Text.Json;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Tests.Wire;
using LLMBlender.Local.Wire;

namespace LLMBlender.Local.Tests.Settings;

public sealed class SecretTests
{
    private const string Key = "sk-canary-Zx/9+ab-0123456789abcdef-END";

    public static TheoryData<string> Echoes => new(
        Key,
        Key.ToUpperInvariant(),
        Key[..20],
        Uri.EscapeDataString(Key),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(Key)),
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"Bearer {Key}")),
        Convert.ToHexString(Encoding.UTF8.GetBytes(Key)),
        JsonSerializer.Serialize(Key).Replace("/", "\\/", StringComparison.Ordinal),
        $"{Key[..19]} {Key[19..]}",
        string.Join('-', Key.ToCharArray()),
        new string('x', 480) + Key);

    [Theory]
    [MemberData(nameof(Echoes))]
    public async Task Scrub_KeyInAnError_LeavesNoEightCharactersOfIt(string echo)
    {
        var server = new WireServer { Settings = new WireSettings(new Uri("http://server.test/v1"), "m") { Key = new Secret(Key) } }
            .With(JsonSerializer.Serialize(new { error = new { message = $"The key {echo} is unknown." } }), 401);

        var error = await Assert.ThrowsAsync<BackendException>(() => server.AskAsync(false));

        Assert.Equal("it answered 401", error.Message);
        var letters = string.Concat(error.FullMessage.Where(char.IsAsciiLetterOrDigit));
        var key = string.Concat(echo.TrimStart('x').Where(char.IsAsciiLetterOrDigit));
        for (var i = 0; i + 8 <= key.Length; i++)
        {
            // Base64 of other text in front of the key is not the key.
            Assert.True(i < 10 || !letters.Contains(key.Substring(i, 8), StringComparison.OrdinalIgnoreCase), error.FullMessage);
        }
    }

    [Theory]
    [InlineData("nothing of it")]
    [InlineData("sk-other-0123")]
    public void Scrub_OtherText_IsUnchanged(string text) => Assert.Equal(text, new Secret(Key).Scrub(text));

    [Fact]
    public async Task Error_WithControlCharacters_IsOnePlainLine()
    {
        var server = new WireServer().With(JsonSerializer.Serialize(new { error = new { message = "a\u001b]52;c;x\u0007\nwarn: forged\u202e" } }), 500);

        var error = await Assert.ThrowsAsync<BackendException>(() => server.AskAsync(false));

        Assert.Equal("it answered 500: a\uFFFD]52;c;x\uFFFD warn: forged\uFFFD", error.FullMessage);
    }
}
