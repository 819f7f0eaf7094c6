namespace LLMBlender.Silo.Caching;

/// <summary>A bounded cache of logits in this process, which evicts the least recently used. Safe for concurrent use.</summary>
internal sealed class LogitMemory
{
    private const int None = -1;

    private readonly Dictionary<ComparisonKey, int> places = [];
    private readonly List<Entry> entries = [];
    private readonly Lock gate = new();
    private int newest = None;
    private int oldest = None;

    /// <param name="capacity">Maximum number of logits, at least 1; each takes about 112 bytes.</param>
    public LogitMemory(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
    }

    /// <summary>The maximum number of logits.</summary>
    public int Capacity { get; }

    /// <summary>The number of logits.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return entries.Count;
            }
        }
    }

    /// <summary>Finds a logit, and marks it as the most recently used.</summary>
    public bool TryFind(ComparisonKey key, out float logit)
    {
        lock (gate)
        {
            if (!places.TryGetValue(key, out var place))
            {
                logit = float.NaN;
                return false;
            }

            Unlink(place);
            LinkNewest(place);
            logit = entries[place].Logit;
            return true;
        }
    }

    /// <summary>Adds a logit.</summary>
    public void Keep(ComparisonKey key, float logit)
    {
        lock (gate)
        {
            if (places.TryGetValue(key, out var place))
            {
                Unlink(place);
            }
            else
            {
                place = FreePlace();
                places[key] = place;
            }

            entries[place] = new Entry(key, logit, None, None);
            LinkNewest(place);
        }
    }

    private int FreePlace()
    {
        if (entries.Count < Capacity)
        {
            entries.Add(default);
            return entries.Count - 1;
        }

        var place = oldest;
        Unlink(place);
        places.Remove(entries[place].Key);
        return place;
    }

    private void Unlink(int place)
    {
        var (older, newer) = (entries[place].Older, entries[place].Newer);
        if (newer == None)
        {
            newest = older;
        }
        else
        {
            entries[newer] = entries[newer] with { Older = older };
        }

        if (older == None)
        {
            oldest = newer;
        }
        else
        {
            entries[older] = entries[older] with { Newer = newer };
        }
    }

    private void LinkNewest(int place)
    {
        entries[place] = entries[place] with { Older = newest, Newer = None };
        if (newest == None)
        {
            oldest = place;
        }
        else
        {
            entries[newest] = entries[newest] with { Newer = place };
        }

        newest = place;
    }

    private readonly record struct Entry(ComparisonKey Key, float Logit, int Older, int Newer);
}
