using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;

namespace LLMBlender.Core.Tests.Fusion;

public sealed class FusionAnswerTests
{
    private static readonly FusionRequest Request = FusionRequest.Of("Say.", null, ["", "the best", "another"]);

    [Fact]
    public async Task Of_SoundText_IsTheAnswer()
    {
        var (answer, written) = await FuseAsync(new Scripted(["new ", "and ", "better"]));

        Assert.Equal(("new and better", null), (answer.Text, answer.Failure));
        Assert.Equal(["new ", "and ", "better"], written);
        Assert.Equal(new FusionUsage(7, 3, false), answer.Usage);
    }

    [Theory]
    [InlineData(BlendFailureReason.Empty, "scripted wrote nothing; the answer is the best candidate")]
    [InlineData(BlendFailureReason.Empty, "scripted wrote nothing; the answer is the best candidate", "  ", "\n")]
    [InlineData(BlendFailureReason.Faulted, "scripted repeated itself until its limit of tokens", "so it is. ", "so it is. ", "so it is. ", "so it is. ", "so")]
    [InlineData(BlendFailureReason.Faulted, "scripted failed: out of ideas", "half a", Scripted.Failing)]
    public async Task Of_UnsoundText_IsTheBestCandidateByName(BlendFailureReason reason, string message, params string[] pieces)
    {
        var (answer, _) = await FuseAsync(new Scripted(pieces, reachedLimit: true));

        Assert.Equal("the best", answer.Text);
        Assert.Equal(("fuse", reason), (answer.Failure!.What, answer.Failure.Reason));
        Assert.StartsWith(message, answer.Failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_RepetitionThatEndsByItself_IsTheAnswer()
    {
        var (answer, _) = await FuseAsync(new Scripted(["no no no no no no"]));

        Assert.Null(answer.Failure);
    }

    [Fact]
    public async Task OfAsync_Cancelled_Throws() => await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
        FusionAttempt.OfAsync(new Scripted(["a"]), Request, cancellationToken: new CancellationToken(canceled: true)));

    [Fact]
    public async Task FuseAllAsync_OneFails_OthersDont()
    {
        IFuser fuser = new Scripted(["x", Scripted.Failing]);

        var attempts = await fuser.FuseAllAsync([Request, Request], TestContext.Current.CancellationToken);

        Assert.Equal(["out of ideas", "out of ideas"], attempts.Select(attempt => attempt.Problem));
    }

    [Fact]
    public async Task Select_AnyRequest_GivesTheBestThatSaysSomething()
    {
        var (answer, _) = await FuseAsync(new SelectFuser());

        Assert.Equal(("the best", "select", null), (answer.Text, answer.Fuser, answer.Failure));
    }

    private static async Task<(FusionAnswer Answer, List<string> Written)> FuseAsync(IFuser fuser)
    {
        var written = new List<string>();
        var attempt = await FusionAttempt.OfAsync(fuser, Request, written.Add, TestContext.Current.CancellationToken);
        return (FusionAnswer.Of(fuser.Name, Request, attempt), written);
    }

    private sealed class Scripted(string[] pieces, bool reachedLimit = false) : IFuser
    {
        public const string Failing = "!";

        public string Name => "scripted";

        public async IAsyncEnumerable<FusionPart> FuseAsync(FusionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (var piece in pieces)
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                yield return piece == Failing ? throw new InvalidOperationException("out of ideas") : new FusionPart(piece);
            }

            yield return new FusionPart("", new FusionUsage(7, pieces.Length, reachedLimit));
        }
    }
}
