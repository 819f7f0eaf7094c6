using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Client;

namespace LLMBlender.Gateway.Tests;

/// <summary>A cluster that answers as a test says, and remembers what it was asked.</summary>
internal sealed class FakeBlender : IBlender
{
    public object? Asked { get; private set; }

    public Func<object, CancellationToken, Task<object>> Answer { get; set; } = static (_, _) => Task.FromException<object>(new NotSupportedException());

    public Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellation = default) => AskAsync<BlendResponse>(request, cancellation);

    public Task<PanelCard[]> PanelsAsync(CancellationToken cancellation = default) => AskAsync<PanelCard[]>("panels", cancellation);

    public Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellation = default) => AskAsync<RankingResponse>(request, cancellation);

    public Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellation = default) => AskAsync<CompareResponse>(request, cancellation);

    public Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellation = default) => AskAsync<FuseResponse>(request, cancellation);

    public IAsyncEnumerable<BlendUpdate> StreamAsync(BlendRequest request, CancellationToken cancellation = default) => throw new NotSupportedException();

    public IAsyncEnumerable<FuseUpdate> StreamAsync(FuseRequest request, CancellationToken cancellation = default) => throw new NotSupportedException();

    private async Task<T> AskAsync<T>(object request, CancellationToken cancellation)
    {
        Asked = request;
        return (T)await Answer(request, cancellation);
    }
}
