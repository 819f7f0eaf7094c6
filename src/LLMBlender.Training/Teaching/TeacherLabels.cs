using LLMBlender.Training.Data;

namespace LLMBlender.Training.Teaching;

/// <summary>Turns pairs into labels: the teacher's label beside the label, of the answers as they are or of parts of them.</summary>
internal sealed class TeacherLabels(Teacher teacher, TeacherOptions options)
{
    /// <summary>Tag of pairs without a judgement: only the teacher's label exists.</summary>
    public const string Unjudged = "unjudged";

    private readonly HashSet<string> judged = [.. options.Crowds.Values.SelectMany(tags => tags)];
    private readonly SentenceEnds ends = teacher.Ends;

    public IReadOnlyList<string> Crowds => teacher.Crowds;

    /// <summary>
    /// A pair with what the teacher thinks of it. Of judged pairs half come as they are, with their label; the others lose sentences and with
    /// them the label, so that one pair gives many labels.
    /// </summary>
    /// <param name="pair">Any pair; one that is neither judged by a crowd nor <see cref="Unjudged"/> keeps its answers and its label.</param>
    /// <param name="room">Pieces of an answer that the ranker will see: longer answers always lose sentences.</param>
    /// <param name="sharpness">Factor on the teacher's logit.</param>
    /// <param name="random">Decides what is left of them.</param>
    public TrainingPair Teach(TrainingPair pair, int room, double sharpness, Random random)
    {
        if (pair.Tag != Unjudged && !judged.Contains(pair.Tag))
        {
            return pair with { TeacherLabel = teacher.Of(pair.Source, Seen(pair.Better, room), Seen(pair.Worse, room)) };
        }

        bool whole = random.Next(2) == 0 && Math.Max(pair.Better.Length, pair.Worse.Length) <= room;
        int[] first = whole ? pair.Better : ends.Part(pair.Better, room, random);
        int[] second = whole ? pair.Worse : ends.Part(pair.Worse, room, random);
        TeacherLabel teacherLabel = teacher.Of(pair.Source, first, second);
        double chance = 1 / (1 + Math.Exp(-sharpness * teacherLabel.Logit));
        if (whole && pair.Tag != Unjudged)
        {
            chance = options.LabelShare + (1 - options.LabelShare) * chance;
        }

        bool firstBetter = chance >= 0.5;
        return pair with
        {
            Better = firstBetter ? first : second,
            Worse = firstBetter ? second : first,
            Gap = 1,
            Certainty = (float)Math.Max(chance, 1 - chance),
            TeacherLabel = firstBetter ? teacherLabel : teacherLabel.Swapped(),
        };
    }

    private static int[] Seen(int[] answer, int room) => answer.Length <= room ? answer : answer[..room];

    /// <summary>How often the teacher agrees with these labels, to none of which the fit that judges was fitted.</summary>
    public double Accuracy(IReadOnlyCollection<TrainingPair> pairs) =>
        pairs.AsParallel().Count(pair => teacher.Of(pair.Source, pair.Better, pair.Worse).Logit > 0) / (double)pairs.Count;
}
