using System.Diagnostics;
using System.Text.Json.Nodes;
using LLMBlender.Training.Data;
using LLMBlender.Training.Fusion.Data;
using LLMBlender.Training.Fusion.Network;
using LLMBlender.Training.Network;
using LLMBlender.Training.Optimization;
using LLMBlender.Training.Runs;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Runs;

/// <summary>
/// A fuser's training run. Data and order follow from the seed and the place in the run, and gradients are summed in a fixed order, so a
/// run that is stopped and resumed ends with the very weights of one that was not, however many workers it has.
/// </summary>
internal sealed class FuserTrainer : IDisposable
{
    private readonly FuserRunConfig config;
    private readonly FusionStream stream;
    private readonly FuserNetwork network;
    private readonly AdamW optimizer;
    private readonly FuserLoss losses;
    private readonly RunCheckpoints checkpoints;
    private readonly RunLog log;
    private readonly FuserValidation validation;
    private readonly FuserProgress progress = new();
    private RunState state;

    /// <exception cref="DataException">Data or configuration can't be used.</exception>
    /// <exception cref="Inference.ModelException">The tokenizer or a checkpoint can't be used.</exception>
    public FuserTrainer(FuserRunConfig config)
    {
        this.config = config;
        Directory.CreateDirectory(config.Out);
        set_num_threads(1);
        FuserTokens tokens = FuserTokens.Load(config.Tokenizer);
        var corpus = new FusionCorpus(config.Corpus, tokens);
        stream = new FusionStream(corpus.Training, tokens, config.Seed);
        validation = new FuserValidation(corpus.HeldOutRecords, tokens, config);
        network = new FuserNetwork(config.Network.With(tokens));
        optimizer = new AdamW(network.named_parameters().Select(p => (p.name, (Tensor)p.parameter)), config.Optimizer);
        losses = new FuserLoss(network, [.. optimizer.Slots.Select(slot => slot.Parameter)], config.HalfProducts);
        checkpoints = new RunCheckpoints(Path.Combine(config.Out, "checkpoints"));
        log = new RunLog(Path.Combine(config.Out, "log.jsonl"));
        state = checkpoints.Restore(optimizer);
        if (state == RunState.Start)
        {
            Start();
        }

        log.Write("start", new JsonObject
        {
            ["step"] = state.Step,
            ["parameters"] = network.parameters().Sum(p => p.numel()),
            ["texts"] = corpus.TrainingTexts,
            ["held_out_texts"] = corpus.HeldOutTexts,
        });
    }

    /// <summary>Raised after each step with its number.</summary>
    public event Action<long>? Stepped;

    public RunState State => state;

    /// <summary>Trains to the end of the last phase, or until <paramref name="stop"/>; leaves a checkpoint and an export.</summary>
    /// <returns>Whether the end was reached.</returns>
    public bool Run(CancellationToken stop)
    {
        if (state == RunState.Start)
        {
            Validate();
        }

        while (state.Phase < config.Phases.Count && !stop.IsCancellationRequested)
        {
            RunPhase(config.Phases[state.Phase], stop);
        }

        checkpoints.Save(optimizer, state);
        Export();
        return state.Phase == config.Phases.Count;
    }

    public void Dispose() => network.Dispose();

    private void Start()
    {
        if (config.StartFrom is { } folder)
        {
            NetworkWeights.Load(network, folder);
        }
        else if (config.CopyingStart)
        {
            CopyingStart.Fill(network, (int)config.Seed);
        }
        else
        {
            FuserInitialization.Fill(network, (int)config.Seed);
        }
    }

    private void Export() => FuserExport.Write(network, config.Tokenizer, Path.Combine(config.Out, "export"));

    private void Validate() => log.Write("validation", validation.Run(network, losses, state.Step));

    private void RunPhase(FuserPhase phase, CancellationToken stop)
    {
        int index = state.Phase;
        var window = Window(state.Window);
        while (state.PhaseStep < phase.Steps && !stop.IsCancellationRequested)
        {
            long number = state.Window + 1;
            var next = Task.Run(() => Window(number), CancellationToken.None);
            RunWindow(phase, window, stop);
            if (state.WindowStep == window.Count)
            {
                state = state with { Window = number, WindowStep = 0 };
            }

            // Waited for even where it is not needed: the stream serves one window at a time.
            window = next.GetAwaiter().GetResult();
        }

        if (state.PhaseStep >= phase.Steps)
        {
            state = state with { Phase = index + 1, PhaseStep = 0, Window = 0, WindowStep = 0 };
        }

        IReadOnlyList<IReadOnlyList<FusionBatch>> Window(long at) =>
            stream.Window(index, phase.Recipe, at, config.BatchTokens, config.BatchesPerStep);
    }

    private void RunWindow(FuserPhase phase, IReadOnlyList<IReadOnlyList<FusionBatch>> window, CancellationToken stop)
    {
        while (state.WindowStep < window.Count && state.PhaseStep < phase.Steps && !stop.IsCancellationRequested)
        {
            Step(phase, window[state.WindowStep]);
            Stepped?.Invoke(state.Step);
            if (state.Step % config.ValidateEvery == 0)
            {
                Validate();
            }

            if (state.Step % config.ExportEvery == 0)
            {
                Export();
            }

            if (state.Step % config.CheckpointEvery == 0)
            {
                checkpoints.Save(optimizer, state);
            }
        }
    }

    private void Step(FuserPhase phase, IReadOnlyList<FusionBatch> batches)
    {
        long start = Stopwatch.GetTimestamp();
        int tokens = batches.Sum(batch => batch.Wanted.Length);
        var results = new FuserStepResult[batches.Count];
        Parallel.For(0, batches.Count, new ParallelOptions { MaxDegreeOfParallelism = config.Workers }, i =>
        {
            results[i] = losses.Compute(batches[i], tokens);
        });
        double rate = phase.Rate(state.PhaseStep);
        double norm = optimizer.Step([.. results.Select(result => result.Gradients)], rate);
        state = state with
        {
            Step = state.Step + 1,
            PhaseStep = state.PhaseStep + 1,
            WindowStep = state.WindowStep + 1,
            Tokens = state.Tokens + batches.Sum(batch => (long)batch.SourceLengths.Sum() + batch.Wanted.Length),
            Pairs = state.Pairs + batches.Sum(batch => batch.Rows),
            Seconds = state.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
        progress.Add(results, tokens, norm);
        if (state.Step % config.LogEvery == 0)
        {
            log.Write("step", progress.Report(state, phase.Name, rate));
        }

        foreach (FuserStepResult result in results)
        {
            result.Dispose();
        }
    }
}
