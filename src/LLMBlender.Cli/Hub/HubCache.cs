using LLMBlender.Records;

namespace LLMBlender.Cli.Hub;

/// <summary>
/// The cache that Hugging Face's tools read and write: <c>models--OWNER--NAME</c> per repository, with <c>blobs/ETAG</c>,
/// <c>snapshots/COMMIT/FILE</c>, which are links to blobs, and <c>refs/REVISION</c>, which contain commits.
/// </summary>
/// <param name="root">The cache's folder.</param>
internal sealed class HubCache(string root)
{
    /// <summary>The cache's folder.</summary>
    public string Root => root;

    /// <summary>The cached commit of a revision; null if it is not cached.</summary>
    public string? FindCommit(HubRepository repository)
    {
        if (repository.IsPinned)
        {
            return repository.Revision;
        }

        var file = Ref(repository);
        try
        {
            return File.Exists(file) && File.ReadAllText(file).Trim() is var commit && HubRepository.IsCommit(commit) ? commit : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{file}: can't be read: {e.Message}", e);
        }
    }

    /// <summary>The folder of a commit's files.</summary>
    public string Snapshot(HubRepository repository, string commit) => Path.Combine(Folder(repository), "snapshots", commit);

    /// <summary>The path of a blob, whether or not it exists.</summary>
    public string Blob(HubRepository repository, string etag) => Path.Combine(Folder(repository), "blobs", etag);

    /// <summary>Adds a blob to a snapshot, as a symbolic link if the system supports links.</summary>
    /// <exception cref="UsageException">The cache can't be written.</exception>
    public void Link(HubRepository repository, string commit, HubFile file) => Write(() =>
    {
        var (folder, blob) = (Snapshot(repository, commit), Blob(repository, file.Etag));
        var path = Path.Combine(folder, file.Name);
        Directory.CreateDirectory(folder);
        if (File.Exists(path))
        {
            return;
        }

        // A link whose blob has been deleted.
        File.Delete(path);
        try
        {
            File.CreateSymbolicLink(path, Path.GetRelativePath(folder, blob));
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException)
        {
            File.Copy(blob, path);
        }
    });

    /// <summary>Writes a revision's commit to <c>refs</c>.</summary>
    /// <exception cref="UsageException">The cache can't be written.</exception>
    public void WriteRef(HubRepository repository, string commit)
    {
        if (!repository.IsPinned)
        {
            Write(() =>
            {
                var file = Ref(repository);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                var written = $"{file}.{Environment.ProcessId}";
                File.WriteAllText(written, commit);
                File.Move(written, file, overwrite: true);
            });
        }
    }

    private string Folder(HubRepository repository) => Path.Combine(root, "models--" + repository.Id.Replace("/", "--", StringComparison.Ordinal));

    private string Ref(HubRepository repository) => Path.Combine([Folder(repository), "refs", .. repository.Revision.Split('/')]);

    private void Write(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{root}: the hub's cache can't be written: {e.Message}", e);
        }
    }
}
