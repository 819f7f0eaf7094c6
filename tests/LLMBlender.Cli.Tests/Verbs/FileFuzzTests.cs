using System.Text;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fuzzing;

namespace LLMBlender.Cli.Tests.Verbs;

/// <summary>Changed files of every verb: read, or refused by name, and never an internal error.</summary>
public sealed class FileFuzzTests(TinyModel tiny) : IDisposable
{
    private const int LinesOfARun = 100;
    private const string Candidates = """[{"model":"a","text":"one two","scores":{"bleu":0.5,"chrf":"0.25"},"decoding_method":"d"},{"model":"b","text":"two"}]""";

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string[], string[]> Records => new()
    {
        { "rank", [$$"""{"id":"r","instruction":"Say.","input":"i","aggregate":"max-wins","candidates":{{Candidates}}}""", """{"id":2,"instruction":"Say.","candidates":["one","two"]}"""], ["rank", "--from", "FILE", "--ranker", "TINY", "--matrix"] },
        { "compare", ["""{"id":"r","instruction":"Say.","a":"one","b":"two"}"""], ["compare", "--from", "FILE", "--ranker", "TINY"] },
        { "fuse", [$$"""{"id":"r","instruction":"Say.","candidates":{{Candidates}},"ranks":[1,2],"fuser":"select"}"""], ["fuse", "--from", "FILE", "--fuser", "select"] },
        { "blend", [$$"""{"id":"r","instruction":"Say.","candidates":{{Candidates}},"fuse_top":1,"trace":true}""", $$"""{"id":"s","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}],"candidates":{{Candidates}}}"""], ["blend", "--from", "FILE", "--ranker", "TINY", "--fuser", "select"] },
        { "tokenize", ["""{"id":"r","text":"one two"}"""], ["tokenize", "--from", "FILE", "--model", "TINY"] },
        { "evaluate", [$$"""{"id":"r","instruction":"Say.","input":"i","output":"one two","candidates":{{Candidates}},"cmp_results":"{\"a,b\": \"A is better\"}","ranks":[1,2],"matrix":[[0,1],[-1,0]],"subset":"s"}"""], ["evaluate", "--from", "FILE", "--rankers", "first,longest", "--metrics", "bleu", "--json", "OUT"] },
        { "calibrate", ["""{"id":1,"instruction":"x","a":"y","b":"z","better":"a"}""", """{"id":2,"prompt":"x","chosen":"y","rejected":"z"}"""], ["calibrate", "--from", "FILE", "--ranker", "TINYCOPY"] },
        {
            "convert",
            [
                """{"pair_id":"p","source":"mmlu","question":"Q","response_A":"right","response_B":"wrong","label":"A>B"}""",
                """{"pair_id":"q","source":"mmlu","question":"Q","response_A":"right","response_B":"wrong","label":"B>A"}""",
            ],
            ["dataset", "convert", "--from", "FILE", "--to", "OUT", "--format", "judgebench"]
        },
        { "convert-unified", ["""{"id":1,"conv_A":[{"role":"user","content":"Q"},{"role":"assistant","content":"wrong"}],"conv_B":[{"role":"user","content":"Q"},{"role":"assistant","content":"right"}],"conv_A_rating":1.0,"conv_B_rating":2.5,"source":"hh"}"""], ["dataset", "convert", "--from", "FILE", "--to", "OUT", "--format", "unified-feedback"] },
        { "convert-helpsteer3", ["""{"domain":"code","context":[{"role":"user","content":"A"}],"response1":"right","response2":"wrong","overall_preference":-2}"""], ["dataset", "convert", "--from", "FILE", "--to", "OUT", "--format", "helpsteer3"] },
        { "convert-helpsteer", ["""{"prompt":"P","response":"a","helpfulness":4,"correctness":3}"""], ["dataset", "convert", "--from", "FILE", "--to", "OUT", "--format", "helpsteer"] },
        { "convert-chosen", ["""{"id":"x","prompt":"Q","chosen":["right"],"rejected":["wrong","worse"],"subset":"Math"}""", "{\"chosen\":\"\\n\\nHuman: Q\\n\\nAssistant: right\",\"rejected\":\"\\n\\nHuman: Q\\n\\nAssistant: wrong\"}", """{"chosen":[{"role":"user","content":"Q"},{"role":"assistant","content":"r"}],"rejected":[{"role":"user","content":"Q"},{"role":"assistant","content":"w"}]}"""], ["dataset", "convert", "--from", "FILE", "--to", "OUT", "--format", "chosen-rejected"] },
        { "from-traffic", [$$"""{"id":"a1","time":"2026-01-01T00:00:00+00:00","panel":"p","ranker":"r","instruction":"Which?","candidates":{{Candidates}},"matrix":[[0,1],[-1,0]],"output":"two"}""", """{"feedback":"a1","time":"2026-01-01T00:00:00+00:00","thumb":"down","chosen":"b","comment":"c"}"""], ["dataset", "from-traffic", "--from", "FOLDER", "--to", "OUT", "--pairs", "PAIRS"] },
        { "route", [$$"""{"id":"r","instruction":"Say.","input":"","candidates":{{Candidates}},"cmp_results":"{\"a,b\": \"A is better\"}"}"""], ["learn", "route", "--from", "FILE", "--to", "OUT"] },
    };

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Records))]
    public async Task Read_ChangedRecords_AreReadOrRefused(string name, string[] valid, string[] command)
    {
        var mutator = new Mutator(Fuzz.Seed);
        var seeds = Array.ConvertAll(valid, Encoding.UTF8.GetBytes);
        var count = Fuzz.Count(300);
        for (var done = 0; done < count; done += LinesOfARun)
        {
            // The first line is as it was: formats are recognised by it.
            byte[] file = [.. Enumerable.Range(0, LinesOfARun).SelectMany(i => (byte[])[.. i < seeds.Length ? seeds[i] : mutator.Next(mutator.Pick(seeds)), (byte)'\n'])];
            var outcome = await RunAsync(file, command);

            Assert.True(
                outcome.Code is ExitCode.Done or ExitCode.SomeFailed or ExitCode.Usage && !outcome.Error.Contains("   at LLMBlender", StringComparison.Ordinal),
                $"{name}: {outcome.Code} {outcome.Error[Math.Max(0, outcome.Error.IndexOf("internal error", StringComparison.Ordinal))..]}\n{Convert.ToBase64String(file)}");
        }
    }

    [Fact]
    public async Task Check_ChangedConfiguration_IsReadOrRefused()
    {
        folder.Write("key", "k");
        string[] valid =
        [
            $$$"""
            {"$schema":"./llmblender.schema.json","Logging":{"LogLevel":{"Default":"Warning"} },"LLMBlender":{"Discover":false,
             "Gateway":{"AllowAnonymous":false,"AllowedOrigins":["https://a.example"],"MaxRequestBytes":1000000,"Callers":[{"Name":"me","KeySha256":"{{{new string('a', 64)}}}","SpendPerDay":1.5,"RequestsPerMinute":5,"Panels":["p"]}]},
             "Backends":[{"Name":"a","Kind":"openai","Url":"http://127.0.0.1:9/v1","Model":"m","KeyFile":"{{{folder.File("key")}}}","AttemptTimeout":"00:00:10","Attempts":2,"MaxConcurrency":4,"PromptPrice":0.5,"CompletionPrice":0.5,"Temperature":0.2},
                         {"Name":"b","Kind":"ollama","Url":"http://127.0.0.1:9","Model":"m","PromptPrice":0.5,"CompletionPrice":0.5}],
             "Scorers":[{"Name":"s","Kind":"tei-rerank","Url":"http://127.0.0.1:9"}],
             "Panels":[{"Name":"p","Ranker":"s","Fuser":"select","Deadline":"00:00:30","Quorum":1,"Grace":"00:00:01","Confidence":0.5,"Stages":[["a"],["b"]],
                        "Variants":[{"Name":"fast","Deadline":"00:00:10"}],"Cache":"00:10:00","Overrides":["members"],"MaxCost":1,"MaxCalls":3}]}}
            """,
            """{"LLMBlender":{"Discover":false,"Backends":[{"Name":"a","Url":"http://127.0.0.1:9/v1","Model":"m"}],"Panels":[{"Name":"p","Members":["a"],"Samples":3,"Ranker":"a","Criteria":["short"],"JudgePrompt":"default","Fuser":"a","FuserPrompt":"{instruction} {candidates}","Agree":2}]}}""",
        ];

        await CheckAsync("c.json", 400, valid);
    }

    [Fact]
    public async Task Check_ChangedLiteLLMFile_IsReadOrRefused() => await CheckAsync(
        "c.yaml",
        400,
        """
        x: &address { api_base: "http://private/v1" }
        y: &key { api_key: none }
        environment_variables: { ADDRESS: "http://private/v1", KEY: none }
        credential_list:
          - { credential_name: local, credential_values: { api_base: "http://private/v1", api_key: none } }
        model_list:
          - { model_name: a, litellm_params: { <<: [*address, *key], model: openai/m, rpm: 60, temperature: 0.5, timeout: 30, max_retries: 2, input_cost_per_token: 0.0000025 } }
          - model_name: b
            litellm_params:
              model: ollama_chat/llama3
              litellm_credential_name: local
            model_info: { mode: chat }
        router_settings: { num_retries: 2 }
        """);

    private async Task CheckAsync(string name, int count, params string[] valid)
    {
        var accepted = await CommandLine.RunAsync("config", "check", folder.Write(name, valid[0]));
        Assert.True(accepted.Code == ExitCode.Done, accepted.Error);
        await Fuzz.RunAsync(count, [.. valid.Select(Encoding.UTF8.GetBytes)], async changed =>
        {
            var outcome = await CommandLine.RunAsync("config", "check", folder.Write(name, changed));
            Assert.True(outcome.Code is ExitCode.Done or ExitCode.Usage or ExitCode.Model, $"{outcome.Code}: {outcome.Error}");
            return outcome.Code == ExitCode.Done;
        });
    }

    private Task<Outcome> RunAsync(byte[] records, string[] command)
    {
        var input = Directory.CreateDirectory(folder.File("in")).FullName;
        var file = folder.Write(Path.Combine("in", "traffic-1.jsonl"), records);
        if (!Directory.Exists(folder.File("model")))
        {
            folder.CopyOf(tiny.Folder, "model");
        }

        return CommandLine.RunAsync(Array.ConvertAll(command, word => word switch
        {
            "FILE" => file,
            "FOLDER" => input,
            "OUT" => folder.File("out"),
            "PAIRS" => folder.File("pairs"),
            "TINY" => tiny.Folder,
            "TINYCOPY" => folder.File("model"),
            _ => word,
        }));
    }
}
