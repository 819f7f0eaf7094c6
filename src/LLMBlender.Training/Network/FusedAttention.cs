using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace LLMBlender.Training.Network;

/// <summary>
/// Disentangled attention as one differentiable operation. The three score terms, the mask and the softmax take one pass over the
/// scores and no gather, scatter or mask tensor is made; the products stay with libtorch. Runs on the calling thread.
/// </summary>
/// <remarks>
/// With s = √(3·head size), C = Q·posKᵀ, P = K·posQᵀ and δ the table row of a distance, the probabilities are
/// A[q,k] = softmax_k((Q_q·K_k + C[q,δ(q−k)] + P[k,δ(q−k)]) / s). Backwards, G = ∂loss/∂scores gives ∂C and ∂P by summing G over
/// the cells that share a table row; on a row of G those cells lie side by side, since δ is monotone.
/// </remarks>
internal sealed class FusedAttention : autograd.SingleTensorFunction<FusedAttention>
{
    // Queries handled together, so that a row of P stays in the first-level cache while they read it.
    private const int Block = 16;

    public override string Name => nameof(FusedAttention);

    /// <summary>Takes q [B,h,M,d], k and v [B,h,L,d], posK and posQ [h,2S,d] and an <see cref="AttentionGeometry"/>.</summary>
    /// <returns>[B,h,M,d]</returns>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (q, k, v) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
        var (positionKey, positionQuery) = ((Tensor)vars[3], (Tensor)vars[4]);
        var geometry = (AttentionGeometry)vars[5];
        using Tensor toPosition = matmul(q, positionKey.transpose(-1, -2));
        using Tensor fromPosition = matmul(k, positionQuery.transpose(-1, -2));
        Tensor scores = matmul(q, k.transpose(-1, -2));
        Normalise(scores, toPosition, fromPosition, geometry, Scale(q));
        ctx.save_for_backward([q, k, v, positionKey, positionQuery, scores]);
        ctx.save_data(nameof(AttentionGeometry), geometry);
        return matmul(scores, v);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var saved = ctx.get_saved_variables();
        var (q, k, v, positionKey, positionQuery, probabilities) = (saved[0], saved[1], saved[2], saved[3], saved[4], saved[5]);
        var geometry = (AttentionGeometry)ctx.get_data(nameof(AttentionGeometry));
        long rows = positionKey.shape[1];
        Tensor upstream = grad_output.contiguous();
        Tensor valueGradient = matmul(probabilities.transpose(-1, -2), upstream);
        using Tensor gradient = matmul(upstream, v.transpose(-1, -2));
        using Tensor toPosition = zeros(q.shape[0], q.shape[1], q.shape[2], rows);
        using Tensor fromPosition = zeros(k.shape[0], k.shape[1], k.shape[2], rows);
        Differentiate(gradient, probabilities, toPosition, fromPosition, geometry, Scale(q));

