using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Core.Routing;

namespace LLMBlender.Local.Panels;

/// <summary>The file of a route, which <c>learn route</c> writes and the setting <c>Route</c> of a panel names.</summary>
public sealed record RouteFile
{
    private const int CurrentFormat = 1;

    /// <summary>The version of the format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The name of the model whose features of a question the route reads.</summary>
    public required string Encoder { get; init; }

    /// <summary>The hash of that model's weights: another model's features mean something else.</summary>
    public required string EncoderHash { get; init; }

    /// <summary>The name of the file of questions.</summary>
    public required string From { get; init; }

    /// <summary>The number of questions.</summary>
    public required int Questions { get; init; }

    /// <summary>The probability with which the best answer is to be among the asked members'; above 0, and from 1 on all members are asked.</summary>
    public required double Keep { get; init; }

    /// <summary>The probability that another member is asked too.</summary>
    public required double Explore { get; init; }

    /// <summary>The probability that a member that the route does not know is asked.</summary>
    public required double ExploreUnknown { get; init; }

    /// <summary>The features' means.</summary>
    public required float[] Mean { get; init; }

    /// <summary>The members' models.</summary>
    public required RoutedMember[] Members { get; init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ArgumentException">The file can't be read, or is no route: the message names the file and the reason.</exception>
    public static RouteFile Read(string path)
    {
        try
        {
            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), RouteJson.Default.RouteFile);
            return file is null ? throw new JsonException("a JSON object was expected, not null") : file.Checked();
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"the route {path} can't be read: {e.Message}", nameof(path), e);
        }
    }

    /// <summary>The file's content: UTF-8, with a line break at the end.</summary>
    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, RouteJson.Default.RouteFile), (byte)'\n'];

    /// <summary>The rule for a panel.</summary>
    /// <param name="panel">The panel's name.</param>
    /// <param name="members">The panel's members.</param>
    /// <exception cref="ArgumentException">The route knows none of the members: it is another panel's.</exception>
    public RouteRule For(string panel, IReadOnlyList<string> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return Members.Any(member => members.Contains(member.Name, StringComparer.Ordinal))
            ? new RouteRule(new RouteModel(Mean, Members), Keep, Explore, ExploreUnknown)
            : throw new ArgumentException(
                $"panel \"{panel}\" asks {string.Join(", ", members)}, and its route is of a panel that asks {string.Join(", ", Members.Select(static member => member.Name))}", nameof(members));
    }

    private RouteFile Checked() =>
        Format != CurrentFormat ? throw new JsonException($"\"format\" is {Format}, and this build reads {CurrentFormat} only")
        : Mean.Length == 0 || !Array.TrueForAll(Mean, float.IsFinite) ? throw new JsonException("\"mean\" must list finite numbers, one at least")
        : Members.Length == 0 || !Array.TrueForAll(Members, member => member.Weights.Length == Mean.Length && double.IsFinite(member.Share) && Array.TrueForAll(member.Weights, float.IsFinite))
            ? throw new JsonException($"\"members\" must list one member at least, each with a share and {Mean.Length} weights, as many as \"mean\" has")
        : !(Keep > 0) ? throw new JsonException($"\"keep\" is {Keep}, and must be above 0")
        : Explore is not (>= 0 and <= 1) || ExploreUnknown is not (>= 0 and <= 1) ? throw new JsonException("\"explore\" and \"explore_unknown\" must be from 0 to 1")
        : this;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RouteFile))]
internal sealed partial class RouteJson : JsonSerializerContext;
