using System.Text.Json;
using LLMBlender.Training.Data;

namespace LLMBlender.Training.Rewards.Data;

/// <summary>
/// Writes groups as files that a trainer on an accelerator reads: <c>tokens.bin</c> (the token ids of all texts, 16 bits each, little
/// endian), <c>lengths.bin</c> (the tokens of each text, 32 bits) and <c>groups.jsonl</c> (a group a line, its texts by number).
/// </summary>
internal sealed class GroupFiles : IDisposable
{
    private readonly BinaryWriter tokens;
    private readonly BinaryWriter lengths;
    private readonly StreamWriter groups;
    private readonly Dictionary<string, int> texts = new(StringComparer.Ordinal);

    public GroupFiles(string folder)
    {
        Directory.CreateDirectory(folder);
        tokens = new BinaryWriter(File.Create(Path.Combine(folder, "tokens.bin")));
        lengths = new BinaryWriter(File.Create(Path.Combine(folder, "lengths.bin")));
        groups = new StreamWriter(Path.Combine(folder, "groups.jsonl"));
    }

    /// <summary>Tokens written so far; a text that occurs again is not written again.</summary>
    public long Tokens { get; private set; }

    /// <summary>Writes a group with its preferences as (better, worse, probability, weight).</summary>
    public void Write(AnswerGroup group) => Write(new
    {
        tag = group.Tag,
        source = Number(group.Source),
        answers = group.Answers.Select(Number),
        preferences = group.Preferences.Select(one => new double[] { one.Better, one.Worse, Math.Round(one.Likely, 4), Math.Round(one.Weight, 4) }),
    });

    /// <summary>Writes a whole scored set, of which the trainer draws groups.</summary>
    /// <param name="set">The set with the judge's scores.</param>
    /// <param name="modelScores">The mean score of each answer's model.</param>
    public void Write(ScoredSet set, IReadOnlyList<double> modelScores) => Write(new
    {
        tag = set.Tag,
        source = Number(set.Source),
        answers = set.Answers.Select(Number),
        scores = set.Scores.Select(score => Math.Round(score, 5)),
        model_scores = modelScores.Select(score => Math.Round(score, 5)),
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        tokens.Dispose();
        lengths.Dispose();
        groups.Dispose();
    }

    private void Write<T>(T line) => groups.WriteLine(JsonSerializer.Serialize(line));

    private int Number(int[] text)
    {
        string key = string.Create(text.Length, text, static (characters, ids) =>
        {
            for (int i = 0; i < ids.Length; i++)
            {
                characters[i] = (char)ids[i];
            }
        });
        if (!texts.TryGetValue(key, out int number))
        {
            number = texts[key] = texts.Count;
            lengths.Write(text.Length);
            foreach (int id in text)
            {
                tokens.Write(id <= ushort.MaxValue ? (ushort)id : throw new DataException($"token {id} does not fit 16 bits"));
            }

            Tokens += text.Length;
        }

        return number;
    }
}
