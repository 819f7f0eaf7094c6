using System.Text.RegularExpressions;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Containers;

/// <summary>The image's Dockerfile, read.</summary>
internal sealed partial class Dockerfile
{
    private Dockerfile(Dictionary<string, string> arguments, IReadOnlyList<Stage> stages) => (Arguments, Stages) = (arguments, stages);

    /// <summary>Its file.</summary>
    public static string Path { get; } = Repository.File("deploy", "Dockerfile");

    /// <summary>Arguments before the first stage, with their defaults.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; }

    public IReadOnlyList<Stage> Stages { get; }

    /// <summary>The stage of a name.</summary>
    public Stage this[string name] => Stages.Single(stage => stage.Name == name);

    /// <summary>Reads it.</summary>
    public static Dockerfile Read()
    {
        var arguments = new Dictionary<string, string>();
        var stages = new List<Stage>();
        var text = Continued().Replace(string.Join('\n', File.ReadLines(Path).Where(line => !line.StartsWith('#') && line.Trim().Length > 0)), " ");
        foreach (var (name, rest) in text.Split('\n').Select(line => (line[..line.IndexOf(' ')], line[(line.IndexOf(' ') + 1)..].Trim())))
        {
            if (name == "ARG" && stages.Count == 0)
            {
                arguments.Add(rest.Split('=')[0], rest[(rest.IndexOf('=') + 1)..]);
            }
            else if (name == "FROM")
            {
                var words = rest.Split(' ');
                stages.Add(new Stage(words[2], Argument().Replace(words[0], match => arguments[match.Groups[1].Value]), []));
            }
            else
            {
                stages[^1].Instructions.Add((name, rest));
            }
        }

        return new Dockerfile(arguments, stages);
    }

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continued();

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Argument();

    /// <summary>A stage.</summary>
    internal sealed record Stage(string Name, string Base, List<(string Name, string Text)> Instructions)
    {
        /// <summary>What follows each instruction of a name.</summary>
        public IEnumerable<string> All(string name) => Instructions.Where(instruction => instruction.Name == name).Select(instruction => instruction.Text);
    }
}
