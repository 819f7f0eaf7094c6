namespace LLMBlender.Client;

/// <summary>
/// The generation of the cluster's members, a part of the keys of <see cref="Routes"/>. Orleans keeps a grain on the silo that it was placed on; a key
/// of another generation is another grain, which is placed among the present members. So a silo that joins gets its share at once.
/// </summary>
public interface IRouteGeneration
{
    /// <summary>The current generation; empty if it is not known yet. Processes that see the same members have the same one.</summary>
    string Current { get; }
}
