using System.Diagnostics;
using System.Text.Json.Nodes;
using LLMBlender.Training.Data;
using LLMBlender.Training.Network;
using LLMBlender.Training.Optimization;
using LLMBlender.Training.Teaching;
using static TorchSharp.torch;

namespace LLMBlender.Training.Runs;

/// <summary>
/// A training run. Data, dropout and order follow from the seed and the place in the run, and gradients are summed in a fixed order, so a
/// run that is stopped and resumed ends with the very weights of one that was not, however many workers it has.
/// </summary>
internal sealed class Trainer : IDisposable
{
    // A LayerNorm follows the embeddings, so their scale only decides how slowly training moves them: these are worth keeping.
    private const double CooccurrenceDeviation = 0.3;

    private readonly RunConfig config;
    private readonly RankerTokens tokens;
    private readonly TrainingData data;
    private readonly PairStream stream;
    private readonly PairRankerNetwork network;
    private readonly TokenHead tokenHead;
    private readonly OpinionHead? opinionHead;
    private readonly AdamW optimizer;
    private readonly LossComputer losses;
    private readonly RunCheckpoints checkpoints;
    private readonly RunLog log;
    private readonly Validation validation;
    private readonly Progress progress = new();
    private RunState state;

    /// <exception cref="DataException">Data or configuration can't be used.</exception>
    /// <exception cref="Inference.ModelException">The tokenizer or a checkpoint can't be used.</exception>
    public Trainer(RunConfig config)
    {
        this.config = config;
        Directory.CreateDirectory(config.Out);
        set_num_threads(1);
        tokens = RankerTokens.Load(config.Tokenizer);
        var lexicon = new Lexicon(tokens.Encode);
        data = new TrainingData(config, lexicon, tokens.Texts);
        IReadOnlyDictionary<string, PreferencePool> pools = data.Pools;
        RequirePools(pools);
        stream = new PairStream(pools, data.MadeUp, data.Lessons, tokens.Layout, config.Seed);
        NetworkConfig shape = config.Network.With(tokens);
        shape.Validate("network");
        network = new PairRankerNetwork(shape);
        tokenHead = new TokenHead(shape.HiddenSize);
        opinionHead = data.Lessons is { } lessons ? new OpinionHead(shape.HiddenSize, lessons.Crowds.Count) : null;
        var all = opinionHead is null
            ? new Group(("ranker", network), ("token_head", tokenHead))
            : new Group(("ranker", network), ("token_head", tokenHead), ("opinion_head", opinionHead));
        Initialization.Fill(all, shape.InitializerRange, (int)config.Seed);
        optimizer = new AdamW(all.named_parameters().Select(p => (p.name, (Tensor)p.parameter)), config.Optimizer);
        losses = new LossComputer(
            network, tokenHead, opinionHead, [.. optimizer.Slots.Select(slot => slot.Parameter)],
            new LossOptions(config.LossKind, config.TokenWeight, config.SeamWeight, config.CopyWeight, config.Teacher?.Weight ?? 0, config.HalfProducts));
        checkpoints = new RunCheckpoints(Path.Combine(config.Out, "checkpoints"));
        log = new RunLog(Path.Combine(config.Out, "log.jsonl"));
        validation = new Validation(data, config, lexicon);
        state = checkpoints.Restore(optimizer);
        if (state == RunState.Start)
        {
            Start(shape);
        }
    }

    /// <summary>Raised after each step with its number.</summary>
    public event Action<long>? Stepped;

    public RunState State => state;

    /// <summary>Trains to the end of the last phase, or until <paramref name="stop"/>; leaves a checkpoint and an export.</summary>
    /// <returns>Whether the end was reached.</returns>
    public bool Run(CancellationToken stop)
    {
        log.Write("start", new JsonObject
        {
            ["step"] = state.Step,
            ["parameters"] = network.parameters().Sum(p => p.numel()),
            ["pairs"] = data.Pools.Values.Sum(pool => pool.Count),
            ["held_out_pairs"] = data.HeldOutPairs.Values.Sum(pairs => pairs.Count),
        });
        if (data.Lessons is { } lessons && state == RunState.Start)
        {
            log.Write("teacher", Accuracies(lessons));
        }

        while (state.Phase < config.Phases.Count && !stop.IsCancellationRequested)
        {
            RunPhase(config.Phases[state.Phase], stop);
        }

        checkpoints.Save(optimizer, state);
        Export();
        return state.Phase == config.Phases.Count;
    }

    /// <summary>Writes the current weights in the PairRM-hf layout to export/ of the run.</summary>
    public void Export() => NetworkWeights.Export(network, config.Tokenizer, Path.Combine(config.Out, "export"));

    public void Dispose()
    {
        network.Dispose();
        tokenHead.Dispose();
        opinionHead?.Dispose();
    }

