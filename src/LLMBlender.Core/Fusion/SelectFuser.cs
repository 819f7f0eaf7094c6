using System.Runtime.CompilerServices;

namespace LLMBlender.Core.Fusion;

/// <summary>Returns the best candidate unchanged.</summary>
public sealed class SelectFuser : IFuser
{
    /// <summary>The fuser's name.</summary>
    public const string FuserName = "select";

    /// <inheritdoc/>
    public string Name => FuserName;

    /// <inheritdoc/>
    public async IAsyncEnumerable<FusionPart> FuseAsync(FusionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        yield return new FusionPart(request.Best, FusionUsage.None);
    }
}