        Tensor queryGradient = Arithmetic.AddTo(matmul(gradient, k), matmul(toPosition, positionKey));
        Tensor keyGradient = Arithmetic.AddTo(matmul(gradient.transpose(-1, -2), q), matmul(fromPosition, positionQuery));
        Tensor positionKeyGradient = matmul(toPosition.transpose(-1, -2), q).sum([0L]);
        Tensor positionQueryGradient = matmul(fromPosition.transpose(-1, -2), k).sum([0L]);
        return [queryGradient, keyGradient, valueGradient, positionKeyGradient, positionQueryGradient, null!];
    }

    private static float Scale(Tensor q) => 1 / MathF.Sqrt(3 * q.shape[3]);

    private static void Normalise(Tensor scores, Tensor toPosition, Tensor fromPosition, AttentionGeometry geometry, float scale)
    {
        var (heads, queries, keys) = ((int)scores.shape[1], (int)scores.shape[2], (int)scores.shape[3]);
        int table = (int)toPosition.shape[3];
        for (int slice = 0; slice < (int)scores.shape[0] * heads; slice++)
        {
            int row = slice / heads;
            int length = geometry.Lengths[row];
            Span<float> all = Floats(scores).Slice(slice * queries * keys, queries * keys);
            ReadOnlySpan<float> to = Floats(toPosition).Slice(slice * queries * table, queries * table);
            ReadOnlySpan<float> from = Floats(fromPosition).Slice(slice * keys * table, keys * table);
            int valid = geometry.Valid(row, queries);
            for (int start = 0; start < valid; start += Block)
            {
                int end = Math.Min(start + Block, valid);
                AddFromPosition(all, from, geometry, row, start, end, queries, keys, table);
                for (int m = start; m < end; m++)
                {
                    Span<float> cells = all.Slice(m * keys, length);
                    AddToPosition(cells, to.Slice(m * table, table), geometry.RowsFor(row, m, queries, keys));
                    Softmax(cells, scale);
                    all.Slice(m * keys + length, keys - length).Clear();
                }
            }

            all[(valid * keys)..].Clear();
        }
    }

    // Turns ∂loss/∂A in gradient into ∂loss/∂(unscaled scores), and sums it over the cells of each table row.
    private static void Differentiate(
        Tensor gradient, Tensor probabilities, Tensor toPosition, Tensor fromPosition, AttentionGeometry geometry, float scale)
    {
        var (heads, queries, keys) = ((int)gradient.shape[1], (int)gradient.shape[2], (int)gradient.shape[3]);
        int table = (int)toPosition.shape[3];
        for (int slice = 0; slice < (int)gradient.shape[0] * heads; slice++)
        {
            int row = slice / heads;
            int length = geometry.Lengths[row];
            Span<float> all = Floats(gradient).Slice(slice * queries * keys, queries * keys);
            ReadOnlySpan<float> given = Floats(probabilities).Slice(slice * queries * keys, queries * keys);
            Span<float> to = Floats(toPosition).Slice(slice * queries * table, queries * table);
            Span<float> from = Floats(fromPosition).Slice(slice * keys * table, keys * table);
            int valid = geometry.Valid(row, queries);
            for (int start = 0; start < valid; start += Block)
            {
                int end = Math.Min(start + Block, valid);
                for (int m = start; m < end; m++)
                {
                    Span<float> cells = all.Slice(m * keys, length);
                    ReadOnlySpan<float> chance = given.Slice(m * keys, length);
                    TensorPrimitives.Subtract(cells, TensorPrimitives.Dot<float>(cells, chance), cells);
                    TensorPrimitives.Multiply(cells, scale, cells);
                    TensorPrimitives.Multiply(cells, chance, cells);
                    SumToPosition(cells, to.Slice(m * table, table), geometry.RowsFor(row, m, queries, keys));
                    all.Slice(m * keys + length, keys - length).Clear();
                }

                SumFromPosition(all, from, geometry, row, start, end, queries, keys, table);
            }

            all[(valid * keys)..].Clear();
        }
    }

    private static void AddToPosition(Span<float> cells, ReadOnlySpan<float> to, ReadOnlySpan<int> rows)
    {
        ref float table = ref MemoryMarshal.GetReference(to);
        for (int k = 0; k < cells.Length; k++)
        {
            cells[k] += Unsafe.Add(ref table, rows[k]);
        }
    }

    private static void AddFromPosition(
        Span<float> all, ReadOnlySpan<float> from, AttentionGeometry geometry, int row, int start, int end, int queries, int keys, int table)
    {
        Span<int> offsets = stackalloc int[end - start];
        Offsets(offsets, geometry, row, start, queries, keys);
        ref int rows = ref MemoryMarshal.GetArrayDataReference(geometry.Rows);
        for (int k = 0; k < geometry.Lengths[row]; k++)
        {
            ref float source = ref Unsafe.Add(ref MemoryMarshal.GetReference(from), k * table);
            ref float cell = ref Unsafe.Add(ref MemoryMarshal.GetReference(all), start * keys + k);
            for (int i = 0; i < offsets.Length; i++)
            {
                cell += Unsafe.Add(ref source, Unsafe.Add(ref rows, offsets[i] + k));
                cell = ref Unsafe.Add(ref cell, keys);
            }
        }
    }

    private static void SumFromPosition(
        ReadOnlySpan<float> all, Span<float> from, AttentionGeometry geometry, int row, int start, int end, int queries, int keys, int table)
    {
        Span<int> offsets = stackalloc int[end - start];
        Offsets(offsets, geometry, row, start, queries, keys);
        ref int rows = ref MemoryMarshal.GetArrayDataReference(geometry.Rows);
        for (int k = 0; k < geometry.Lengths[row]; k++)
        {
            ref float target = ref Unsafe.Add(ref MemoryMarshal.GetReference(from), k * table);
            ref float cell = ref Unsafe.Add(ref MemoryMarshal.GetReference(all), start * keys + k);
            for (int i = 0; i < offsets.Length; i++)
            {
                Unsafe.Add(ref target, Unsafe.Add(ref rows, offsets[i] + k)) += cell;
                cell = ref Unsafe.Add(ref cell, keys);
            }
        }
    }

    private static void SumToPosition(ReadOnlySpan<float> cells, Span<float> to, ReadOnlySpan<int> rows)
    {
        int current = rows[0];
        float sum = 0;
        for (int k = 0; k < cells.Length; k++)
        {
            if (rows[k] != current)
            {
                to[current] = sum;
                current = rows[k];
                sum = 0;
            }

            sum += cells[k];
        }

        to[current] = sum;
    }

    private static void Softmax(Span<float> cells, float scale)
    {
        TensorPrimitives.Subtract(cells, TensorPrimitives.Max<float>(cells), cells);
        TensorPrimitives.Multiply(cells, scale, cells);
        TensorPrimitives.Exp<float>(cells, cells);
        TensorPrimitives.Multiply(cells, 1 / TensorPrimitives.Sum<float>(cells), cells);
    }

    private static void Offsets(Span<int> offsets, AttentionGeometry geometry, int row, int start, int queries, int keys)
    {
        for (int i = 0; i < offsets.Length; i++)
        {
            offsets[i] = keys - 1 - geometry.Position(row, start + i, queries);
        }
    }

    private static Span<float> Floats(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
