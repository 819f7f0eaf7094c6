using System.Collections.Concurrent;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using Microsoft.Extensions.Logging;
using Orleans.Serialization.Invocation;

namespace LLMBlender.Silo.Calls;

/// <summary>
/// Admits calls from outside the cluster only to the grains that <see cref="Blender"/> calls, and only with a caller's name. Orleans' own grains, such as the one that
/// manages silos, and the cluster's internal ones are refused.
/// </summary>
/// <remarks>It sees the sender that a message states. What keeps strangers from sending any is TLS.</remarks>
internal sealed partial class ClientCallFilter(ILogger<ClientCallFilter> logger) : IIncomingGrainCallFilter
{
    // Names are the clients' own, so that only so many are remembered.
    private const int MaxKnown = 1000;

    private static readonly HashSet<Type> Admitted =
    [
        typeof(IBlendGrain), typeof(IRankingGrain), typeof(IFusionGrain), typeof(IRouteGenerationGrain), typeof(IPingExtension),
    ];

    // What every client of Orleans calls: for the grain types at its start, for the items of a stream, and to cancel a call.
    private static readonly HashSet<string> OfOrleans =
    [
        "Orleans.Runtime.IClusterManifestSystemTarget", "Orleans.Runtime.IAsyncEnumerableGrainExtension", "Orleans.Runtime.ICancellationSourcesExtension",
    ];

    private readonly ConcurrentDictionary<string, bool> known = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.SourceId is not { } source || !IsOutside(source))
        {
            return context.Invoke();
        }

        var type = StreamedFrom(context.Request) ?? context.InterfaceMethod.DeclaringType!;
        if (OfOrleans.Contains(type.FullName!))
        {
            return context.Invoke();
        }

        var caller = ClientCaller.Current;
        if (!Admitted.Contains(type))
        {
            LogRefused(NameOf(caller), type.Name, context.MethodName);
            throw new UnauthorizedAccessException($"{type.Name}.{context.MethodName} is not for clients of the cluster");
        }

        if (caller is not { Length: > 0 and <= ClientCaller.MaxLength })
        {
            throw new UnauthorizedAccessException($"a client's calls must carry its name, of 1 to {ClientCaller.MaxLength} characters, as those of AddLLMBlenderClient do");
        }

        if (known.Count < MaxKnown && known.TryAdd(caller, true))
        {
            LogFirst(caller);
        }

        return context.Invoke();
    }

    // A silo's own services call grains through a client in its process, which Orleans names so.
    private static bool IsOutside(GrainId source) => source.IsClient() && !source.Key.AsSpan().StartsWith("hosted-"u8);

    // The first call of a stream holds the call of the grain's method.
    private static Type? StreamedFrom(IInvokable request)
    {
        for (var i = 0; i < request.GetArgumentCount(); i++)
        {
            if (request.GetArgument(i) is IInvokable inner)
            {
                return inner.GetInterfaceType();
            }
        }

        return null;
    }

    private static string NameOf(string? caller) => caller is null ? "a client without a name" : $"the client \"{(caller.Length > ClientCaller.MaxLength ? caller[..ClientCaller.MaxLength] : caller)}\"";

    [LoggerMessage(Level = LogLevel.Information, Message = "the client \"{Caller}\" calls the cluster")]
    private partial void LogFirst(string caller);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Caller} called {Grain}.{Method}, which is not for clients, and was refused")]
    private partial void LogRefused(string caller, string grain, string method);
}
