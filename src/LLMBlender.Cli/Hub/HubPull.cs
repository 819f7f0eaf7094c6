using LLMBlender.Inference;
using LLMBlender.Records;

namespace LLMBlender.Cli.Hub;

/// <summary>
/// Downloads the files of a repository that an import reads into the cache. If all of them are cached, no request is sent.
/// </summary>
internal sealed class HubPull : IDisposable
{
    private readonly HubSettings settings;
    private readonly HubCache cache;
    private readonly HubClient client;
    private readonly HubRetry retry;
    private readonly PullProgress progress;

    /// <param name="settings">The hub and the cache.</param>
    /// <param name="timeProvider">Measures retry delays.</param>
    /// <param name="progress">Displays the download progress.</param>
    public HubPull(HubSettings settings, TimeProvider timeProvider, PullProgress progress)
    {
        (this.settings, this.progress) = (settings, progress);
        (cache, client, retry) = (new HubCache(settings.CacheFolder), new HubClient(settings, timeProvider), new HubRetry(timeProvider));
    }

    /// <summary>Returns the folder of a repository's files, and their commit, after downloading missing files.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="withWeights">Whether weights are required; false for a backbone, of which only config and tokenizer are read.</param>
    /// <param name="cancellationToken">Cancels the download; downloaded bytes are kept.</param>
    /// <exception cref="UsageException">The repository is not cached and can't be downloaded.</exception>
    /// <exception cref="ModelException">The repository contains no checkpoint, or the content does not match the hub's size or
    /// hash.</exception>
    public async Task<(string Folder, string Commit)> RunAsync(HubRepository repository, bool withWeights, CancellationToken cancellationToken)
    {
        if (cache.FindCommit(repository) is { } known && NeededFiles.AreIn(cache.Snapshot(repository, known), withWeights))
        {
            return (cache.Snapshot(repository, known), known);
        }

        if (settings.IsOffline)
        {
            throw new UsageException($"{repository}: is not, or not whole, in the cache {cache.Root}, and nothing is fetched offline");
        }

        var info = await retry.RunAsync(token => client.GetInfoAsync(repository, token), cancellationToken);
        string[] files = [.. info.Files.Where(NeededFiles.IsPlain)];
        if (!files.Contains(NeededFiles.Config))
        {
            throw new ModelException($"{repository}", $"has no {NeededFiles.Config}: it is not a checkpoint that can be imported");
        }

        foreach (var name in NeededFiles.OfTokenizer(files))
        {
            await FetchAsync(repository, info.Commit, name, cancellationToken);
        }

        if (withWeights)
        {
            await FetchWeightsAsync(repository, info.Commit, files, cancellationToken);
        }

        cache.WriteRef(repository, info.Commit);
        return (cache.Snapshot(repository, info.Commit), info.Commit);
    }

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();

    private async Task FetchWeightsAsync(HubRepository repository, string commit, string[] files, CancellationToken cancellationToken)
    {
        var weights = NeededFiles.OfWeights(files)
            ?? throw new ModelException($"{repository}", $"has no weights that import reads; its files are {string.Join(", ", files.Take(12))}");
        await FetchAsync(repository, commit, weights, cancellationToken);
        if (!NeededFiles.IsIndex(weights))
        {
            return;
        }

        foreach (var shard in NeededFiles.Shards(Path.Combine(cache.Snapshot(repository, commit), weights)))
        {
            await FetchAsync(repository, commit, shard, cancellationToken);
        }
    }

    private async Task FetchAsync(HubRepository repository, string commit, string name, CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(cache.Snapshot(repository, commit), name)))
        {
            return;
        }

        var file = await retry.RunAsync(token => client.GetFileAsync(repository, commit, name, token), cancellationToken);
        var blob = cache.Blob(repository, file.Etag);
        if (!File.Exists(blob))
        {
            var download = new FileDownload(client, retry, repository, commit);
            await download.RunAsync(file, blob, progress.Begin(file), cancellationToken);
        }

        cache.Link(repository, commit, file);
    }
}
