using System.CommandLine;

namespace LLMBlender.Cli.Verbs;

/// <summary>A verb with help text that follows its options.</summary>
internal sealed class Verb(string name, string description, string details) : Command(name, description)
{
    /// <summary>Record formats, rules and examples.</summary>
    public string Details { get; } = details;
}
