using System.Security.Cryptography;
using LLMBlender.Silo.Sealing;

namespace LLMBlender.Cli.Serving;

/// <summary>
/// The cluster key of processes that only this machine reaches, so that they have one without being given one: a file in the user's folder of application data, made by the first
/// of them. Processes of another user have another key, and do not believe what these write.
/// </summary>
internal static class MachineKey
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnly | UnixFileMode.UserExecute;

    /// <summary>Reads the key, or makes it.</summary>
    /// <param name="report">Receives a message if there can be none.</param>
    public static ClusterKey? Read(Action<string> report) =>
        Read(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), report);

    /// <summary>Reads the key below a folder, or makes it.</summary>
    internal static ClusterKey? Read(string data, Action<string> report)
    {
        try
        {
            if (data.Length == 0)
            {
                throw new IOException("this user has no folder of application data");
            }

            var path = Path.Combine(data, "llmblender", "cluster.key");
            Make(path);
            return ClusterKey.Read(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            report($"whoever can write to Redis is trusted: there is no --cluster-key, and none can be made: {e.Message}");
            return null;
        }
    }

    // Beside it and linked, so that of several processes that start at once all read the first one's.
    private static void Make(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        var (folder, part) = (Path.GetDirectoryName(path)!, $"{path}.{Guid.NewGuid():N}");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnlyFolder);
            options.UnixCreateMode = OwnerOnly;
        }

        using (var writer = new StreamWriter(part, options))
        {
            writer.Write(RandomNumberGenerator.GetHexString(64, lowercase: true) + "\n");
        }

        try
        {
            File.Move(part, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(part);
        }
    }
}
