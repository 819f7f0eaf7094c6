using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;

namespace LLMBlender.Local.Fusion;

/// <summary>The fusers of a silo; the same on every silo that fuses. The first is the default.</summary>
public sealed class FuserRegistry
{
    private readonly List<IFuser> fusers = [];

    /// <summary>A registry that contains only <see cref="SelectFuser"/>.</summary>
    public static FuserRegistry SelectOnly { get; } = Of([new SelectFuser()]);

    /// <summary>Creates a registry of fusers, the default first.</summary>
    /// <exception cref="ArgumentException">There are no fusers, or two have the same name.</exception>
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

    /// <summary>The fusers' names, the default first.</summary>
    public IEnumerable<string> Names => fusers.Select(static fuser => fuser.Name);

    /// <summary>Returns a fuser.</summary>
    /// <param name="name">The fuser's name; null for the default.</param>
    /// <exception cref="BlendException">There is no such fuser.</exception>
    public IFuser Find(string? name)
    {
        var fuser = name is null ? fusers[0] : fusers.Find(known => known.Name == name);
        return fuser ?? throw BlendException.Invalid(
            "fuser", $"fuser \"{name}\" is not known; known are {string.Join(", ", fusers.Select(known => known.Name))}");
    }
}
