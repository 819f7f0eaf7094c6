namespace LLMBlender.Training.Data;

/// <summary>
/// The ranker's sequence: [CLS] source-marker source [SEP] [CLS] candidate1-marker A [SEP] [CLS] candidate2-marker B [SEP]
/// (LLM-Blender, section 3.2). Texts are cut on the right; the limits count the three control tokens.
/// </summary>
internal sealed record PairLayout(int ClsId, int SepId, int SourceId, int Candidate1Id, int Candidate2Id)
{
    private const int Controls = 3;

    /// <summary>Tokens of the text that fit within <paramref name="limit"/> tokens of the segment.</summary>
    public static int Room(int textLength, int limit) => Math.Min(textLength, limit - Controls);

    /// <summary>Tokens of one text's segment.</summary>
    public static int Length(int text, int limit) => Room(text, limit) + Controls;

    /// <summary>Tokens of a sequence.</summary>
    public static int Length(int source, int first, int second, int sourceLimit, int candidateLimit) =>
        Room(source, sourceLimit) + Room(first, candidateLimit) + Room(second, candidateLimit) + 3 * Controls;

    /// <summary>Writes the sequence to <paramref name="ids"/> and the three markers' positions to <paramref name="markers"/>.</summary>
    /// <returns>The number of tokens written.</returns>
    public int Write(
        ReadOnlySpan<int> source, ReadOnlySpan<int> first, ReadOnlySpan<int> second,
        int sourceLimit, int candidateLimit, Span<long> ids, Span<int> markers)
    {
        int end = Segment(source, SourceId, sourceLimit, ids, 0, out markers[0]);
        end = Segment(first, Candidate1Id, candidateLimit, ids, end, out markers[1]);
        return Segment(second, Candidate2Id, candidateLimit, ids, end, out markers[2]);
    }

    private int Segment(ReadOnlySpan<int> text, int marker, int limit, Span<long> ids, int start, out int markerPosition)
    {
        int room = Room(text.Length, limit);
        ids[start] = ClsId;
        markerPosition = start + 1;
        ids[markerPosition] = marker;
        for (int i = 0; i < room; i++)
        {
            ids[start + 2 + i] = text[i];
        }

        ids[start + 2 + room] = SepId;
        return start + room + Controls;
    }
}
