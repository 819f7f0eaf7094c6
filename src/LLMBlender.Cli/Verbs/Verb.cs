using System.CommandLine;

namespace LLMBlender.Cli.Verbs;

/// <summary>A verb, and what its help says after its options.</summary>
internal sealed class Verb(string name, string description, string details) : Command(name, description)
{
    /// <summary>Record shapes, rules and examples, as they are printed.</summary>
    public string Details { get; } = details;
}
