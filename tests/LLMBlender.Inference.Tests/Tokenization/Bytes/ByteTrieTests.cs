using CsCheck;
using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tests.Tokenization.Bytes;

public sealed class ByteTrieTests
{
    [Fact]
    public void Find_AnyKeys_GivesTheLastOfEachAndNothingElse() =>
        Gen.Select(Keys(3), Keys(3)).Sample((keys, others) => AssertFinds(keys, others));

    [Fact]
    public void Find_KeysOfAllBytes_GivesTheLastOfEachAndNothingElse() =>
        Gen.Select(Keys(255), Keys(255)).Sample((keys, others) => AssertFinds(keys, others));

    [Fact]
    public void Build_NoKeys_FindsNothing() => Assert.Equal(ByteTrie.None, Build([[]]).Find("a"u8));

    private static Gen<byte[][]> Keys(byte largest) => Gen.Byte[0, largest].Array[0, 6].Array[0, 300];

    private static void AssertFinds(byte[][] keys, byte[][] others)
    {
        ByteTrie trie = Build(keys);
        foreach (byte[] key in keys.Concat(others).Where(key => key.Length > 0))
        {
            Assert.Equal(Array.FindLastIndex(keys, other => other.AsSpan().SequenceEqual(key)), trie.Find(key));
        }
    }

    private static ByteTrie Build(byte[][] keys)
    {
        List<int> starts = [0];
        foreach (byte[] key in keys)
        {
            starts.Add(starts[^1] + key.Length);
        }

        return ByteTrie.Build(keys.SelectMany(key => key).ToArray(), starts.ToArray());
    }
}
