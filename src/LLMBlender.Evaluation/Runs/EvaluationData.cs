using System.Security.Cryptography;
using LLMBlender.Evaluation.Datasets;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Runs;

/// <summary>A file to evaluate.</summary>
/// <param name="Path">The file.</param>
/// <param name="Hash"><c>sha256:</c> followed by the hash of the stored bytes.</param>
/// <param name="Lines">The number of lines.</param>
internal sealed record EvaluationData(string Path, string Hash, long Lines)
{
    /// <summary>Reads a file once to compute its hash and line count.</summary>
    /// <exception cref="UsageException">The file can't be read, or is standard input.</exception>
    public static EvaluationData Open(string path)
    {
        if (path == "-")
        {
            throw new UsageException("--from -: is standard input, and must be a file: it is read more than once");
        }

        if (RecordInput.IsPipe(path))
        {
            throw new UsageException($"--from {path}: is a pipe or a device, and must be a file: it is read more than once");
        }

        using var input = RecordInput.Open(path, Stream.Null);
        var reader = new LineReader(input.Stream);
        try
        {
            while (reader.Read())
            {
            }

            using var stored = File.OpenRead(path);
            return new EvaluationData(path, $"sha256:{Convert.ToHexStringLower(SHA256.HashData(stored))}", reader.Number);
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UsageException($"--from {path}: can't be read: {e.Message}", e);
        }
    }

    /// <summary>Streams the records in order; a position is a line number, so that progress counts lines.</summary>
    /// <param name="input">The file, opened.</param>
    /// <param name="needsOutput">Whether a record without a reference answer is an error.</param>
    public static IEnumerable<Entry<MixInstructRecord>> Read(RecordInput input, bool needsOutput) =>
        new RecordReader<MixInstructRecord>(input, fields =>
        {
            var record = MixInstructRecord.Read(fields);
            return record.Output is not null || !needsOutput
                ? record
                : throw new RecordException("\"output\" is missing, and must be the reference answer that metrics compare with; --metrics none needs none");
        }).Read().Select(static entry => entry with { Place = entry.Place with { Position = entry.Place.Line } });
}
