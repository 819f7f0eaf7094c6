namespace LLMBlender.Gateway;

/// <summary>Where the blends of panels with <c>Record</c> are recorded: files of JSON Lines that are kept up to a size.</summary>
public sealed class RecordingOptions
{
    /// <summary>The folder, which may be a mount; null to record nothing. Each process writes files of its own.</summary>
    public string? Folder { get; set; }

    /// <summary>The size from which a new file is begun, in bytes; at least 64 KiB.</summary>
    public long MaxFileBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>The size of all files of the folder from which the oldest are deleted, in bytes; at least <see cref="MaxFileBytes"/>.</summary>
    public long MaxBytes { get; set; } = 1024L * 1024 * 1024;
}
