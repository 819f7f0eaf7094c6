using System.Collections.Concurrent;

namespace LLMBlender.Client;

/// <summary>
/// References to grains with string keys. Orleans' factory reads the attributes of a grain's interface on every call, which took a twentieth of a
/// request's processor time; this one keeps what they say. Safe for concurrent use.
/// </summary>
/// <param name="grains">The grain factory of a client or silo.</param>
public sealed class GrainReferences(IGrainFactory grains)
{
    private readonly ConcurrentDictionary<Type, (GrainType Grain, GrainInterfaceType Interface)> types = new();

    /// <summary>Returns the reference to a grain, as <see cref="IGrainFactory.GetGrain{TGrainInterface}(string, string)"/> does.</summary>
    /// <param name="key">The grain's key.</param>
    /// <exception cref="ArgumentException">No grain of the cluster has the interface.</exception>
    public TGrain Get<TGrain>(string key)
        where TGrain : IGrainWithStringKey
    {
        if (types.TryGetValue(typeof(TGrain), out var known))
        {
            return (TGrain)grains.GetGrain(GrainId.Create(known.Grain, key), known.Interface);
        }

        var grain = grains.GetGrain<TGrain>(key);
        if (grain is GrainReference reference)
        {
            types[typeof(TGrain)] = (reference.GrainId.Type, reference.InterfaceType);
        }

        return grain;
    }
}
