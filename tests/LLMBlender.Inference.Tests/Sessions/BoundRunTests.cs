using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Sessions;

namespace LLMBlender.Inference.Tests.Sessions;

public sealed class BoundRunTests(TinyRanker tiny) : IClassFixture<TinyRanker>
{
    private const int Length = 24;

    [Fact]
    public void Run_ShapesInAnyOrder_GivesWhatUnboundRunsGive()
    {
        using var session = Session();
        using var run = new BoundRun(session, "logits");

        Assert.All((int[])[2, 7, 1, 7, 2, 30, 7], rows =>
        {
            Fill(run, rows, seed: rows);
            run.Run();

            Assert.Equal(Unbound(session, rows, seed: rows), run.Output.ToArray());
        });

        // Those of 2, 7 and 1; after memory grew for 30, those of 30 and 7.
        Assert.InRange(run.BindingsMade, 4, 6);
    }

    [Fact]
    public void Run_KnownShape_AllocatesAndBindsNothing()
    {
        using var session = Session();
        using var run = new BoundRun(session, "logits");
        for (var i = 0; i < 3; i++)
        {
            Fill(run, 8, i);
            run.Run();
        }

        const int Batches = 20;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Batches; i++)
        {
            Fill(run, 8, i);
            run.Run();
        }

        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / Batches;
        Assert.True(each < 64, $"{each} bytes a batch");
        Assert.Equal(1, run.BindingsMade);
    }

    // Every 256th run of the process gives memory back.
    [Fact]
    public void Run_WhileMemoryIsGivenBack_StaysRight()
    {
        using var session = Session();
        using var run = new BoundRun(session, "logits");
        var expected = Unbound(session, 2, seed: 1);

        for (var i = 0; i < 600; i++)
        {
            Fill(run, 2, seed: 1);
            run.Run();

            Assert.Equal(expected, run.Output.ToArray());
        }
    }

    [Fact]
    public void Run_MoreShapesThanAreKept_StaysRight()
    {
        const int MostShapes = 5;
        using var session = Session();
        using var run = new BoundRun(session, "logits", MostShapes);
        Fill(run, 3 * MostShapes, seed: 1);
        run.Run();

        for (var rows = 1; rows <= 3 * MostShapes; rows++)
        {
            Fill(run, rows, rows);
            run.Run();

            Assert.Equal(Unbound(session, rows, rows), run.Output.ToArray());
        }
    }

    [Fact]
    public void Take_WhileOthersAreTaken_GivesEachItsOwnMemory()
    {
        using var session = Session();
        using var runs = new BoundRuns(session, "logits");
        var (first, second) = (runs.Take(), runs.Take());
        Fill(first, 2, 1);
        Fill(second, 2, 2);
        first.Run();
        second.Run();

        Assert.Equal(Unbound(session, 2, 1), first.Output.ToArray());
        Assert.Equal(Unbound(session, 2, 2), second.Output.ToArray());
        runs.Return(first);
        Assert.Same(first, runs.Take());
        runs.Return(first);
        runs.Return(second);
    }

    [Fact]
    public void Input_OfAnotherType_IsRefused()
    {
        using var session = Session();
        using var run = new BoundRun(session, "logits");
        run.Begin(1, Length);

        Assert.Throws<ArgumentException>(() => run.Input<long>("input_ids").Length);
        Assert.True(run.Input<int>("token_type_ids").IsEmpty);
    }

    private OnnxSession Session() => new(Path.Combine(tiny.Folder(Precision.Float32), ModelFolder.GraphFile), Accelerator.Cpu, threads: 1);

    private static void Fill(BoundRun run, int rows, int seed)
    {
        run.Begin(rows, Length);
        Fill(run.Input<int>("input_ids"), run.Input<int>("attention_mask"), run.Input<long>("markers"), seed);
    }

    private static void Fill(Span<int> ids, Span<int> mask, Span<long> markers, int seed)
    {
        mask.Fill(1);
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = 4 + (((i * 13) + (seed * 7)) % 90);
        }

        for (var i = 0; i < markers.Length; i++)
        {
            markers[i] = 1 + (i % 3 * 8);
        }
    }

    private static float[] Unbound(OnnxSession session, int rows, int seed)
    {
        var (ids, mask, markers) = (new int[rows * Length], new int[rows * Length], new long[3 * rows]);
        Fill(ids, mask, markers, seed);
        using var inputs = new InputSet(session, [rows, Length]);
        inputs.Add("input_ids", ids);
        inputs.Add("attention_mask", mask);
        inputs.Add("markers", markers, [rows, 3]);
        using var outputs = inputs.Run("logits");
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
