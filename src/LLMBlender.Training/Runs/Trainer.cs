using System.Text.Json.Nodes;
using LLMBlender.Training.Data;
using LLMBlender.Training.Network;
using LLMBlender.Training.Optimization;
using LLMBlender.Training.Teaching;
using static TorchSharp.torch;

namespace LLMBlender.Training.Runs;

/// <summary>A pair ranker's training run; dropout, too, follows from the seed and the place in the run.</summary>
internal sealed class Trainer : TrainingRun<RankerPhase, Batch>
{
    private readonly RankerRunConfig config;
    private readonly RankerTokens tokens;
    private readonly TrainingData data;
    private readonly PairStream stream;
    private readonly PairRankerNetwork network;
    private readonly TokenHead tokenHead;
    private readonly TeacherLabelHead? teacherHead;
    private readonly AdamW optimizer;
    private readonly LossComputer losses;
    private readonly Validation validation;

    /// <exception cref="DataException">Data or configuration can't be used.</exception>
    /// <exception cref="Inference.ModelException">The tokenizer or a checkpoint can't be used.</exception>
    public Trainer(RankerRunConfig config)
        : base(config, new Progress("pairs", perStep: true))
    {
        this.config = config;
        tokens = RankerTokens.Load(config.Tokenizer);
        var lexicon = new Lexicon(tokens.Encode);
        data = new TrainingData(config, lexicon, tokens.Texts);
        IReadOnlyDictionary<string, PreferencePool> pools = data.Pools;
        config.RequirePools(pools);
        stream = new PairStream(pools, data.MadeUp, data.TeacherLabels, tokens.Layout, config.Seed);
        NetworkConfig shape = config.Network.With(tokens);
        shape.Validate("network");
        network = new PairRankerNetwork(shape);
        tokenHead = new TokenHead(shape.HiddenSize);
        teacherHead = data.TeacherLabels is { } teacherLabels ? new TeacherLabelHead(shape.HiddenSize, teacherLabels.Crowds.Count) : null;
        var all = teacherHead is null
            ? new Group(("ranker", network), ("token_head", tokenHead))
            : new Group(("ranker", network), ("token_head", tokenHead), ("opinion_head", teacherHead));
        Initialization.Fill(all, shape.InitializerRange, (int)config.Seed);
        optimizer = new AdamW(all.named_parameters().Select(p => (p.name, (Tensor)p.parameter)), config.Optimizer);
        losses = new LossComputer(
            network, tokenHead, teacherHead, [.. optimizer.Slots.Select(slot => slot.Parameter)],
            new LossOptions(config.LossKind, config.TokenWeight, config.SeamWeight, config.CopyWeight, config.Teacher?.Weight ?? 0, config.HalfProducts));
        validation = new Validation(data, config, lexicon);
        if (!Restore())
        {
            Start(shape);
        }
    }

    protected override AdamW Optimizer => optimizer;

    /// <summary>Writes the current weights in the PairRM-hf layout to export/ of the run.</summary>
    public override void Export() => NetworkWeights.Export(network, network.Config.ToJson(), config.Tokenizer, Path.Combine(config.Out, "export"));

    protected override void Dispose(bool disposing)
    {
        network.Dispose();
        tokenHead.Dispose();
        teacherHead?.Dispose();
    }

    protected override void Begin()
    {
        Log.Write("start", new JsonObject
        {
            ["step"] = State.Step,
            ["parameters"] = network.parameters().Sum(p => p.numel()),
            ["pairs"] = data.Pools.Values.Sum(pool => pool.Count),
            ["held_out_pairs"] = data.HeldOutPairs.Values.Sum(pairs => pairs.Count),
        });
        if (data.TeacherLabels is { } teacherLabels && State == RunState.Start)
        {
            Log.Write("teacher", Accuracies(teacherLabels));
        }
    }

    protected override IReadOnlyList<IReadOnlyList<Batch>> Window(int index, RankerPhase phase, long number) =>
        stream.Window(index, phase.Mixture, number, config.BatchTokens, config.BatchesPerStep);

    protected override StepResult Compute(RankerPhase phase, IReadOnlyList<Batch> step, int batch)
    {
        int[] marks = [.. Enumerable.Range(0, TokenMarks.Count).Select(question => step.Sum(one => one.Marks.Totals[question]))];
        var noise = new Noise();
        noise.Seed(config.Seed, (ulong)State.Step * 4096 + (ulong)batch);
        return losses.Compute(step[batch], step.Sum(one => one.Rows), marks, phase.SeamWeight, noise);
    }

    protected override BatchSize Size(Batch batch) => new(batch.Lengths.Sum(), batch.Rows, batch.Rows);

    protected override JsonObject Validate(RankerPhase phase) => validation.Run(network, tokens.Layout, phase, State.Step);

    private JsonObject Accuracies(TeacherLabels teacherLabels)
    {
        var result = new JsonObject();
        var groups = data.TrainPairs.Where(group => group.Key != TeacherLabels.Unjudged)
            .Concat(data.HeldOutPairs.Select(group => KeyValuePair.Create("held-out-" + group.Key, group.Value)));
        foreach (var (tag, pairs) in groups.OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            result[tag] = Math.Round(teacherLabels.Accuracy(pairs), 4);
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
            CooccurrenceStart.Fill(optimizer, data.Texts, shape, config);
        }
    }
}
