using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Tokenization;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.GenFuser;

public sealed class TextStreamTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void Append_TokenByToken_GivesPiecesOfTheWholeText()
    {
        var tokenizer = Tokenizer.Load(T5Fixture.Write(folder.Path));
        string[] hard = ["a ' b ' c", "do n't , I 'm sure . It 's fine ! ' x '", "  two  spaces  ", "end .", "' ' ' '"];
        var texts = TokenizerFixture.Records("t5", "cases.jsonl.gz").Select(record => record["text"]!.GetValue<string>()).Concat(hard);

        Assert.All(texts, text =>
        {
            var ids = tokenizer.Encode(text);
            var stream = new TextStream(tokenizer);
            var pieces = Enumerable.Range(1, ids.Length).Select(count => stream.Append(ids[..count])).ToList();
            pieces.Add(stream.Finish(ids));
            Assert.Equal(tokenizer.Decode(ids, skipSpecialTokens: true), string.Concat(pieces));
        });
    }

    public void Dispose() => folder.Dispose();
}
