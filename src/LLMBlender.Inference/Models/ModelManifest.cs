using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Inference.Checkpoints;

namespace LLMBlender.Inference.Models;

/// <summary>What a model folder says of itself, in <c>manifest.json</c>.</summary>
public sealed record ModelManifest
{
    /// <summary>The file's name in a model folder.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The folder layout that this build writes and reads.</summary>
    public const int CurrentFormat = 1;

    private const int MostTokens = 1 << 20;

    /// <summary>The folder layout's version.</summary>
    public required int Format { get; init; }

    /// <summary>What the model does: <see cref="ModelKind"/>'s names.</summary>
    public required string Kind { get; init; }

    /// <summary>The model's name.</summary>
    public required string Id { get; init; }

    /// <summary>The folder and layout that it was imported from.</summary>
    public required string Origin { get; init; }

    /// <summary><c>sha256:</c> and the hash of the weights file; with <see cref="Id"/>, the model's version.</summary>
    public required string TensorHash { get; init; }

    /// <summary>fp32, fp16 or int8.</summary>
    public required string Precision { get; init; }

    /// <summary>Tokens of a source at most, control tokens included; rankers and fusers only.</summary>
    public int? SourceMaxLength { get; init; }

    /// <summary>
    /// Tokens of a candidate: for a ranker at least kept, control tokens included; for a fuser at most kept.
    /// </summary>
    public int? CandidateMaxLength { get; init; }

    /// <summary>Tokens of a row at most, control tokens included; null where any length works.</summary>
    public int? MaxLength { get; init; }

    /// <summary>Numbers that a row gets; classifiers only.</summary>
    public int? Labels { get; init; }

    /// <summary>Ids of the control tokens that the ranker writes; rankers only.</summary>
    public RankerTokens? Tokens { get; init; }

    /// <summary>Ids of the control tokens that generating needs; fusers only.</summary>
    public GeneratorTokens? GeneratorTokens { get; init; }

    /// <summary>Every other file of the folder that the model needs, with its SHA-256 in hexadecimal.</summary>
    public required SortedDictionary<string, string> Files { get; init; }

    /// <summary>The manifest as it stands in the file: indented JSON with a final newline.</summary>
    public byte[] Serialize()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, ModelJson.Default.ModelManifest);
        return [.. json, (byte)'\n'];
    }

    /// <summary>Reads and checks a manifest.</summary>
    /// <exception cref="ModelException">Missing, not JSON, a field missing, or a layout that this build can't read.</exception>
    public static ModelManifest Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            if (!File.Exists(path))
            {
                throw new ModelException(folder, $"is not a model folder: it has no {FileName} (models import makes one)");
            }

            var manifest = JsonSerializer.Deserialize(ModelFile.ReadAll(path), ModelJson.Default.ModelManifest)
                ?? throw new ModelException(path, "a JSON object was expected, not null");
            return manifest.Format == CurrentFormat
                ? Checked(manifest, path)
                : throw new ModelException(path, $"\"format\" is {manifest.Format}, but this build reads {CurrentFormat} only");
        }
        catch (JsonException e)
        {
            throw new ModelException(path, $"not a manifest: {e.Message}", e);
        }
    }

    private static ModelManifest Checked(ModelManifest manifest, string path)
    {
        void Length(string field, int? value, int least)
        {
            if (value is { } length && (length < least || length > MostTokens))
            {
                throw new ModelException(path, $"\"{field}\" is {length}, but must be from {least} to {MostTokens}");
            }
        }

        Length("source_max_length", manifest.SourceMaxLength, 4);
        Length("candidate_max_length", manifest.CandidateMaxLength, 1);
        Length("max_length", manifest.MaxLength, 1);
        return manifest;
    }
}

/// <summary>Ids of the control tokens in a ranker's input.</summary>
/// <param name="Pad">Fills rows up to the batch's length.</param>
/// <param name="Cls">Opens every segment.</param>
/// <param name="Sep">Closes every segment.</param>
/// <param name="Source">Marks the source.</param>
/// <param name="First">Marks the first candidate.</param>
/// <param name="Second">Marks the second candidate.</param>
public sealed record RankerTokens(int Pad, int Cls, int Sep, int Source, int First, int Second);

/// <summary>Ids of the control tokens of a sequence-to-sequence model.</summary>
/// <param name="Pad">Fills rows up to the batch's length.</param>
/// <param name="End">Ends what is generated.</param>
/// <param name="Start">Stands before what is generated.</param>
public sealed record GeneratorTokens(int Pad, int End, int Start);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ModelJson : JsonSerializerContext;
