using System.Runtime.InteropServices;

namespace LLMBlender.Inference.Checkpoints.Torch;

/// <summary>The stack of a pickle machine; no value is taken from below the latest mark.</summary>
internal sealed class PickleStack(PickleBytes source)
{
    /// <summary>Far more than torch.save needs: it adds to a dict after every 1,000 items.</summary>
    private const int MostValues = 1 << 20;

    private readonly List<object?> values = [];
    private readonly List<int> marks = [];

    /// <summary>The number of values since the latest mark.</summary>
    public int Count => values.Count - (marks is [.., var mark] ? mark : 0);

    public bool HasMarks => marks.Count > 0;

    public void Mark()
    {
        Bound(marks.Count);
        marks.Add(values.Count);
    }

    public void Push(object? value)
    {
        Bound(values.Count);
        values.Add(value);
    }

    public object? Peek()
    {
        Demand(1);
        return values[^1];
    }

    public object? Pop()
    {
        Demand(1);
        var value = values[^1];
        values.RemoveAt(values.Count - 1);
        return value;
    }

    /// <summary>Pops the top value, which must be of the given type.</summary>
    public T Pop<T>(string what) => Pop() is T value ? value : throw source.Refuse(
        $"has no {what} where one is needed");

    /// <summary>Returns the top value, which must be of the given type, without removing it.</summary>
    public T Peek<T>(string what) => Peek() is T value ? value : throw source.Refuse(
        $"has no {what} where one is needed");

    /// <summary>Pops the topmost values, lowest first.</summary>
    public object?[] Pop(int count)
    {
        Demand(count);
        var popped = CollectionsMarshal.AsSpan(values)[^count..].ToArray();
        values.RemoveRange(values.Count - count, count);
        return popped;
    }

    /// <summary>Pops all values since the latest mark, lowest first, and the mark.</summary>
    public object?[] PopToMark()
    {
        if (marks.Count == 0)
        {
            throw source.Refuse("needs a mark, and none is set");
        }

        var popped = Pop(Count);
        marks.RemoveAt(marks.Count - 1);
        return popped;
    }

    private void Demand(int count)
    {
        if (Count < count)
        {
            throw source.Refuse($"needs {count} values on its stack, and has {Count}");
        }
    }

    private void Bound(int count)
    {
        if (count == MostValues)
        {
            throw source.Refuse($"piles up more than {MostValues} values, and no checkpoint does");
        }
    }
}
