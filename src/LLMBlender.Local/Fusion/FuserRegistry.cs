using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;

namespace LLMBlender.Local.Fusion;

/// <summary>The fusers that a silo knows; every silo that fuses is given the same. The first one is the default.</summary>
public sealed class FuserRegistry
{
    private readonly List<IFuser> fusers = [];

    /// <summary>A registry that knows <see cref="SelectFuser"/> alone.</summary>
    public static FuserRegistry SelectOnly { get; } = Of([new SelectFuser()]);

    /// <summary>A registry of these fusers, the default one first.</summary>
    /// <exception cref="ArgumentException">There is none, or two have one name.</exception>
    public static FuserRegistry Of(IEnumerable<IFuser> fusers)
    {
        var registry = new FuserRegistry();
        foreach (var fuser in fusers)
        {
            if (registry.fusers.Exists(known => known.Name == fuser.Name))
            {
                throw new ArgumentException($"there are two fusers named \"{fuser.Name}\"; names must differ", nameof(fusers));
            }

            registry.fusers.Add(fuser);
        }

        return registry.fusers.Count > 0 ? registry : throw new ArgumentException("there are no fusers, and at least one is needed", nameof(fusers));
    }

    /// <summary>Their names, the default one first.</summary>
    public IEnumerable<string> Names => fusers.Select(static fuser => fuser.Name);

    /// <summary>A fuser.</summary>
    /// <param name="name">Its name; null for the default one.</param>
    /// <exception cref="BlendException">There is none of that name.</exception>
    public IFuser Find(string? name)
    {
        var fuser = name is null ? fusers[0] : fusers.Find(known => known.Name == name);
        return fuser ?? throw BlendException.Invalid(
            "fuser", $"fuser \"{name}\" is not known; known are {string.Join(", ", fusers.Select(known => known.Name))}");
    }
}
