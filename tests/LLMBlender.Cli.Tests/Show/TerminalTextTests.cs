using System.Text;
using LLMBlender.Cli.Show;

namespace LLMBlender.Cli.Tests.Show;

public sealed class TerminalTextTests
{
    [Theory]
    [InlineData("Four.\u001b[2J", "\u001b[2J")]
    [InlineData("Four.\u001b]52;c;ZXZpbA==\u0007", "\u001b]52")]
    [InlineData("Four.\u001b]8;;http://evil\u0007click", "\u001b]8")]
    [InlineData("Four.\u009b2J", "\u009b")]
    [InlineData("Four.\u202egnp.exe", "\u202e")]
    public void Answer_WithControlCharacters_DoesNotControlTheTerminal(string answer, string sequence)
    {
        using var stream = new MemoryStream();
        var terminal = new Terminal(Stream.Null, stream, Stream.Null) { Width = 80, Variable = static _ => null };
        var show = new BlendShow(ConsoleOutput.Create(stream, isTerminal: true, terminal));

        show.Answer($"model{sequence}", answer);
        show.Remark(answer);

        var written = Encoding.UTF8.GetString(stream.ToArray());
        Assert.DoesNotContain(sequence, written, StringComparison.Ordinal);
        Assert.Contains("Four.\uFFFD", written, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("two\nlines\tü 👩\u200d💻")]
    public void Plain_Text_IsUnchanged(string text) => Assert.Equal(text, TerminalText.Plain(text));
}
