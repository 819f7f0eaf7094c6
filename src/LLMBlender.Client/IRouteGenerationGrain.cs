namespace LLMBlender.Client;

/// <summary>Returns the generation of the cluster's members to clients, which do not see them.</summary>
[Alias("LLMBlender.IRouteGenerationGrain")]
public interface IRouteGenerationGrain : IGrainWithIntegerKey
{
    /// <summary>Returns <see cref="IRouteGeneration.Current"/>.</summary>
    [Alias("Read")]
    Task<string> ReadAsync();
}
