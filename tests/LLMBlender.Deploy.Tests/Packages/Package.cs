using System.IO.Compression;
using System.Xml.Linq;

namespace LLMBlender.Deploy.Tests.Packages;

/// <summary>A NuGet package, read.</summary>
internal sealed class Package
{
    // What the package format itself adds.
    private static readonly string[] FormatFiles = ["_rels/", "package/", "[Content_Types].xml"];

    private readonly Dictionary<string, string> texts = [];

    private Package(string path)
    {
        Size = new FileInfo(path).Length;
        using var archive = ZipFile.OpenRead(path);
        Files = [.. archive.Entries.Select(entry => Uri.UnescapeDataString(entry.FullName))
            .Where(name => !FormatFiles.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) && !name.EndsWith(".nuspec", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        foreach (var entry in archive.Entries.Where(entry => entry.Name is "README.md" or "DotnetToolSettings.xml" || entry.Name.EndsWith(".nuspec", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(entry.Open());
            texts[Path.GetExtension(entry.Name) == ".nuspec" ? ".nuspec" : entry.Name] = reader.ReadToEnd();
        }

        Metadata = XDocument.Parse(texts[".nuspec"]).Root!.Elements().First(element => element.Name.LocalName == "metadata");
    }

    /// <summary>Bytes of the package file.</summary>
    public long Size { get; }

    /// <summary>Its files, without those that the package format adds.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>The README shown on the package's page.</summary>
    public string Readme => texts["README.md"];

    /// <summary>A tool package's settings.</summary>
    public string ToolSettings => texts["DotnetToolSettings.xml"];

    /// <summary>Ids of the packages that it depends on.</summary>
    public IEnumerable<string> Dependencies =>
        Metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value);

    private XElement Metadata { get; }

    /// <summary>A value of the package's metadata, or null.</summary>
    public string? this[string name] => Metadata.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value;

    /// <summary>Reads a package file.</summary>
    public static Package Read(string path) => new(path);
}
