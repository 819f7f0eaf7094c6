using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Tokenization;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.GenFuser;

public sealed class SourceComposerTests : IDisposable
{
    private const string Closing = "Summarize candidates into a better one for the given instruction:";

    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("t5")]
    [InlineData("t5-whitespacesplit")]
    public void Compose_AsReference_GivesItsStringsAndIds(string layout)
    {
        var tokenizer = Load(layout);

        Assert.All(T5Fixture.FuserSets(), set => Assert.All(Records(set!, layout), record =>
        {
            var source = Composer(tokenizer, set!, asReference: true).Compose(record.Instruction, record.Input, record.Candidates);
            Assert.Equal(record.Text, source.Text);
            Assert.Equal(record.Ids, source.Ids);
        }));
    }

    [Theory]
    [InlineData("t5")]
    [InlineData("t5-whitespacesplit")]
    public void Compose_ByDefault_GivesTheReferencesStringsAndIdsWhereNothingIsLost(string layout)
    {
        var tokenizer = Load(layout);
        var kept = T5Fixture.FuserSets().SelectMany(set => Records(set!, layout).Select(record => (Set: set!, Record: record)))
            .Where(entry => tokenizer.Encode(entry.Record.Text, addSpecialTokens: false).Length == entry.Record.Ids.Length).ToList();

        Assert.Equal(10, kept.Count);
        Assert.All(kept, entry =>
        {
            var (set, record) = entry;
            var source = Composer(tokenizer, set).Compose(record.Instruction, record.Input, record.Candidates);
            Assert.Equal((record.Text, false), (source.Text, source.IsShortened));
            if (!record.SpellsControlTokens)
            {
                Assert.Equal(record.Ids, source.Ids);
            }
        });
    }

    public void Dispose() => folder.Dispose();

    private static SourceComposer Composer(Tokenizer tokenizer, JsonNode set, bool asReference = false) => new(
        tokenizer, Template, set["max_length"]!.GetValue<int>(), set["candidate_maxlength"]!.GetValue<int>(), asReference);

    // The published template once more, so that a slip in either is seen.
    private static string Template(string instruction, string? input, IReadOnlyList<string> candidates) =>
        $"Instruction: {instruction}</s>Input: {input}</s>"
        + string.Concat(candidates.Select((text, i) => $"Candidate {i}: <extra_id_{i}>:{text}</s>"))
        + Closing;

    private static IEnumerable<Record> Records(JsonNode set, string layout)
    {
        var expected = set["tokenizers"]![layout]!;
        var inputs = set["inputs"]!.AsArray();
        return Enumerable.Range(0, inputs.Count).Select(i => new Record(
            set["instructions"]?[i]!.GetValue<string>() ?? "",
            inputs[i]!.GetValue<string>(),
            set["candidates"]![i].Deserialize<string[]>()!,
            expected["fuse_inputs"]![i]!.GetValue<string>(),
            expected["input_ids"]![i].Deserialize<int[]>()!));
    }

    private Tokenizer Load(string layout) => Tokenizer.Load(T5Fixture.Write(folder.File(layout), layout));

    private sealed record Record(string Instruction, string Input, string[] Candidates, string Text, int[] Ids)
    {
        public bool SpellsControlTokens => Candidates.Append(Instruction).Append(Input).Any(text =>
            text.Contains("</s>", StringComparison.Ordinal) || text.Contains("<extra_id_0>", StringComparison.Ordinal));
    }
}
