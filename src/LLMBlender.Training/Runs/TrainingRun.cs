using System.Diagnostics;
using System.Text.Json.Nodes;
using LLMBlender.Training.Optimization;

namespace LLMBlender.Training.Runs;

/// <summary>
/// What all training runs share: phases of windows of steps of batches. Data and order follow from the place in the run, and gradients
/// are summed in a fixed order, so a run that is stopped and resumed ends with the very weights of one that was not, however many
/// workers it has.
/// </summary>
/// <typeparam name="TPhase">A stretch of the run.</typeparam>
/// <typeparam name="TBatch">What is computed at once.</typeparam>
internal abstract class TrainingRun<TPhase, TBatch> : ITrainingRun
    where TPhase : Phase
{
    private readonly RunConfig<TPhase> config;
    private readonly Progress progress;
    private readonly RunCheckpoints checkpoints;

    protected TrainingRun(RunConfig<TPhase> config, Progress progress)
    {
        (this.config, this.progress) = (config, progress);
        Directory.CreateDirectory(config.Out);
        TorchSharp.torch.set_num_threads(1);
        checkpoints = new RunCheckpoints(Path.Combine(config.Out, "checkpoints"));
        Log = new RunLog(Path.Combine(config.Out, "log.jsonl"));
    }

    /// <inheritdoc/>
    public event Action<long>? Stepped;

    /// <inheritdoc/>
    public RunState State { get; private set; } = RunState.Start;

    protected RunLog Log { get; }

    protected abstract AdamW Optimizer { get; }

    /// <inheritdoc/>
    public bool Run(CancellationToken stop)
    {
        Begin();
        while (State.Phase < config.Phases.Count && !stop.IsCancellationRequested)
        {
            RunPhase(config.Phases[State.Phase], stop);
        }

        checkpoints.Save(Optimizer, State);
        Export();
        return State.Phase == config.Phases.Count;
    }

    /// <summary>Writes the current weights to export/ of the run.</summary>
    public abstract void Export();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Restores weights and place from the newest checkpoint.</summary>
    /// <returns>Whether there was one.</returns>
    protected bool Restore()
    {
        State = checkpoints.Restore(Optimizer);
        return State != RunState.Start;
    }

    protected abstract void Dispose(bool disposing);

    /// <summary>Called before the first step of this session.</summary>
    protected abstract void Begin();

    /// <summary>The steps of a window, each a few batches; asked for on another thread, one at a time.</summary>
    protected abstract IReadOnlyList<IReadOnlyList<TBatch>> Window(int index, TPhase phase, long number);

    /// <summary>Computes one batch of a step; called from several threads at once.</summary>
    protected abstract StepResult Compute(TPhase phase, IReadOnlyList<TBatch> step, int batch);

    /// <summary>What a batch counts for in the run's totals and the report's means.</summary>
    protected abstract BatchSize Size(TBatch batch);

    /// <summary>Measures the network on what it isn't trained on.</summary>
    protected abstract JsonObject Validate(TPhase phase);

    private void RunPhase(TPhase phase, CancellationToken stop)
    {
        int index = State.Phase;
        var window = Window(index, phase, State.Window);
        while (State.PhaseStep < phase.Steps && !stop.IsCancellationRequested)
        {
            long number = State.Window + 1;
            var next = Task.Run(() => Window(index, phase, number), CancellationToken.None);
            RunWindow(phase, window, stop);
            if (State.WindowStep == window.Count)
            {
                State = State with { Window = number, WindowStep = 0 };
            }

            // Waited for even where it is not needed: the stream serves one window at a time.
            window = next.GetAwaiter().GetResult();
        }

        if (State.PhaseStep >= phase.Steps)
        {
            State = State with { Phase = index + 1, PhaseStep = 0, Window = 0, WindowStep = 0 };
        }
    }

    private void RunWindow(TPhase phase, IReadOnlyList<IReadOnlyList<TBatch>> window, CancellationToken stop)
    {
        while (State.WindowStep < window.Count && State.PhaseStep < phase.Steps && !stop.IsCancellationRequested)
        {
            Step(phase, window[State.WindowStep]);
            Stepped?.Invoke(State.Step);
            if (State.Step % config.ValidateEvery == 0)
            {
                Log.Write("validation", Validate(phase));
            }

            if (State.Step % config.ExportEvery == 0)
            {
                Export();
            }

            if (State.Step % config.CheckpointEvery == 0)
            {
                checkpoints.Save(Optimizer, State);
            }
        }
    }

    private void Step(TPhase phase, IReadOnlyList<TBatch> batches)
    {
        long start = Stopwatch.GetTimestamp();
        var results = new StepResult[batches.Count];
        Parallel.For(0, batches.Count, new ParallelOptions { MaxDegreeOfParallelism = config.Workers }, i => results[i] = Compute(phase, batches, i));
        double rate = phase.Rate(State.PhaseStep);
        double norm = Optimizer.Step([.. results.Select(result => result.Gradients)], rate);
        BatchSize[] sizes = [.. batches.Select(Size)];
        State = State with
        {
            Step = State.Step + 1,
            PhaseStep = State.PhaseStep + 1,
            WindowStep = State.WindowStep + 1,
            Tokens = State.Tokens + sizes.Sum(size => size.Tokens),
            Pairs = State.Pairs + sizes.Sum(size => size.Records),
            Seconds = State.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
        progress.Add(results, sizes.Sum(size => size.Asked), norm);
        if (State.Step % config.LogEvery == 0)
        {
            Log.Write("step", progress.Report(State, phase.Name, rate));
        }

        foreach (StepResult result in results)
        {
            result.Dispose();
        }
    }
}
