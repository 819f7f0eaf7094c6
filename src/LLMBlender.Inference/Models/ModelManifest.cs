using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Inference.Checkpoints;

namespace LLMBlender.Inference.Models;

/// <summary>The manifest of a model folder, <c>manifest.json</c>.</summary>
public sealed record ModelManifest
{
    /// <summary>The file's name in a model folder.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The folder layout version that this build writes and reads.</summary>
    public const int CurrentFormat = 1;

    private const int MostTokens = 1 << 20;

    /// <summary>The folder layout's version.</summary>
    public required int Format { get; init; }

    /// <summary>The model's function: <see cref="ModelKind"/>'s names.</summary>
    public required string Kind { get; init; }

    /// <summary>The model's name.</summary>
    public required string Id { get; init; }

    /// <summary>The name of the imported checkpoint and its layout.</summary>
    public required string Origin { get; init; }

    /// <summary><c>sha256:</c> and the hash of the weights file; with <see cref="Id"/>, the model's version.</summary>
    public required string TensorHash { get; init; }

    /// <summary>fp32, fp16, int8, int8-weights or int4.</summary>
    public required string Precision { get; init; }

    /// <summary>Whether weights are half.</summary>
    internal bool IsHalf => Precision == PrecisionNames.Of(Onnx.Precision.Float16);

    /// <summary>
    /// The maximum number of tokens in a source, control tokens included; rankers and fusers only. For a classifier, the tokens that a
    /// source keeps at its end in a row that is too long; null if the longer text is truncated first.
    /// </summary>
    public int? SourceMaxLength { get; init; }

    /// <summary>
    /// The number of tokens in a candidate: the minimum kept for a ranker, including control tokens; the maximum for a fuser.
    /// </summary>
    public int? CandidateMaxLength { get; init; }

    /// <summary>The maximum number of tokens in a row, including control tokens; null if the length is not limited.</summary>
    public int? MaxLength { get; init; }

    /// <summary>The number of labels; classifiers only.</summary>
    public int? Labels { get; init; }

    /// <summary>Ids of the control tokens in the ranker's input; rankers only.</summary>
    public RankerTokens? Tokens { get; init; }

    /// <summary>Ids of the control tokens for generation; fusers only.</summary>
    public GeneratorTokens? GeneratorTokens { get; init; }

    /// <summary>How sure the ranker is; null if it is not calibrated.</summary>
    public Calibration? Calibration { get; init; }

    /// <summary>Whether the model demonstrates the program and is not meant for other use.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Demonstration { get; init; }

    /// <summary>
    /// What a difference in agreement adds to a ranker's logits among three or more candidates: logits for agreement 1 against 0, finite and
    /// at least 0. Agreement is how much of what the other candidates say a candidate says too.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double ConsensusWeight { get; init; }

    /// <summary>Every other file of the model, with its SHA-256 in hexadecimal.</summary>
    public required SortedDictionary<string, string> Files { get; init; }

    /// <summary>Serializes the manifest: indented JSON with a final newline.</summary>
    public byte[] Serialize()
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(this, ModelJson.Default.ModelManifest);
        return [.. json, (byte)'\n'];
    }

    /// <summary>Writes the manifest to a model folder; the folder has the old one or the new one at any time.</summary>
    /// <exception cref="IOException">The folder can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder can't be written.</exception>
    public void Write(string folder)
    {
        var path = Path.Combine(folder, FileName);
        var written = $"{path}.{Environment.ProcessId}";
        try
        {
            File.WriteAllBytes(written, Serialize());
            File.Move(written, path, overwrite: true);
        }
        finally
        {
            File.Delete(written);
        }
    }

    /// <summary>Reads and validates a manifest.</summary>
    /// <exception cref="ModelException">
    /// The file is missing, not JSON, or lacks a field, or its layout version is not supported.
    /// </exception>
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

        if (manifest.Files is null || manifest.Files.Any(static file => file.Value is null))
        {
            throw new ModelException(path, "\"files\" must name the model's files, each with its SHA-256");
        }

        Length("source_max_length", manifest.SourceMaxLength, 4);
        Length("candidate_max_length", manifest.CandidateMaxLength, 1);
        Length("max_length", manifest.MaxLength, 1);
        if (manifest.Calibration is { Temperature: var temperature } && !(temperature > 0 && double.IsFinite(temperature)))
        {
            throw new ModelException(path, $"\"calibration\" has the temperature {temperature}, but it must be above 0 and finite");
        }

        if (!(manifest.ConsensusWeight >= 0 && double.IsFinite(manifest.ConsensusWeight)))
        {
            throw new ModelException(path, $"\"consensus_weight\" is {manifest.ConsensusWeight}, but it must be finite and at least 0");
        }

        return manifest;
    }
}

/// <summary>Ids of the control tokens in a ranker's input.</summary>
/// <param name="Pad">Pads rows to the batch's length.</param>
/// <param name="Cls">Opens every segment.</param>
/// <param name="Sep">Closes every segment.</param>
/// <param name="Source">Marks the source.</param>
/// <param name="First">Marks the first candidate.</param>
/// <param name="Second">Marks the second candidate.</param>
public sealed record RankerTokens(int Pad, int Cls, int Sep, int Source, int First, int Second);

/// <summary>Ids of the control tokens of a sequence-to-sequence model.</summary>
/// <param name="Pad">Pads rows to the batch's length.</param>
/// <param name="End">Ends the generated text.</param>
/// <param name="Start">Starts the decoder's input.</param>
public sealed record GeneratorTokens(int Pad, int End, int Start);

/// <summary>How a ranker's logits become probabilities: σ(logit / temperature) (Guo et al. 2017, section 4.2).</summary>
/// <param name="Temperature">Above 0; fitted by maximum likelihood.</param>
/// <param name="Pairs">The number of judged pairs that it was fitted to.</param>
/// <param name="From">The file of those pairs.</param>
public sealed record Calibration(double Temperature, int Pairs, string From);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ModelJson : JsonSerializerContext;
