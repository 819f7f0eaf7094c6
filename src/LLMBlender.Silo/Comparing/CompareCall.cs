using LLMBlender.Local.Comparing;

namespace LLMBlender.Silo.Comparing;

/// <summary>The pairs of one call to an accelerator, of one ranker and any shards. Not safe for concurrent use.</summary>
internal sealed class CompareCall
{
    private readonly List<(QueuedShard Shard, int Index)> members = [];
    private readonly List<QueuedShard> begun = [];
    private RecordPair[] pairs = new RecordPair[256];
    private float[] logits = new float[256];

    /// <summary>The index of the ranker.</summary>
    public int Ranker { get; set; }

    /// <summary>Tokens of the pairs.</summary>
    public long Tokens { get; private set; }

    /// <summary>The number of pairs.</summary>
    public int Count => members.Count;

    /// <summary>Removes all pairs, and with them references to requests' texts.</summary>
    public void Clear()
    {
        pairs.AsSpan(0, members.Count).Clear();
        members.Clear();
        begun.Clear();
        Tokens = 0;
    }

    /// <summary>Adds a pair of a shard.</summary>
    public void Add(QueuedShard shard, int index, int length)
    {
        if (pairs.Length == members.Count)
        {
            Array.Resize(ref pairs, 2 * pairs.Length);
            Array.Resize(ref logits, 2 * logits.Length);
        }

        pairs[members.Count] = shard.Pair(index);
        members.Add((shard, index));
        Tokens += length;
        if (index == 0)
        {
            begun.Add(shard);
        }
    }

    /// <summary>The shards whose first pair is in this call.</summary>
    public List<QueuedShard> Begun => begun;

    /// <summary>The shards with pairs in this call.</summary>
    public IEnumerable<QueuedShard> Shards => members.Select(static member => member.Shard).Distinct();

    /// <summary>Compares all pairs.</summary>
    /// <returns>Tokens computed, padding included.</returns>
    public long Compare(IPairRanker ranker)
    {
        var computed = ranker.Compare(pairs.AsSpan(0, Count), logits.AsSpan(0, Count));
        Answer(0, Count);
        return computed;
    }

    /// <summary>Compares each shard separately after a failed call, so that only the shard that causes the failure fails.</summary>
    /// <returns>Tokens computed, padding included.</returns>
    public long CompareShardByShard(IPairRanker ranker)
    {
        var computed = 0L;
        for (var (start, end) = (0, 0); start < Count; start = end)
        {
            var shard = members[start].Shard;
            while (end < Count && members[end].Shard == shard)
            {
                end++;
            }

            try
            {
                computed += ranker.Compare(pairs.AsSpan(start, end - start), logits.AsSpan(start, end - start));
                Answer(start, end);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                shard.Fail($"the ranker failed: {e.Message}");
            }
        }

        return computed;
    }

    private void Answer(int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            members[i].Shard.Answer(members[i].Index, logits[i]);
        }
    }
}
