namespace LLMBlender.Training.Teaching;

/// <summary>Cuts answers, as pieces, at the ends of sentences.</summary>
internal sealed class SentenceEnds(PieceTable pieces)
{
    /// <summary>
    /// A random part of an answer that ends where a sentence ends: half of the time from its start on, else any run of sentences. An answer of one
    /// sentence, or whose first is longer than <paramref name="room"/>, stays as it is.
    /// </summary>
    public int[] Part(int[] answer, int room, Random random)
    {
        int[] ends = [.. Enumerable.Range(1, answer.Length).Where(i => i == answer.Length || IsEnd(answer[i - 1]))];
        int fitting = ends.Count(end => end <= room);
        if (fitting == 0)
        {
            return answer;
        }

        int last = random.Next(fitting);
        int first = random.Next(2) == 0 ? 0 : random.Next(last + 1);
        return answer[(first == 0 ? 0 : ends[first - 1])..ends[last]];
    }

    private bool IsEnd(int piece) => pieces.Class(piece) is PieceClass.Stop or PieceClass.Question or PieceClass.Exclamation;
}
