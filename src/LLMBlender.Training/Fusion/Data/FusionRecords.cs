using LLMBlender.Training.Data;

namespace LLMBlender.Training.Fusion.Data;

/// <summary>
/// Makes records of whole answers: a few sentences in a row are the reference, damaged copies of it the candidates, in random order as
/// LLM-Blender shuffles them (appendix on GenFuser's training).
/// </summary>
internal sealed class FusionRecords
{
    private const int InstructionWords = 24;
    private const int MostOffTopicWords = 16;
    private const int MostAttempts = 10_000;
    private static readonly CorruptionKind[] Corruptions = Enum.GetValues<CorruptionKind>();

    private readonly Passage[] passages;
    private readonly Func<string, int> countTokens;

    /// <param name="passages">Whole answers.</param>
    /// <param name="countTokens">Tokens of a word.</param>
    /// <exception cref="DataException">There are too few passages.</exception>
    public FusionRecords(IEnumerable<Passage> passages, Func<string, int> countTokens)
    {
        this.passages = [.. passages];
        this.countTokens = countTokens;
        if (this.passages.Length < 2)
        {
            throw new DataException($"fusion records need at least 2 texts; there are {this.passages.Length}");
        }
    }

    /// <summary>Draws one record.</summary>
    /// <param name="recipe">Sizes and counts.</param>
    /// <param name="random">Decides everything.</param>
    /// <exception cref="DataException">The texts don't allow one.</exception>
    public FusionRecord Next(FusionRecipe recipe, Random random)
    {
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            Passage passage = passages[random.Next(passages.Length)];
            int budget = random.Next(recipe.LeastTokens, recipe.MostTokens + 1);
            if (Cut(passage, budget, random) is { } cut && cut.Reference.Length >= CandidateDamage.FewestWords)
            {
                return Make(cut.Instruction, cut.Reference, recipe, random);
            }
        }

        throw new DataException(
            $"no reference of {recipe.LeastTokens} to {recipe.MostTokens} tokens came of {MostAttempts} tries: the texts are too short");
    }

    private FusionRecord Make(string instruction, string[] reference, FusionRecipe recipe, Random random)
    {
        int count = random.NextDouble() < recipe.FewerShare ? random.Next(1, recipe.Candidates) : recipe.Candidates;
        string[] candidates = new string[count];
        for (int i = 0; i < count; i++)
        {
            candidates[i] = string.Join(' ', Damaged(reference, recipe, random));
        }

        if (random.NextDouble() < recipe.WholeShare)
        {
            candidates[0] = string.Join(' ', reference);
        }

        random.Shuffle(candidates);
        return new FusionRecord(instruction, candidates, string.Join(' ', reference));
    }

    private string[] Damaged(string[] reference, FusionRecipe recipe, Random random)
    {
        string[] words = reference;
        for (int times = random.Next(recipe.LeastMishaps, recipe.MostMishaps + 1); times > 0; times--)
        {
            if (words.Length >= CandidateDamage.FewestWords)
            {
                words = CandidateDamage.Apply(Corruptions[random.Next(Corruptions.Length)], words, OffTopic(random), random);
            }
        }

        return words;
    }

    private string[] OffTopic(Random random)
    {
        string[] words = WordText.Of(passages[random.Next(passages.Length)].Text).Words;
        int[] starts = Starts(words);
        int at = random.Next(starts.Length);
        int end = at + 1 < starts.Length ? starts[at + 1] : words.Length;
        return words[starts[at]..Math.Min(end, starts[at] + MostOffTopicWords)];
    }

    // Whole sentences from a random one on, as many as the budget holds; of a first sentence that it doesn't hold, as much as it does.
    // A text without a prompt lends its first sentence as instruction.
    private (string Instruction, string[] Reference)? Cut(Passage passage, int budget, Random random)
    {
        string[] words = WordText.Of(passage.Text).Words;
        int[] starts = Starts(words);
        int first = passage.Prompt is null ? 1 : 0;
        if (starts.Length <= first)
        {
            return null;
        }

        string[] instruction = passage.Prompt is null ? words[..starts[1]] : WordText.Of(passage.Prompt).Words;
        int start = starts[random.Next(first, starts.Length)];
        int whole = start;
        int tokens = 0;
        int end = start;
        while (end < words.Length && (tokens += countTokens(words[end])) <= budget)
        {
            end++;
            whole = end == words.Length || Damage.EndsSentence(words[end - 1]) ? end : whole;
        }

        return (string.Join(' ', instruction.Take(InstructionWords)), words[start..(whole == start ? end : whole)]);
    }

    private static int[] Starts(string[] words) =>
        [.. Enumerable.Range(0, words.Length).Where(i => i == 0 || Damage.EndsSentence(words[i - 1]))];
}
