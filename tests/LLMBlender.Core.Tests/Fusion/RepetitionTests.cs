using CsCheck;
using LLMBlender.Core.Fusion;

namespace LLMBlender.Core.Tests.Fusion;

public sealed class RepetitionTests
{
    [Theory]
    [InlineData("aaaa")]
    [InlineData("Once. Then and then and then and then and th")]
    [InlineData("1 2 1 2 1 2 1 2 1 2   ")]
    public void IsLoop_EndsOverAndOver_IsOne(string text) => Assert.True(Repetition.IsLoop(text));

    [Theory]
    [InlineData("")]
    [InlineData("aaa")]
    [InlineData("The queue drains one by one, and one by one the lights go out.")]
    [InlineData("A long answer that says a lot of different things before it stutters at the very end end end end end")]
    [InlineData("Row, row, row your boat, gently down the stream. Merrily, merrily, merrily, merrily, life is but a dream.")]
    public void IsLoop_SaysSomething_IsNone(string text) => Assert.False(Repetition.IsLoop(text));

    [Fact]
    public void IsLoop_AnyUnitAfterAnyShorterStart_IsOne() =>
        Gen.Select(Gen.String[Gen.Char['a', 'z'], 1, 40], Gen.Int[4, 9], Gen.String[Gen.Char['A', 'Z'], 0, 40]).Sample((unit, rounds, start) =>
            Assert.True(Repetition.IsLoop(start[..Math.Min(start.Length, unit.Length * rounds)] + string.Concat(Enumerable.Repeat(unit, rounds)))));
}
