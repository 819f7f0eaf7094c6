namespace LLMBlender.Cli.Hub;

/// <summary>What the hub says of one file.</summary>
/// <param name="Name">Its name in the repository.</param>
/// <param name="Etag">What its blob is called in the cache: for a large file the SHA-256 of its content, else git's SHA-1.</param>
/// <param name="Size">Its bytes; null where the hub doesn't say.</param>
internal sealed record HubFile(string Name, string Etag, long? Size);
