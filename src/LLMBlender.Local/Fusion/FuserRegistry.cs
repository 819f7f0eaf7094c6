using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;
using LLMBlender.Inference.GenFuser;

namespace LLMBlender.Local.Fusion;

/// <summary>The fusers of a process; the same on every silo that fuses. The first is the default. Disposes the fusers' models.</summary>
public sealed class FuserRegistry : IDisposable
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

    /// <summary>Loads fusers.</summary>
    /// <param name="fusers">Model folders or <see cref="SelectFuser.FuserName"/>, the default first.</param>
    /// <param name="options">The device of the models; null for the CPU.</param>
    /// <exception cref="Inference.ModelException">A model can't be loaded.</exception>
    /// <exception cref="ArgumentException">There are no fusers, or two have the same name.</exception>
    public static FuserRegistry Load(IEnumerable<string> fusers, GenFuserOptions? options = null)
    {
        var loaded = new List<IFuser>();
        try
        {
            foreach (var fuser in fusers)
            {
                loaded.Add(fuser == SelectFuser.FuserName ? new SelectFuser() : ModelFuser.Load(fuser, options));
            }

            return Of(loaded);
        }
        catch
        {
            Dispose(loaded);
            throw;
        }
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

    /// <inheritdoc/>
    public void Dispose() => Dispose(fusers);

    private static void Dispose(List<IFuser> fusers)
    {
        foreach (var fuser in fusers.OfType<IDisposable>())
        {
            fuser.Dispose();
        }
    }
}
