using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LLMBlender.Gateway.Recording;

/// <summary>
/// Writes records to files of JSON Lines in a folder, in the background. A full or missing disk costs records and never a request: what can't be written is
/// counted and logged. The oldest files are deleted when the folder is full.
/// </summary>
internal sealed class TrafficLog(IOptions<GatewayOptions> options, TrafficMetrics metrics, TimeProvider timeProvider, ILogger<TrafficLog> logger) : BackgroundService
{
    /// <summary>What the names of its files begin with.</summary>
    public const string Prefix = "traffic-";

    // Records that wait for the disk; each may be as large as a request.
    private const int MaxWaiting = 256;

    private readonly Channel<byte[]> waiting = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private FileStream? file;
    private int files;
    private bool isFailing;

    private RecordingOptions Options => options.Value.Recording;

    /// <summary>Whether there is a folder to write to.</summary>
    public bool IsOn => Options.Folder is not null;

    /// <summary>Adds a record. It never waits and never fails.</summary>
    /// <param name="line">One JSON object in UTF-8, without a line break.</param>
    public void Add(byte[] line)
    {
        if (!waiting.Writer.TryWrite(line))
        {
            metrics.Count("dropped");
        }
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // What was accepted is written before the process ends.
        waiting.Writer.TryComplete();
        if (ExecuteTask is { } writing)
        {
            await writing.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        file?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var line in waiting.Reader.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                await WriteAsync(line);
                metrics.Count("written");
                isFailing = false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                metrics.Count("failed");
                if (!isFailing)
                {
                    logger.NotRecorded(Options.Folder ?? "", e.Message);
                }

                isFailing = true;
                file?.Dispose();
                file = null;
            }
        }
    }

    private async Task WriteAsync(byte[] line)
    {
        file ??= Open();
        if (file.Length > 0 && file.Length + line.Length > Options.MaxFileBytes)
        {
            await file.DisposeAsync();
            file = null;
            file = Open();
        }

        // In one write, so that a reader and a full disk see whole lines or a last one without an end.
        await file.WriteAsync((byte[])[.. line, (byte)'\n']);
        await file.FlushAsync();
    }

    private FileStream Open()
    {
        var folder = Directory.CreateDirectory(Options.Folder!);
        var name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{timeProvider.GetUtcNow():yyyyMMdd-HHmmss}-{Environment.MachineName}-{Environment.ProcessId}-{files++}.jsonl");
        var opened = new FileStream(Path.Combine(folder.FullName, name), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        DeleteOldest(folder, opened.Name);
        return opened;
    }

    // Leaves room for the new file. Names begin with the time.
    private void DeleteOldest(DirectoryInfo folder, string own)
    {
        var all = folder.GetFiles($"{Prefix}*.jsonl").Where(other => other.FullName != own).OrderBy(static other => other.Name, StringComparer.Ordinal).ToArray();
        var size = all.Sum(static other => other.Length) + Options.MaxFileBytes;
        foreach (var oldest in all)
        {
            if (size <= Options.MaxBytes)
            {
                return;
            }

            size -= oldest.Length;
            oldest.Delete();
        }
    }
}
