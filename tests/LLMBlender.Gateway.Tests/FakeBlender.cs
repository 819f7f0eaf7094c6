using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.Tests;

/// <summary>A cluster that answers as a test says, and remembers what it was asked.</summary>
internal sealed class FakeBlender : IBlender
{
    public object? Asked { get; private set; }

    public Func<object, CancellationToken, Task<object>> Answer { get; set; } = static (_, _) => Task.FromException<object>(new NotSupportedException());

    public Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken = default) => AskAsync<BlendResponse>(request, cancellationToken);

    public Task<PanelInfo[]> GetPanelsAsync(CancellationToken cancellationToken = default) => AskAsync<PanelInfo[]>("panels", cancellationToken);

    public Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken = default) => AskAsync<RankingResponse>(request, cancellationToken);

    public Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken = default) => AskAsync<CompareResponse>(request, cancellationToken);

    public Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken = default) => AskAsync<FuseResponse>(request, cancellationToken);

    public IAsyncEnumerable<BlendUpdate> BlendStreamingAsync(BlendRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(FuseRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    private async Task<T> AskAsync<T>(object request, CancellationToken cancellationToken)
    {
        Asked = request;
        return (T)await Answer(request, cancellationToken);
    }
}
