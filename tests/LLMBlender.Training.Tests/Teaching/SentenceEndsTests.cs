using LLMBlender.Training.Teaching;

namespace LLMBlender.Training.Tests.Teaching;

public sealed class SentenceEndsTests
{
    private static readonly SentenceEnds Ends = new(new PieceTable(["a", "b", ".", "?"], []));
    private static readonly int[] Answer = [0, 2, 1, 1, 3, 0, 1, 1, 2, 1];

    [Fact]
    public void Part_OfAnAnswer_IsARunOfWholeSentences()
    {
        var random = new Random(1);
        var parts = Enumerable.Range(0, 200).Select(_ => Ends.Part(Answer, 100, random)).ToArray();
        string whole = string.Join(' ', Answer);
        Assert.All(parts, part => Assert.Contains(string.Join(' ', part), whole, StringComparison.Ordinal));
        Assert.All(parts, part => Assert.True(part.Length == Answer.Length || part[^1] is 2 or 3 || part[^1] == Answer[^1]));
        Assert.True(parts.Select(part => part.Length).Distinct().Count() > 4);
    }

    [Fact]
    public void Part_WithLittleRoom_FitsOrStaysWhole()
    {
        var random = new Random(2);
        Assert.All(Enumerable.Range(0, 100), _ => Assert.InRange(Ends.Part(Answer, 5, random).Length, 1, 5));
        Assert.Equal(Answer, Ends.Part(Answer, 1, random));
        Assert.Empty(Ends.Part([], 5, random));
    }
}
