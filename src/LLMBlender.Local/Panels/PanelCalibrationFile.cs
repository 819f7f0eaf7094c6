using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Core.Blending;

namespace LLMBlender.Local.Panels;

/// <summary>The file of a panel's calibration, which <c>calibrate</c> writes and the setting <c>Calibration</c> of a panel names.</summary>
public sealed record PanelCalibrationFile
{
    private const int CurrentFormat = 1;

    /// <summary>The version of the format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The ranker's name.</summary>
    public required string Ranker { get; init; }

    /// <summary>The score of the questions' answers that says which is best.</summary>
    public required string Judge { get; init; }

    /// <summary>The difference to the best answer's score up to which a choice counts as right.</summary>
    public double Within { get; init; }

    /// <summary>The name of the file of questions.</summary>
    public required string From { get; init; }

    /// <summary>The number of questions: half of them for the stages' probabilities, half for the counts.</summary>
    public required int Questions { get; init; }

    /// <summary>The stages.</summary>
    public required CalibratedStage[] Stages { get; init; }

    /// <summary>At each level of <see cref="PanelCalibration.Levels"/>, the number of accepted choices.</summary>
    public required int[] Accepted { get; init; }

    /// <summary>At each level, how many of them were wrong.</summary>
    public required int[] Wrong { get; init; }

    /// <summary>Creates the file's content.</summary>
    public static PanelCalibrationFile Create(PanelCalibration calibration, string judge, double within, string from, int questions)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        return new PanelCalibrationFile
        {
            Ranker = calibration.Ranker,
            Judge = judge,
            Within = within,
            From = from,
            Questions = questions,
            Stages = [.. calibration.Stages.Select(static stage => new CalibratedStage([.. stage.Members], stage.Offset, stage.Slope))],
            Accepted = [.. calibration.Accepted],
            Wrong = [.. calibration.Wrong],
        };
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ArgumentException">The file can't be read, or is no calibration: the message names the file and the reason.</exception>
    public static PanelCalibrationFile Read(string path)
    {
        try
        {
            var file = JsonSerializer.Deserialize(File.ReadAllBytes(path), PanelCalibrationJson.Default.PanelCalibrationFile);
            return file is null ? throw new JsonException("a JSON object was expected, not null") : file.Checked();
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException($"the calibration {path} can't be read: {e.Message}", nameof(path), e);
        }
    }

    /// <summary>The file's content: UTF-8, with a line break at the end.</summary>
    public byte[] ToUtf8() => [.. JsonSerializer.SerializeToUtf8Bytes(this, PanelCalibrationJson.Default.PanelCalibrationFile), (byte)'\n'];

    /// <summary>The calibration of a panel with certain stages.</summary>
    /// <param name="panel">The panel's name.</param>
    /// <param name="stages">The names of the answers, by stage.</param>
    /// <param name="ranker">The panel's ranker; null for the default one.</param>
    /// <exception cref="ArgumentException">The file is of another panel, or of another ranker.</exception>
    public PanelCalibration For(string panel, IReadOnlyList<IReadOnlyList<string>> stages, string? ranker)
    {
        if (ranker is not null && ranker != Ranker)
        {
            throw new ArgumentException($"panel \"{panel}\" ranks with \"{ranker}\", and its calibration is of \"{Ranker}\"", nameof(ranker));
        }

        if (stages.Count != Stages.Length || stages.Zip(Stages).Any(static pair => !pair.First.Order(StringComparer.Ordinal).SequenceEqual(pair.Second.Members.Order(StringComparer.Ordinal))))
        {
            throw new ArgumentException($"panel \"{panel}\" asks {Shown(stages)}, and its calibration is of a panel that asks {Shown(Stages.Select(static stage => stage.Members))}", nameof(stages));
        }

        return new PanelCalibration
        {
            Ranker = Ranker,
            Stages = Array.ConvertAll(Stages, static stage => new StageCalibration(stage.Members, stage.Slope, stage.Offset)),
            Accepted = Accepted,
            Wrong = Wrong,
        };
    }

    private static string Shown(IEnumerable<IEnumerable<string>> stages) => string.Join("; then ", stages.Select(static stage => string.Join(", ", stage)));

    private PanelCalibrationFile Checked() =>
        Format != CurrentFormat ? throw new JsonException($"\"format\" is {Format}, and this build reads {CurrentFormat} only")
        : Stages.Length == 0 || !Array.TrueForAll(Stages, static stage => stage is { Members.Length: > 0, Slope: null or >= 0 } && double.IsFinite(stage.Offset)) ? throw new JsonException("\"stages\" must have members, a slope of at least 0 or none, and an offset")
        : Accepted.Length != PanelCalibration.Levels || Wrong.Length != PanelCalibration.Levels ? throw new JsonException($"\"accepted\" and \"wrong\" must list {PanelCalibration.Levels} numbers")
        : Accepted.Zip(Wrong).Any(static pair => pair.Second < 0 || pair.Second > pair.First) ? throw new JsonException("\"wrong\" must be from 0 to \"accepted\"")
        : this;
}

/// <summary>A stage in a calibration file; see <see cref="StageCalibration"/>.</summary>
/// <param name="Members">The names of the answers that the stage adds.</param>
/// <param name="Offset">The offset.</param>
/// <param name="Slope">The slope; null for a stage with a single answer.</param>
public sealed record CalibratedStage(string[] Members, double Offset, double? Slope = null);

[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PanelCalibrationFile))]
internal sealed partial class PanelCalibrationJson : JsonSerializerContext;
