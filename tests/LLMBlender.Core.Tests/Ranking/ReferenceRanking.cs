using System.Text.Json;
using LLMBlender.TestKit;

namespace LLMBlender.Core.Tests.Ranking;

/// <summary>
/// Matrices that the reference's PairRanker computed for records of N candidates, and what the reference made of them.
/// </summary>
/// <remarks>
/// The committed file is the shared one reduced to the ranking: matrices written out, texts as indices.
/// </remarks>
internal sealed class ReferenceRanking : IDisposable
{
    private readonly JsonDocument document;
    private readonly byte[]? tensors;

    private ReferenceRanking(string path)
    {
        document = JsonDocument.Parse(File.ReadAllBytes(path));
        if (document.RootElement.TryGetProperty("tensors", out var file))
        {
            tensors = File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(path)!, file.GetString()!));
        }
    }

    public JsonElement Root => document.RootElement;

    public IEnumerable<JsonElement> Groups => Root.GetProperty("groups").EnumerateArray();

    public static ReferenceRanking Committed() =>
        new(Repository.File("tests", "LLMBlender.TestKit", "Fixtures", "ranking", "rank.json"));

    public static ReferenceRanking Shared() => new(SharedFolder.File("parity", "pairrm-tiny", "cases", "rank.json"));

    /// <summary>The group's matrices, one N×N logits per record.</summary>
    public float[][,] Matrices(JsonElement group)
    {
        var matrix = group.GetProperty("matrix");
        return matrix.ValueKind == JsonValueKind.Array
            ? matrix.Deserialize<float[][][]>()!.Select(rows => Fill(rows.Length, (i, j) => rows[i][j])).ToArray()
            : FromTensor(matrix);
    }

    public void Dispose() => document.Dispose();

    private float[][,] FromTensor(JsonElement reference)
    {
        var shape = reference.GetProperty("shape").Deserialize<int[]>()!;
        var offset = reference.GetProperty("offset").GetInt32();
        var n = shape[1];
        return Enumerable.Range(0, shape[0])
            .Select(r => Fill(n, (i, j) => BitConverter.ToSingle(tensors!, offset + (4 * ((((r * n) + i) * n) + j)))))
            .ToArray();
    }

    private static float[,] Fill(int n, Func<int, int, float> entry)
    {
        var matrix = new float[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                matrix[i, j] = entry(i, j);
            }
        }

        return matrix;
    }
}
