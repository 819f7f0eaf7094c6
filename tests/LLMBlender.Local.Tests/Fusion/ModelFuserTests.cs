using LLMBlender.Core.Fusion;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Local.Fusion;
using LLMBlender.TestKit;

namespace LLMBlender.Local.Tests.Fusion;

public sealed class ModelFuserTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly GenFuserModel model;

    public ModelFuserTests()
    {
        ModelImport.Import(T5Fixture.Write(folder.File("checkpoint")), folder.File("tiny"), Precision.Float32);
        model = GenFuserModel.Load(folder.File("tiny"));
    }

    [Fact]
    public async Task FuseAll_RecordedCalls_GiveTheReferencesAnswers()
    {
        var set = T5Fixture.FuserSets()[0]!;
        var fuser = Fuser(set["max_length"]!.GetValue<int>(), set["candidate_maxlength"]!.GetValue<int>(), set["generate_kwargs"]!["max_new_tokens"]!.GetValue<int>());
        var requests = Enumerable.Range(0, 3).Select(i => FusionRequest.Of(
            set["instructions"]![i]!.GetValue<string>(),
            set["inputs"]![i]!.GetValue<string>(),
            [.. set["candidates"]![i]!.AsArray().Select(text => text!.GetValue<string>())])).ToList();

        var together = await fuser.FuseAllAsync(requests, TestContext.Current.CancellationToken);
        var streamed = await FusionAttempt.OfAsync(fuser, requests[0], cancellationToken: TestContext.Current.CancellationToken);

        var expected = set["tokenizers"]!["t5"]!["fused_text"]!.AsArray().Select(text => text!.GetValue<string>());
        Assert.Equal(expected, together.Select(attempt => attempt.Text));
        Assert.Equal(together[0], streamed);
        Assert.All(together, attempt => Assert.True(attempt.Usage.PromptTokens > 50 && attempt.Usage.CompletionTokens is > 0 and <= 24));
    }

    [Fact]
    public async Task FuseAll_NoRoomForOne_FailsThatOneAlone()
    {
        var fuser = Fuser(maxLength: 64, candidateMaxLength: 8, maxNewTokens: 4);

        var attempts = await fuser.FuseAllAsync(
            [FusionRequest.Of("Say.", null, ["a", "b", "c", "d", "e", "f"], topK: 6), FusionRequest.Of("Say.", null, ["a"])],
            TestContext.Current.CancellationToken);

        Assert.Contains("has no room for 6 candidates", attempts[0].Problem, StringComparison.Ordinal);
        Assert.Null(attempts[1].Problem);
    }

    [Fact]
    public async Task Fuse_NoRoom_IsAnAttemptThatFailed()
    {
        var request = FusionRequest.Of("Say.", null, ["a", "b", "c", "d", "e", "f"], topK: 6);

        var attempt = await FusionAttempt.OfAsync(Fuser(64, 8, 4), request, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Contains("has no room for 6 candidates", attempt.Problem, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    private ModelFuser Fuser(int maxLength, int candidateMaxLength, int maxNewTokens) => new(
        model, new ModelFuserOptions { MaxLength = maxLength, CandidateMaxLength = candidateMaxLength, MaxNewTokens = maxNewTokens });
}
