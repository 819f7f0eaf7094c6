using LLMBlender.Evaluation.Models;
using LLMBlender.Records;

namespace LLMBlender.Evaluation;

/// <summary>Makers of one kind of thing by name, spelt <c>NAME</c> or <c>NAME:ARGUMENT</c>.</summary>
/// <param name="kind">What errors call the kind.</param>
/// <param name="makers">The makers.</param>
internal sealed class NamedMakers<T>(string kind, params NamedMaker<T>[] makers)
{
    /// <summary>The names with what they are, a line each.</summary>
    public string Listed => string.Join('\n', makers.Select(static maker => $"  {maker.Spelling,-22} {maker.Description}"));

    /// <summary>Makes one.</summary>
    /// <exception cref="UsageException">The name is not known, lacks its argument, or takes none.</exception>
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

/// <summary>One maker.</summary>
/// <param name="Name">How it is asked for.</param>
/// <param name="Description">What it makes, for help.</param>
/// <param name="Make">Makes it of its argument, empty where it takes none.</param>
/// <param name="Argument">What stands after the colon, for help; null where nothing does.</param>
internal sealed record NamedMaker<T>(string Name, string Description, Func<string, EvaluationSetup, T> Make, string? Argument = null)
{
    /// <summary>How it is spelt: <c>name</c> or <c>name:ARGUMENT</c>.</summary>
    public string Spelling => Argument is null ? Name : $"{Name}:{Argument}";
}
