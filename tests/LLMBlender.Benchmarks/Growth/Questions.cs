using System.Text.Json.Nodes;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Benchmarks.Growth;

/// <summary>Made-up records to rank, each with a question and answers of its own, so that no cache knows them.</summary>
/// <param name="tokenizer">The ranker's, which counts the answers' tokens.</param>
internal sealed class Questions(Tokenizer tokenizer)
{
    private const int QuestionTokens = 24;
    private static readonly string[] Words =
        "the of and to in is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also did many off before must well back through years much where your way".Split(' ');

    private int made;

    /// <summary>So many records.</summary>
    /// <param name="records">How many.</param>
    /// <param name="candidates">Answers of each.</param>
    /// <param name="tokens">Tokens of each answer.</param>
    /// <param name="aggregation">How they are ranked.</param>
    public JsonObject[] Make(int records, int candidates, int tokens, string aggregation) => [.. Enumerable.Range(0, records).Select(_ =>
    {
        var random = new Random(++made);
        return new JsonObject
        {
            ["id"] = made,
            ["instruction"] = $"Question {made}: {Text(random, QuestionTokens)}?",
            ["aggregate"] = aggregation,
            ["candidates"] = new JsonArray([.. Enumerable.Range(0, candidates).Select(_ => (JsonNode)new JsonObject { ["text"] = Text(random, tokens) })]),
        };
    })];

    // Words are a token each or a few: as many as do not pass the number.
    private string Text(Random random, int tokens)
    {
        var text = "";
        while (true)
        {
            var longer = (text.Length == 0 ? "" : text + " ") + Words[random.Next(Words.Length)];
            if (tokenizer.Encode(longer, addSpecialTokens: false).Length > tokens)
            {
                return text;
            }

            text = longer;
        }
    }
}
