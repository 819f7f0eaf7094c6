using System.Runtime.CompilerServices;

namespace LLMBlender.Inference.Tokenization.Bytes;

/// <summary>Maps byte strings to numbers, traversed one byte at a time: a double array (Aoe 1989), 8 bytes per node.</summary>
internal sealed class ByteTrie
{
    /// <summary>The root node.</summary>
    public const int Root = 0;

    /// <summary>The value of a node without a value.</summary>
    public const int None = -1;

    private readonly Unit[] units;
    private readonly int[] values;

    private ByteTrie(Unit[] units, int[] values)
    {
        this.units = units;
        this.values = values;
    }

    /// <summary>
    /// Builds the trie of the keys <c>text[starts[i]..starts[i + 1]]</c>, each with the value i. Empty keys are ignored; of equal keys the
    /// last counts.
    /// </summary>
    public static ByteTrie Build(ReadOnlySpan<byte> text, ReadOnlySpan<int> starts)
    {
        var builder = new ByteTrieBuilder(text, starts);
        builder.Build();
        return new ByteTrie(builder.Units, builder.Values);
    }

    /// <summary>
    /// Moves from <paramref name="node"/> along <paramref name="b"/>: returns false if no key continues, otherwise the new node and its
    /// value or <see cref="None"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Step(ref int node, byte b, out int value)
    {
        Unit[] units = this.units;
        int next = units[node].Base ^ b;
        int parent = units[next].Parent;
        if ((parent & Unit.ParentMask) != node)
        {
            value = None;
            return false;
        }

        node = next;
        value = parent < 0 ? values[next] : None;
        return true;
    }

    /// <summary>The value of exactly this key, or <see cref="None"/>.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        int node = Root;
        int value = None;
        foreach (byte b in key)
        {
            if (!Step(ref node, b, out value))
            {
                return None;
            }
        }

        return value;
    }

    /// <summary>One node, at the index <c>Base of its parent ^ its byte</c>.</summary>
    internal struct Unit
    {
        public const int ParentMask = int.MaxValue;

        /// <summary>The base index of the node's children; in range for any byte.</summary>
        public int Base;

        /// <summary>The parent's index; all ones if the slot is free; negative if the node has a value.</summary>
        public int Parent;
    }
}
