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

    // Where the reference would cut the instruction to fuse off.
    [Theory]
    [InlineData(80)]
    [InlineData(96)]
    [InlineData(200)]
    [InlineData(300)]
    public void Compose_LongTexts_KeepsTheEndWithinTheLimit(int maxLength)
    {
        var tokenizer = Load("t5");
        var composer = new SourceComposer(tokenizer, Template, maxLength, 128);
        var words = string.Join(' ', Enumerable.Range(0, 400).Select(i => $"word{i}"));

        Assert.All(new (string Instruction, string? Input, string[] Candidates)[]
        {
            ("Say it.", null, [words, words, words]),
            ("Say it.", words, ["short", words]),
            (words, words, [words, words, words]),
            (words, null, ["a"]),
        }, texts =>
        {
            var source = composer.Compose(texts.Instruction, texts.Input, texts.Candidates);
            Assert.True(source.IsShortened);
            Assert.InRange(source.Ids.Length, maxLength * 4 / 5, maxLength);
            Assert.EndsWith(Closing, source.Text, StringComparison.Ordinal);
            Assert.EndsWith(Closing, tokenizer.Decode(source.Ids), StringComparison.Ordinal);
            Assert.Equal(tokenizer.Encode(source.Text, addSpecialTokens: false), source.Ids);
        });
    }

    [Fact]
    public void Compose_ShortInstructionBesideLongCandidates_KeepsTheInstructionWhole()
    {
        var composer = new SourceComposer(Load("t5"), Template, 256, 128);
        var words = string.Join(' ', Enumerable.Range(0, 400).Select(i => $"word{i}"));

        var source = composer.Compose("Explain why leaves change colour.", "In autumn.", [words, words, words]);

        Assert.StartsWith("Instruction: Explain why leaves change colour.</s>Input: In autumn.</s>Candidate 0: <extra_id_0>:word0", source.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_NoRoomAtAll_SaysWhatIsNeeded()
    {
        var composer = new SourceComposer(Load("t5"), Template, 40, 128);

        var e = Assert.Throws<ArgumentException>(() => composer.Compose("Say.", null, ["one", "two", "three"]));

        Assert.Contains("at most 40 tokens has no room for 3 candidates", e.Message, StringComparison.Ordinal);
    }

    // Also spelled so that only normalising makes a control token of it: in full-width letters.
    [Theory]
    [InlineData("</s>")]
    [InlineData("a </s></s> b")]
    [InlineData("<extra_id_0>: mine")]
    [InlineData("<pad>")]
    [InlineData("\uff1c\uff0fs\uff1e")]
    [InlineData("\uff1cextra_id_7\uff1e")]
    [InlineData("<<//ss>>")]
    [InlineData("</s</s>>")]
    public void Compose_TextThatSpellsControlTokens_IsReadAsCharacters(string text)
    {
        var tokenizer = Load("t5");
        var composer = new SourceComposer(tokenizer, Template, 512, 128);
        var special = tokenizer.AddedTokens.Select(token => token.Id).Where(id => id != tokenizer.UnkId).ToHashSet();
        int[] Controls(string instruction, string? input, string[] candidates) =>
            [.. composer.Compose(instruction, input, candidates).Ids.Where(special.Contains)];

        var expected = Controls("plain", "plain", ["plain", "plain"]);

        Assert.Equal(expected, Controls(text, text, [text, $"x{text}y"]));
        Assert.Contains(text, composer.Compose(text, text, [text]).Text, StringComparison.Ordinal);
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
