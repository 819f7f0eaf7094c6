using System.Collections.Concurrent;
using LLMBlender.Abstractions;
using LLMBlender.Local.Comparing;

namespace LLMBlender.TestKit.Fakes;

/// <summary>
/// A ranker whose logits are arithmetic: the first candidate's number less the second's, and a little for being first.
/// Shared by all silos of a test, it counts what each has compared, and can be held up, or made to fail.
/// </summary>
public sealed class FakeRanker(string version = "v1")
{
    private static readonly System.Buffers.SearchValues<char> Digits = System.Buffers.SearchValues.Create("0123456789.");

    public static readonly RankerIdentity Default = new("fake", "v1");

    public RankerIdentity Identity => new("fake", version) { Info = Info };

    /// <summary>The kind and calibration that silos publish.</summary>
    public RankerInfo? Info { get; init; }

    /// <summary>How often each pair of texts was compared, by any silo.</summary>
    public ConcurrentDictionary<(string Source, string First, string Second), int> Compared { get; } = new();

    /// <summary>How many pairs each silo has compared.</summary>
    public ConcurrentDictionary<int, int> ComparedBy { get; } = new();

    /// <summary>Called with the silo's number before it compares, on the accelerator's thread.</summary>
    public Action<int> BeforeCompare { get; set; } = static _ => { };

    /// <summary>Tokens of one call at most.</summary>
    public int CallTokens { get; init; } = 16_384;

    public static float Logit(string first, string second) => Number(first) - Number(second) + 0.25f;

    /// <summary>The ranker as a silo loads it.</summary>
    /// <param name="silo">The silo's number, under which its comparisons are counted.</param>
    public IPairRanker On(int silo) => new Comparer(this, silo);

    /// <summary>A request to rank candidates of these numbers.</summary>
    public static RankingRequest Request(string instruction, params int[] numbers) => new()
    {
        Instruction = instruction,
        Candidates = [.. numbers.Select(number => new Candidate(null, $"{number} is the number"))],
        Timeout = TimeSpan.FromSeconds(20),
    };

    // The first number in it, so that answers of any form can be ranked.
    private static float Number(string text)
    {
        var start = text.AsSpan().IndexOfAnyInRange('0', '9');
        start -= start > 0 && text[start - 1] == '-' ? 1 : 0;
        var length = text.AsSpan(start + 1).IndexOfAnyExcept(Digits);
        return float.Parse(text.AsSpan(start, length < 0 ? text.Length - start : length + 1), System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class Comparer(FakeRanker ranker, int silo) : IPairRanker
    {
        public IPairRecord Encode(string source, IReadOnlyList<string> candidates) => new Record(source, candidates);

        public long Compare(
            ReadOnlySpan<RecordPair> pairs, Span<float> logits, Action<int>? completed = null, CancellationToken cancellationToken = default)
        {
            ranker.BeforeCompare(silo);
            var tokens = 0L;
            for (var i = 0; i < pairs.Length; i++)
            {
                tokens += pairs[i].Record.PairLength(pairs[i].First, pairs[i].Second);
                var record = (Record)pairs[i].Record;
                var (first, second) = (record.Candidates[pairs[i].First], record.Candidates[pairs[i].Second]);
                logits[i] = Logit(first, second);
                ranker.Compared.AddOrUpdate((record.Source, first, second), 1, static (_, count) => count + 1);
            }

            var compared = pairs.Length;
            ranker.ComparedBy.AddOrUpdate(silo, compared, (_, count) => count + compared);
            return tokens;
        }

        public void Dispose()
        {
        }
    }

    private sealed record Record(string Source, IReadOnlyList<string> Candidates) : IPairRecord
    {
        public int PairLength(int first, int second) => (Source.Length + Candidates[first].Length + Candidates[second].Length) / 4;
    }
}
