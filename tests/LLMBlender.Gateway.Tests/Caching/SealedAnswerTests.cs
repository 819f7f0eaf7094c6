using LLMBlender.Gateway.Caching;

namespace LLMBlender.Gateway.Tests.Caching;

public sealed class SealedAnswerTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    private readonly SealedAnswer format = new(new Checksum());

    [Fact]
    public void TryRead_OwnEntry_ReturnsTheAnswerUntilItsTimeIsOver()
    {
        var entry = format.Write("key", Now + TimeSpan.FromMinutes(1), "answer"u8);

        Assert.True(format.TryRead("key", entry, Now, out var answer));
        Assert.True(answer.Span.SequenceEqual("answer"u8));
        Assert.True(format.TryRead("key", entry, Now + TimeSpan.FromMinutes(1), out var late));
        Assert.True(late.IsEmpty);
    }

    [Fact]
    public void TryRead_DamagedOrMovedEntry_IsRefused()
    {
        var entry = format.Write("key", Now + TimeSpan.FromMinutes(1), "answer"u8);

        Assert.False(format.TryRead("other", entry, Now, out _));
        Assert.False(format.TryRead("key", entry[..^1], Now, out _));
        Assert.False(format.TryRead("key", [], Now, out _));
        for (var i = 0; i < entry.Length; i++)
        {
            var damaged = (byte[])entry.Clone();
            damaged[i] ^= 1;
            Assert.False(format.TryRead("key", damaged, Now, out _), $"byte {i}");
        }
    }
}
