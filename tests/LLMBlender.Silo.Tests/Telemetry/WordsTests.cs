using LLMBlender.Abstractions;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Silo.Tests.Telemetry;

public sealed class WordsTests
{
    [Fact]
    public void Of_EachReason_IsAWordOfItsOwn()
    {
        var words = Enum.GetValues<BlendFailureReason>().Select(reason => Words.Of(reason)).Append(Words.Of((BlendFailureReason?)null)).Append(Words.Of(new OperationCanceledException())).ToList();

        Assert.Equal(words.Count, words.Distinct().Count());
        Assert.All(words, word => Assert.Matches("^[a-z_]+$", word));
    }
}