    private void RunPhase(Phase phase, CancellationToken stop)
    {
        int index = state.Phase;
        var window = Window(state.Window);
        while (state.PhaseStep < phase.Steps && !stop.IsCancellationRequested)
        {
            var (current, number) = (window, state.Window + 1);
            var next = Task.Run(() => Window(number), CancellationToken.None);
            RunWindow(phase, current, stop);
            if (state.WindowStep == current.Count)
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

        IReadOnlyList<IReadOnlyList<Batch>> Window(long number) =>
            stream.Window(index, phase.Mixture, number, config.BatchTokens, config.BatchesPerStep);
    }

    private void RunWindow(Phase phase, IReadOnlyList<IReadOnlyList<Batch>> window, CancellationToken stop)
    {
        while (state.WindowStep < window.Count && state.PhaseStep < phase.Steps && !stop.IsCancellationRequested)
        {
            Step(phase, window[state.WindowStep]);
            Stepped?.Invoke(state.Step);
            if (state.Step % config.ValidateEvery == 0)
            {
                log.Write("validation", validation.Run(network, tokens.Layout, phase, state.Step));
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

    private void Step(Phase phase, IReadOnlyList<Batch> batches)
    {
        long start = Stopwatch.GetTimestamp();
        int pairs = batches.Sum(batch => batch.Rows);
        int[] marks = [.. Enumerable.Range(0, TokenMarks.Count).Select(question => batches.Sum(batch => batch.Marks.Totals[question]))];
        var results = new StepResult[batches.Count];
        Parallel.For(0, batches.Count, new ParallelOptions { MaxDegreeOfParallelism = config.Workers }, i =>
        {
            var noise = new Noise();
            noise.Seed(config.Seed, (ulong)state.Step * 4096 + (ulong)i);
            results[i] = losses.Compute(batches[i], pairs, marks, phase.SeamWeight, noise);
        });
        double rate = phase.Rate(state.PhaseStep);
        double norm = optimizer.Step([.. results.Select(result => result.Gradients)], rate);
        state = state with
        {
            Step = state.Step + 1,
            PhaseStep = state.PhaseStep + 1,
            WindowStep = state.WindowStep + 1,
            Tokens = state.Tokens + batches.Sum(batch => (long)batch.Lengths.Sum()),
            Pairs = state.Pairs + pairs,
            Seconds = state.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds,
        };
        progress.Add(results, pairs, norm);
        if (state.Step % config.LogEvery == 0)
        {
            log.Write("step", progress.Report(state, phase.Name, rate));
        }

        foreach (StepResult result in results)
        {
            result.Dispose();
        }
    }

    private JsonObject Accuracies(Lessons lessons)
    {
        var result = new JsonObject();
        var groups = data.TrainPairs.Where(group => group.Key != Lessons.Unjudged)
            .Concat(data.HeldOutPairs.Select(group => KeyValuePair.Create("held-out-" + group.Key, group.Value)));
        foreach (var (tag, pairs) in groups.OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            result[tag] = Math.Round(lessons.Accuracy(pairs), 4);
        }

        return result;
    }

    private void Start(NetworkConfig shape)
    {
        if (config.StartFrom is { } folder)
        {
            NetworkWeights.Load(network, folder);
        }
        else if (config.CooccurrenceEmbeddings)
        {
            StartFromCooccurrences(shape);
        }
    }

    private void StartFromCooccurrences(NetworkConfig shape)
    {
        set_num_threads(config.Workers);
        using Tensor embeddings = CooccurrenceEmbeddings.Compute(
            data.Texts, shape.VocabSize, shape.HiddenSize, CooccurrenceDeviation, (int)config.Seed);
        set_num_threads(1);
        AdamWSlot words = optimizer.Slots.Single(slot => slot.Name.EndsWith("word_embeddings.weight", StringComparison.Ordinal));
        Span<float> rows = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(embeddings.bytes);
        for (int id = 0; id < shape.VocabSize; id++)
        {
            // Pieces that no text holds keep their noise: markers above all.
            Span<float> row = rows.Slice(id * shape.HiddenSize, shape.HiddenSize);
            if (System.Numerics.Tensors.TensorPrimitives.Norm<float>(row) > 1e-3f)
            {
                row.CopyTo(words.Weights[(id * shape.HiddenSize)..]);
            }
        }
    }

    private void RequirePools(IReadOnlyDictionary<string, PreferencePool> pools)
    {
        foreach (Phase phase in config.Phases)
        {
            if (phase.Weights.Keys.FirstOrDefault(tag => tag != Mixture.MadeUp && !pools.ContainsKey(tag)) is { } missing)
            {
                throw new DataException(
                    $"phase {phase.Name}: weights names {missing}, of which there are no pairs; there are {string.Join(", ", pools.Keys.Order())}");
            }
        }
    }
}
