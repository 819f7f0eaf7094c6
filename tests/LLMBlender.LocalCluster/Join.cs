using System.Diagnostics;

namespace LLMBlender.LocalCluster;

/// <summary>How a process that joined under load was used in its first ten seconds.</summary>
/// <param name="Role">Its role.</param>
/// <param name="First">After how many seconds it had done some work; null if it did none.</param>
/// <param name="Done">Its work.</param>
/// <param name="OfAll">The work of all processes of its role in that time.</param>
internal sealed record Join(string Role, double? First, double Done, double OfAll)
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(10);

    /// <summary>Adds a process and watches it.</summary>
    public static async Task<Join> OfAsync(Cluster cluster, string role)
    {
        var joined = await cluster.JoinAsync(role);
        var start = Stopwatch.StartNew();
        var before = await AllAsync(cluster, role);
        double? first = null;
        double done;
        do
        {
            await Task.Delay(TimeSpan.FromSeconds(0.25));
            done = await joined.WorkAsync();
            first ??= done > 0 ? start.Elapsed.TotalSeconds : null;
        }
        while (start.Elapsed < Time);

        return new Join(role, first, done, await AllAsync(cluster, role) - before);
    }

    private static async Task<double> AllAsync(Cluster cluster, string role) =>
        (await Task.WhenAll(cluster.Servers.Where(server => server.Role == role).Select(static server => server.WorkAsync()))).Sum();
}
