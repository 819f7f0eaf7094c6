namespace LLMBlender.Cli.Hub;

/// <summary>A file's metadata from the hub.</summary>
/// <param name="Name">Its name in the repository.</param>
/// <param name="Etag">Its blob's name in the cache: the content's SHA-256 for a large file, otherwise git's SHA-1.</param>
/// <param name="Size">Its size in bytes; null if the hub doesn't report it.</param>
internal sealed record HubFile(string Name, string Etag, long? Size);
