using LLMBlender.Evaluation.Models;
using LLMBlender.Records;

namespace LLMBlender.Evaluation;

/// <summary>A registry of factories by name; an entry is given as <c>NAME</c> or <c>NAME:ARGUMENT</c>.</summary>
/// <param name="kind">The name of the kind in errors.</param>
/// <param name="makers">The factories.</param>
internal sealed class NamedMakers<T>(string kind, params NamedMaker<T>[] makers)
{
    /// <summary>The names with descriptions, one a line.</summary>
    public string Listed => string.Join('\n', makers.Select(static maker => $"  {maker.Spelling,-22} {maker.Description}"));

    /// <summary>Creates an instance.</summary>
    /// <exception cref="UsageException">The name is unknown, lacks its argument, or takes none.</exception>
    public T Create(string spelling, EvaluationSetup setup)
    {
        var (name, argument) = spelling.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
            ? (spelling[..colon], spelling[(colon + 1)..])
            : (spelling, null);
        var maker = Array.Find(makers, maker => maker.Name == name) ?? throw new UsageException(
            $"{kind} \"{name}\" is not known; known are {string.Join(", ", makers.Select(static maker => maker.Name))}");
        if (string.IsNullOrEmpty(argument) != (maker.Argument is null))
        {
            throw new UsageException(maker.Argument is null
                ? $"{kind} \"{spelling}\" has an argument, and {name} takes none"
                : $"{kind} \"{spelling}\" lacks its argument, and must be spelt {maker.Spelling}");
        }

        return maker.Make(argument ?? "", setup);
    }
}

/// <summary>A factory.</summary>
/// <param name="Name">Its name in arguments.</param>
/// <param name="Description">A description for help texts.</param>
/// <param name="Make">Creates an instance from the argument; the argument is empty if the factory takes none.</param>
/// <param name="Argument">The argument's placeholder for help texts; null if the factory takes none.</param>
internal sealed record NamedMaker<T>(string Name, string Description, Func<string, EvaluationSetup, T> Make, string? Argument = null)
{
    /// <summary>Its form in arguments: <c>name</c> or <c>name:ARGUMENT</c>.</summary>
    public string Spelling => Argument is null ? Name : $"{Name}:{Argument}";
}
