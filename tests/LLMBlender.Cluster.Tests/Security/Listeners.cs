using System.Globalization;
using System.Net;

namespace LLMBlender.Cluster.Tests.Security;

/// <summary>The addresses that a process listens on, as Linux lists them.</summary>
internal static class Listeners
{
    private const string Listening = "0A";

    public static IReadOnlyList<IPEndPoint> Of(int process)
    {
        var own = new DirectoryInfo($"/proc/{process}/fd").GetFiles().Select(static file => file.LinkTarget).OfType<string>().ToHashSet();
        return
        [
            .. new[] { "tcp", "tcp6" }.SelectMany(kind => File.ReadLines($"/proc/{process}/net/{kind}").Skip(1))
                .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Where(fields => fields[3] == Listening && own.Contains($"socket:[{fields[9]}]"))
                .Select(static fields => Parse(fields[1])),
        ];
    }

    // Groups of four bytes in the processor's order, which is the least significant first.
    private static IPEndPoint Parse(string text)
    {
        var parts = text.Split(':');
        var bytes = Convert.FromHexString(parts[0]);
        for (var i = 0; i < bytes.Length; i += 4)
        {
            Array.Reverse(bytes, i, 4);
        }

        return new IPEndPoint(new IPAddress(bytes), int.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }
}
