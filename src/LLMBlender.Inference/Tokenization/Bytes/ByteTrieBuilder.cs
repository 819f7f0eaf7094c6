using System.Runtime.CompilerServices;

namespace LLMBlender.Inference.Tokenization.Bytes;

/// <summary>
/// Builds the layout of a <see cref="ByteTrie"/>: breadth first while nodes share keys, each node's keys sorted by their next byte; the
/// tail of a single key is stored at once, so that its nodes are close together.
/// </summary>
/// <remarks>It runs once at load time, before tiered compilation would optimise it: hence AggressiveOptimization.</remarks>
internal ref struct ByteTrieBuilder
{
    private const int Free = ByteTrie.Unit.ParentMask;
    private const int Block = 256;

    // Slots tried for a node's children before a new block is allocated: bounds the build time.
    private const int Tries = 48;

    private readonly ReadOnlySpan<byte> text;
    private readonly ReadOnlySpan<int> starts;
    private int[] keys;
    private int[] sorted;

    // Nodes whose children are not stored yet, in processing order.
    private Node[] open = new Node[64];
    private int opened;

    // Free slots as a ring, starting at slot 0, which is the root's and never free.
    private int[] next;
    private int[] previous;

    private int hint;

    // The start of the unused blocks.
    private int untouched;

    public ByteTrieBuilder(ReadOnlySpan<byte> text, ReadOnlySpan<int> starts)
    {
        this.text = text;
        this.starts = starts;
        int count = 0;
        keys = new int[starts.Length - 1];
        for (int i = 0; i < keys.Length; i++)
        {
            if (starts[i] < starts[i + 1])
            {
                keys[count++] = i;
            }
        }

        Array.Resize(ref keys, count);
        sorted = new int[count];
        Units = [];
        Values = [];
        next = [0];
        previous = [0];
        AddBlocks(Math.Max(1, text.Length / 2 / Block));
        TakePlace(ByteTrie.Root, parent: Free);
    }

    public ByteTrie.Unit[] Units { get; private set; }

    public int[] Values { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Build()
    {
        Span<byte> labels = stackalloc byte[256];
        Span<int> ends = stackalloc int[256];
        Open(new Node(ByteTrie.Root, 0, keys.Length, 0));
        for (int done = 0; done < opened; done++)
        {
            Node node = open[done];
            int from = SetValue(node);
            int children = Group(from, node.To, node.Depth, labels, ends);
            if (children == 0)
            {
                continue;
            }

            int place = FindBase(labels[..children]);
            Units[node.Index].Base = place;
            for (int i = 0; i < children; i++)
            {
                TakePlace(place ^ labels[i], node.Index);
            }

            for (int i = 0; i < children; i++)
            {
                var child = new Node(place ^ labels[i], from, ends[i], node.Depth + 1);
                if (child.To - from == 1)
                {
                    AddTail(child);
                }
                else
                {
                    Open(child);
                }

                from = child.To;
            }
        }
    }

    private void Open(Node node)
    {
        if (opened == open.Length)
        {
            Array.Resize(ref open, 2 * opened);
        }

        open[opened++] = node;
    }

    // Moves the keys that end at the node to the front of its range, and returns the start of the others.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly int SetValue(Node node)
    {
        int from = node.From;
        int value = ByteTrie.None;
        for (int i = from; i < node.To; i++)
        {
            int key = keys[i];
            if (starts[key] + node.Depth == starts[key + 1])
            {
                value = Math.Max(value, key);
                keys[i] = keys[from];
                keys[from++] = key;
            }
        }

        if (value != ByteTrie.None)
        {
            Mark(node.Index, value);
        }

        return from;
    }

    private readonly void Mark(int index, int value)
    {
        Values[index] = value;
        Units[index].Parent |= int.MinValue;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddTail(Node node)
    {
        int key = keys[node.From];
        int index = node.Index;
        for (int at = starts[key] + node.Depth; at < starts[key + 1]; at++)
        {
            byte label = text[at];
            int place = FindBase([label]);
            Units[index].Base = place;
            TakePlace(place ^ label, index);
            index = place ^ label;
        }

        Mark(index, key);
    }

    // Sorts a range of keys by their byte at depth; returns the number of distinct bytes, with the ends of their ranges.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly int Group(int from, int to, int depth, scoped Span<byte> labels, scoped Span<int> ends)
    {
        if (to - from <= 16)
        {
            InsertionSort(from, to, depth);
        }
        else
        {
            CountingSort(from, to, depth);
        }

        int children = 0;
        for (int i = from; i < to; i++)
        {
            byte label = Label(i, depth);
            if (i == from || label != labels[children - 1])
            {
                labels[children++] = label;
            }

            ends[children - 1] = i + 1;
        }

        return children;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte Label(int i, int depth) => text[starts[keys[i]] + depth];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void InsertionSort(int from, int to, int depth)
    {
        for (int i = from + 1; i < to; i++)
        {
            int key = keys[i];
            byte label = text[starts[key] + depth];
            int at = i;
            for (; at > from && Label(at - 1, depth) > label; at--)
            {
                keys[at] = keys[at - 1];
            }

            keys[at] = key;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void CountingSort(int from, int to, int depth)
    {
        Span<int> places = stackalloc int[256];
        places.Clear();
        for (int i = from; i < to; i++)
        {
            places[Label(i, depth)]++;
        }

        int at = from;
        foreach (ref int place in places)
        {
            (place, at) = (at, at + place);
        }

        for (int i = from; i < to; i++)
        {
            sorted[places[Label(i, depth)]++] = keys[i];
        }

        Array.Copy(sorted, from, keys, from, to - from);
    }

    // A single child takes the first free slot; for several, the search continues where the last one succeeded.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindBase(scoped ReadOnlySpan<byte> labels)
    {
        int place = labels.Length == 1 ? next[0] : hint;
        for (int tries = 0; place != 0 && tries < Tries; tries++, place = next[place])
        {
            int found = place ^ labels[0];
            if (Fits(found, labels[1..]))
            {
                hint = labels.Length == 1 ? hint : place;
                return found;
            }
        }

        if (untouched == Units.Length)
        {
            AddBlocks(1 + (Units.Length / Block / 4));
        }

        hint = untouched;
        return untouched;
    }

    private readonly bool Fits(int found, scoped ReadOnlySpan<byte> labels)
    {
        foreach (byte label in labels)
        {
            if (Units[found ^ label].Parent != Free || (found ^ label) == ByteTrie.Root)
            {
                return false;
            }
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void TakePlace(int place, int parent)
    {
        Units[place].Parent = parent;
        untouched = Math.Max(untouched, (place | (Block - 1)) + 1);
        if (place == ByteTrie.Root)
        {
            return;
        }

        hint = place == hint ? next[place] : hint;
        next[previous[place]] = next[place];
        previous[next[place]] = previous[place];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddBlocks(int count)
    {
        int first = Units.Length;
        int length = first + (count * Block);
        ByteTrie.Unit[] units = Units;
        int[] values = Values;
        Array.Resize(ref units, length);
        Array.Resize(ref values, length);
        Array.Resize(ref next, length);
        Array.Resize(ref previous, length);
        (Units, Values) = (units, values);
        for (int place = Math.Max(first, 1); place < length; place++)
        {
            int last = previous[0];
            units[place].Parent = Free;
            (next[last], previous[place]) = (place, last);
            (next[place], previous[0]) = (0, place);
        }
    }

    private readonly record struct Node(int Index, int From, int To, int Depth);
}
