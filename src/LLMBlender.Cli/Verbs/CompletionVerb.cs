using System.CommandLine;

namespace LLMBlender.Cli.Verbs;

/// <summary><c>completion</c>: the script with which a shell completes verbs, options and their values.</summary>
internal static class CompletionVerb
{
    private const string Details = """
        The script asks this program for the words that can follow.

        bash:        llmblender completion bash > ~/.local/share/bash-completion/completions/llmblender
        zsh:         llmblender completion zsh > "${fpath[1]}/_llmblender"
        fish:        llmblender completion fish > ~/.config/fish/completions/llmblender.fish
        PowerShell:  llmblender completion powershell >> $PROFILE
        """;

    // System.CommandLine's directive [suggest:POSITION] prints the words that can stand at a position of a line, one a line.
    private const string Bash = """
        _llmblender() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$(llmblender "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _llmblender llmblender

        """;

    private const string Zsh = """
        #compdef llmblender
        _llmblender() {
            local -a words_found
            words_found=(${(f)"$(llmblender "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)"})
            compadd -a words_found
            _files
        }
        if [ "$funcstack[1]" = _llmblender ]; then _llmblender; else compdef _llmblender llmblender; fi

        """;

    private const string Fish = """
        complete -c llmblender -a '(set -l line (commandline -cp); llmblender "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)'

        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName llmblender -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            llmblender "[suggest:$cursorPosition]" "$commandAst" 2>$null |
                Where-Object { $_ -like "$wordToComplete*" } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }

        """;

    private static readonly (string Name, string Script)[] Shells = [("bash", Bash), ("zsh", Zsh), ("fish", Fish), ("powershell", PowerShell)];

    /// <summary>The verb.</summary>
    public static Verb Create()
    {
        var verb = new Verb("completion", "Print the script that completes this program's arguments in a shell.", Details);
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", Shells.Select(static one => one.Name)) };
        shell.AcceptOnlyFromAmong([.. Shells.Select(static one => one.Name)]);
        verb.Arguments.Add(shell);
        verb.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.Write(Array.Find(Shells, one => one.Name == parsed.GetValue(shell)).Script.ReplaceLineEndings("\n"));
            return ExitCode.Done;
        });
        return verb;
    }
}
