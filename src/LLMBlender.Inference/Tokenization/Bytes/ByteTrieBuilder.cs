using System.Runtime.CompilerServices;

namespace LLMBlender.Inference.Tokenization.Bytes;

/// <summary>
/// Lays a <see cref="ByteTrie"/> out: breadth first while nodes share keys, each node's keys sorted by their next byte
/// alone; the tail of a single key is laid out at once, so that it lies together.
/// </summary>
/// <remarks>Loading runs it once, before the JIT would think it worth its while: hence AggressiveOptimization.</remarks>
internal ref struct ByteTrieBuilder
{
    private const int Free = ByteTrie.Unit.ParentMask;
    private const int Block = 256;

    // Places tried for a node's children before they get a new block: bounds the building time.
    private const int Tries = 48;

    private readonly ReadOnlySpan<byte> _text;
    private readonly ReadOnlySpan<int> _starts;
    private int[] _keys;
    private int[] _sorted;

    // Nodes that still have no children, in the order in which they get them.
    private Node[] _open = new Node[64];
    private int _opened;

    // Free places as a ring, entered at place 0, which is the root's and so never free.
    private int[] _next;
    private int[] _previous;

    private int _hint;

    // Where the blocks begin that hold nothing yet.
    private int _untouched;

    public ByteTrieBuilder(ReadOnlySpan<byte> text, ReadOnlySpan<int> starts)
    {
        _text = text;
        _starts = starts;
        int count = 0;
        _keys = new int[starts.Length - 1];
        for (int i = 0; i < _keys.Length; i++)
        {
            if (starts[i] < starts[i + 1])
            {
                _keys[count++] = i;
            }
        }

        Array.Resize(ref _keys, count);
        _sorted = new int[count];
        Units = [];
        Values = [];
        _next = [0];
        _previous = [0];
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
        Open(new Node(ByteTrie.Root, 0, _keys.Length, 0));
        for (int done = 0; done < _opened; done++)
        {
            Node node = _open[done];
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
        if (_opened == _open.Length)
        {
            Array.Resize(ref _open, 2 * _opened);
        }

        _open[_opened++] = node;
    }

    // Moves the keys that end at the node to the front of its range, and returns where the others begin.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly int SetValue(Node node)
    {
        int from = node.From;
        int value = ByteTrie.None;
        for (int i = from; i < node.To; i++)
        {
            int key = _keys[i];
            if (_starts[key] + node.Depth == _starts[key + 1])
            {
                value = Math.Max(value, key);
                _keys[i] = _keys[from];
                _keys[from++] = key;
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
        int key = _keys[node.From];
        int index = node.Index;
        for (int at = _starts[key] + node.Depth; at < _starts[key + 1]; at++)
        {
            byte label = _text[at];
            int place = FindBase([label]);
            Units[index].Base = place;
            TakePlace(place ^ label, index);
            index = place ^ label;
        }

        Mark(index, key);
    }

    // Sorts a range of keys by their byte at depth; returns how many different bytes there are, with their ranges' ends.
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
    private readonly byte Label(int i, int depth) => _text[_starts[_keys[i]] + depth];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void InsertionSort(int from, int to, int depth)
    {
        for (int i = from + 1; i < to; i++)
        {
            int key = _keys[i];
            byte label = _text[_starts[key] + depth];
            int at = i;
            for (; at > from && Label(at - 1, depth) > label; at--)
            {
                _keys[at] = _keys[at - 1];
            }

            _keys[at] = key;
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
            _sorted[places[Label(i, depth)]++] = _keys[i];
        }

        Array.Copy(_sorted, from, _keys, from, to - from);
    }

    // An only child takes the first free place; more of them look on from where the last ones found theirs.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindBase(scoped ReadOnlySpan<byte> labels)
    {
        int place = labels.Length == 1 ? _next[0] : _hint;
        for (int tries = 0; place != 0 && tries < Tries; tries++, place = _next[place])
        {
            int found = place ^ labels[0];
            if (Fits(found, labels[1..]))
            {
                _hint = labels.Length == 1 ? _hint : place;
                return found;
            }
        }

        if (_untouched == Units.Length)
        {
            AddBlocks(1 + (Units.Length / Block / 4));
        }

        _hint = _untouched;
        return _untouched;
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
        _untouched = Math.Max(_untouched, (place | (Block - 1)) + 1);
        if (place == ByteTrie.Root)
        {
            return;
        }

        _hint = place == _hint ? _next[place] : _hint;
        _next[_previous[place]] = _next[place];
        _previous[_next[place]] = _previous[place];
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
        Array.Resize(ref _next, length);
        Array.Resize(ref _previous, length);
        (Units, Values) = (units, values);
        for (int place = Math.Max(first, 1); place < length; place++)
        {
            int last = _previous[0];
            units[place].Parent = Free;
            (_next[last], _previous[place]) = (place, last);
            (_next[place], _previous[0]) = (0, place);
        }
    }

    private readonly record struct Node(int Index, int From, int To, int Depth);
}
