using CsCheck;
using LLMBlender.Silo.Caching;

namespace LLMBlender.Silo.Tests.Caching;

public sealed class LogitMemoryTests
{
    [Fact]
    public void Keep_BeyondCapacity_ForgetsTheLeastRecentlyUsed()
    {
        var memory = new LogitMemory(2);
        memory.Keep(Key(1), 1);
        memory.Keep(Key(2), 2);
        Assert.True(memory.TryFind(Key(1), out _));

        memory.Keep(Key(3), 3);

        Assert.True(memory.TryFind(Key(1), out var kept));
        Assert.Equal(1, kept);
        Assert.False(memory.TryFind(Key(2), out _));
        Assert.Equal(2, memory.Count);
    }

    [Fact]
    public void Memory_AnyUse_IsThatOfAList() => Gen.Select(Gen.Int[1, 5], Gen.Select(Gen.Bool, Gen.Int[0, 8]).Array[0, 100]).Sample((capacity, uses) =>
    {
        var memory = new LogitMemory(capacity);
        var list = new List<int>();
        foreach (var (keeps, number) in uses)
        {
            var known = list.Remove(number);
            if (keeps)
            {
                memory.Keep(Key(number), number);
            }
            else if (memory.TryFind(Key(number), out var logit) != known || (known && logit != number))
            {
                return false;
            }

            if (keeps || known)
            {
                list.Add(number);
            }

            if (list.Count > capacity)
            {
                list.RemoveAt(0);
            }
        }

        return memory.Count == list.Count;
    });

    private static ComparisonKey Key(int number) => new((ulong)number, 0, 0, 0);
}
