using System.Reflection;

namespace LLMBlender.Records;

/// <summary>The version of LLMBlender.</summary>
public static class ProductVersion
{
    /// <summary>The version, such as 0.1.0.</summary>
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
}
