namespace LLMBlender.Client;

/// <summary>The silo at the end of a path stopped answering; whoever made the call takes another path.</summary>
public sealed class PathLostException(string path, Exception inner) : Exception($"lost the path {path}", inner);
