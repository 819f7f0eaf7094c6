using System.Diagnostics;

namespace LLMBlender.Benchmarks;

/// <summary>
/// Measures on a processor with AVX-512 what one without it and without VNNI would do: this program with a copy of ONNX Runtime's library in which every question for the widest registers that
/// the system keeps (XGETBV) is answered with those of AVX. libtorch has variables for the same.
/// </summary>
internal static class NarrowRuntime
{
    /// <summary>What multiplies bytes there.</summary>
    public const string Name = "AVX2";

    private const string Library = "libonnxruntime.so";

    // XGETBV, and what follows where its answer is read; push 7 and pop rax, which are as long.
    private static readonly byte[] Question = [0x0f, 0x01, 0xd0];
    private static readonly byte[] Answer = [0x6a, 0x07, 0x58];
    private static readonly byte[][] Readers = [[0x89, 0xc0, 0x48, 0xc1, 0xe2, 0x20], [0xc1, 0xef, 0x1a]];

    /// <summary>Runs this program with the copy.</summary>
    /// <returns>Its exit code.</returns>
    public static int Run(params string[] arguments)
    {
        // Below this program, because it looks for the repository above itself.
        var folder = Path.Combine(AppContext.BaseDirectory, "narrow");
        Delete(folder);
        Directory.CreateDirectory(folder);
        try
        {
            var program = typeof(NarrowRuntime).Assembly.GetName().Name!;
            foreach (var file in Directory.EnumerateFiles(AppContext.BaseDirectory).Where(file => Path.GetFileName(file) != Library))
            {
                var target = Path.Combine(folder, Path.GetFileName(file));
                if (Path.GetFileName(file).StartsWith(program, StringComparison.Ordinal))
                {
                    File.Copy(file, target);
                }
                else
                {
                    File.CreateSymbolicLink(target, file);
                }
            }

            File.WriteAllBytes(Path.Combine(folder, Library), Narrowed(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, Library))));
            var start = new ProcessStartInfo(Environment.ProcessPath!, [.. Path.GetFileName(Environment.ProcessPath) == "dotnet" ? [Path.Combine(folder, program + ".dll")] : (string[])[], .. arguments]);
            if (Path.GetFileName(Environment.ProcessPath) != "dotnet")
            {
                start.FileName = Path.Combine(folder, program);
            }

            (start.Environment["ATEN_CPU_CAPABILITY"], start.Environment["MKL_ENABLE_INSTRUCTIONS"], start.Environment["ONEDNN_MAX_CPU_ISA"]) = ("avx2", "AVX2", "AVX2");
            using var process = Process.Start(start)!;
            process.WaitForExit();
            return process.ExitCode;
        }
        finally
        {
            Delete(folder);
        }
    }

    private static byte[] Narrowed(byte[] library)
    {
        var found = 0;
        for (var i = library.AsSpan().IndexOf(Question); i >= 0;)
        {
            var after = library.AsSpan(i + Question.Length);
            if (Array.Exists(Readers, reader => library.AsSpan(i + Question.Length).StartsWith(reader)))
            {
                Answer.CopyTo(library.AsSpan(i));
                found++;
            }

            var next = after.IndexOf(Question);
            i = next < 0 ? -1 : i + Question.Length + next;
        }

        return found > 0 ? library : throw new InvalidOperationException($"{Library} asks for the widest registers in another way: {nameof(NarrowRuntime)} must learn it");
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
