using LLMBlender.Abstractions;

namespace LLMBlender.Cli.Hosts;

/// <summary>What answers a verb's requests: models in this process, or a running cluster.</summary>
internal interface IBlenderHost : IAsyncDisposable
{
    /// <summary>Answers single requests.</summary>
    IBlender Blender { get; }

    /// <summary>Which models answer, for people.</summary>
    string Title { get; }

    /// <summary>The name of the fuser that a request gets; null where that is not known here.</summary>
    string? FuserOf(BlendRequest request);

    /// <summary>Answers many records, in their order.</summary>
    /// <param name="records">The records, read as there is room for them.</param>
    /// <param name="weight">What a record keeps in memory, roughly: texts' characters and a matrix's entries.</param>
    /// <param name="answer">Answers a record by the blender it is given.</param>
    /// <param name="answered">Called with results in the order of <paramref name="records"/>.</param>
    /// <param name="compared">Called with numbers of pairs as they are compared.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    Task RunAsync<TRecord, TResult>(
        IEnumerable<TRecord> records,
        Func<TRecord, long> weight,
        Func<IBlender, TRecord, CancellationToken, Task<TResult>> answer,
        Action<IReadOnlyList<TResult>> answered,
        Action<int> compared,
        CancellationToken cancellationToken);
}
