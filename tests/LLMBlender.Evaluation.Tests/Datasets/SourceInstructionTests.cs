using System.Text.Json;
using LLMBlender.Evaluation.Datasets;
using LLMBlender.Inference.Tokenization;
using LLMBlender.Records;
using LLMBlender.TestKit;

namespace LLMBlender.Evaluation.Tests.Datasets;

public sealed class SourceInstructionTests
{
    [Theory]
    [InlineData("""{"instruction":"Ask. ","input":"","output":"Answer."}""", "alpaca", "Ask.", "", "Answer.")]
    [InlineData("""{"instruction":"Ask.","input":"This.","output":"Answer."}""", "alpaca", "Ask.", "This.", "Answer.")]
    [InlineData("""{"instruction":"Ask.","context":"This.","response":"Answer.","category":"open_qa"}""", "dolly", "Ask.", "This.", "Answer.")]
    [InlineData("""{"id":"x","conversations":[{"from":"system","value":"s"},{"from":"human","value":"Ask."},{"from":"gpt","value":"Answer."},{"from":"human","value":"More."}]}""",
        "sharegpt", "Ask.", "", "Answer.")]
    public void Instruction_OfEachShape_IsRead(string json, string shape, string instruction, string input, string output) =>
        Assert.Equal(new SourceInstruction(shape, instruction, input, output), Read(json));

    [Theory]
    [InlineData("""{"instruction":"a"}""", "has neither \"output\" (Alpaca), \"response\" (Dolly) nor \"conversations\" (ShareGPT), and must have one")]
    [InlineData("""{"conversations":[{"from":"human","value":"a"}]}""", "\"conversations\" holds no question with an answer")]
    [InlineData("""{"conversations":[{"from":"human","value":"a"},{"from":"human","value":"b"}]}""",
        "\"conversations\" begins with two user messages, and an answer must follow the first")]
    [InlineData("""{"output":"a"}""", "\"instruction\" is missing, and must be a string")]
    public void Instruction_OfNoShape_IsRefusedByName(string json, string message) =>
        Assert.Equal(message, Assert.Throws<RecordException>(() => Read(json)).Message);

    [Fact]
    public void Id_GoesByContentAlone()
    {
        var one = new SourceInstruction("alpaca", "Say  it.", "", "a");

        Assert.Equal(one.Id, new SourceInstruction("alpaca", "say it.", "", "b").Id);
        Assert.NotEqual(one.Id, new SourceInstruction("alpaca", "say", "it.", "a").Id);
    }

    private static SourceInstruction Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return SourceInstruction.Read(RecordFields.Of(document.RootElement));
    }
}

public sealed class InstructionFilterTests(TinyModel tiny)
{
    // The paper's bounds: a prompt of 5 tokens is kept and one of 128 is not; an answer of 10 is not and one of 11 is.
    [Theory]
    [InlineData(4, 20, false)]
    [InlineData(5, 20, true)]
    [InlineData(127, 20, true)]
    [InlineData(128, 20, false)]
    [InlineData(20, 10, false)]
    [InlineData(20, 11, true)]
    [InlineData(20, 127, true)]
    [InlineData(20, 128, false)]
    public void Filter_OfLengths_IsThePapers(int prompt, int output, bool isKept)
    {
        var tokenizer = Tokenizer.Load(tiny.Folder);
        var filter = new InstructionFilter(tokenizer, TokenRange.OfPrompt, TokenRange.OfOutput);

        Assert.Equal(isKept, filter.Keeps(new SourceInstruction("alpaca", Text(tokenizer, prompt), "", Text(tokenizer, output))));
    }

    [Fact]
    public void Filter_OfWhatCameBefore_DropsAndCounts()
    {
        var filter = new InstructionFilter(Tokenizer.Load(tiny.Folder), new TokenRange(1, 100), new TokenRange(1, 100));

        Assert.True(filter.Keeps(new SourceInstruction("alpaca", "Say it.", "", "a")));
        Assert.False(filter.Keeps(new SourceInstruction("dolly", " say  IT.", "", "b")));
        Assert.True(filter.Keeps(new SourceInstruction("alpaca", "Say it.", "Now.", "a")));
        Assert.Equal((2, 1), (filter.Kept, filter.Dropped["repeated"]));
    }

    // A text of just so many tokens: one letter after another until it is as long.
    private static string Text(Tokenizer tokenizer, int tokens)
    {
        var text = "a";
        while (tokenizer.Encode(text, addSpecialTokens: false).Length < tokens)
        {
            text += " a";
        }

        Assert.Equal(tokens, tokenizer.Encode(text, addSpecialTokens: false).Length);
        return text;
    }
}
