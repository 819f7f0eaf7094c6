using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>What the running server exports, against what the table, the dashboards and the alert rules say of it.</summary>
public sealed class MetricsTests(BusyServer server) : IClassFixture<BusyServer>
{
    // Prometheus and its scrape configuration add these to what is scraped; the series are its own.
    private static readonly string[] Added = ["cluster", "instance", "job", "le", "namespace", "release"];
    private static readonly string[] Own = ["up"];

    public static TheoryData<string> Dashboards => [.. Files.Dashboards.Select(file => Path.GetFileName(file)!)];

    [Fact]
    public void Table_NamesTypesAndLabels_AreWhatIsExported()
    {
        var exported = server.Scrape.Types
            .Where(metric => metric.Key.StartsWith("llmblender_", StringComparison.Ordinal) || metric.Key.StartsWith("gen_ai_", StringComparison.Ordinal))
            .Select(metric => $"{metric.Key} {metric.Value} {string.Join(',', server.Scrape.OwnLabelsOf(metric.Key))}");
        var described = Files.Table().Select(row => $"{row.Name} {row.Type} {string.Join(',', row.Labels)}");

        Assert.Equal(described.Order(StringComparer.Ordinal), exported.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void Dashboard_Queries_NameWhatIsExported(string file)
    {
        var queries = Files.Queries(Repository.File("helm", "llmblender", "files", "dashboards", file));

        Assert.True(queries.Count >= 6);
        Assert.Empty(queries.SelectMany(query => Missing(query.Expression).Select(problem => $"{query.Panel}: {problem}")));
    }

    [Fact]
    public void Alerts_Expressions_NameWhatIsExported() =>
        Assert.Empty(Files.Rules().SelectMany(rule => Missing(rule.Expression).Select(problem => $"{rule.Name}: {problem}")));

    [Fact]
    public void Labels_OfAnything_HoldNothingOutOfARequest()
    {
        Assert.DoesNotContain(BusyServer.Stray, server.Scrape.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("What is", server.Scrape.Text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Counts_AfterKnownRequests_AreTheClientsOwn()
    {
        var scrape = server.Scrape;

        // Those that were answered whole, and the streamed one.
        Assert.Equal(BusyServer.Blends + 1, scrape.Sum("gen_ai_workflow_duration_seconds_count", ("gen_ai_workflow_name", "both")));
        Assert.Equal(1, scrape.Sum("gen_ai_workflow_duration_seconds_count", ("gen_ai_workflow_name", "dead"), ("error_type", "faulted")));
        Assert.Equal(1, scrape.Sum("llmblender_panel_inquiries_total", ("panel", "lame"), ("result", "enough")));
        Assert.Equal(1, scrape.Sum("llmblender_panel_inquiries_total", ("panel", "dead"), ("result", "too_few")));

        // Every fused answer is compared with the best candidate.
        Assert.Equal(BusyServer.Blends + 1, scrape.Sum("llmblender_guard_verdicts_total"));

        // "one" was asked by all but the dead panel: 100 tokens read at 1 and 20 written at 2 a million.
        Assert.Equal((BusyServer.Blends + 2) * 100, scrape.Sum("gen_ai_client_token_usage_sum", ("llmblender_backend", "one"), ("gen_ai_token_type", "input")));
        Assert.Equal((BusyServer.Blends + 2) * 140e-6, scrape.Sum("llmblender_cost_total", ("backend", "one")), 9);

        // Each blend compares two candidates both ways, and the fused ones the fused answer as well; the same three were ranked twice. One pair
        // was compared both ways, another one way.
        Assert.Equal((2 * (BusyServer.Blends + 2)) + (2 * (BusyServer.Blends + 1)) + 12 + 3, scrape.Sum("llmblender_comparisons_total"));
        Assert.Equal(6, scrape.Sum("llmblender_comparisons_total", ("result", "memory")));
        Assert.Equal(scrape.Sum("llmblender_comparisons_total", ("result", "computed")), scrape.Sum("llmblender_batch_comparisons_sum"));
        Assert.Equal(scrape.Sum("llmblender_batch_tokens_sum"), scrape.Sum("llmblender_accelerator_tokens_total", ("kind", "useful")));
        Assert.Equal(scrape.Sum("llmblender_accelerator_call_duration_seconds_sum"), scrape.Sum("llmblender_accelerator_busy_seconds_total"), 9);

        // What is in memory is not looked up any further.
        Assert.Equal(6, scrape.Sum("llmblender_cache_lookups_total", ("layer", "memory"), ("result", "hit")));
        Assert.Equal(
            scrape.Sum("llmblender_comparisons_total") - 6, scrape.Sum("llmblender_cache_lookups_total", ("layer", "memory"), ("result", "miss")));
        Assert.Equal(1 + BusyServer.Blends + 1, scrape.Sum("llmblender_compare_duration_seconds_count", ("order", "both")));
        Assert.Equal(1, scrape.Sum("llmblender_compare_duration_seconds_count", ("order", "ba")));
        Assert.Equal(2, scrape.Sum("http_server_request_duration_seconds_count", ("http_route", "/v1/rank"), ("http_response_status_code", "200")));

        // The second of two equal requests was answered from the cache, without a blend.
        Assert.Equal(1, scrape.Sum("llmblender_answer_cache_lookups_total", ("panel", "kept"), ("result", "hit")));
        Assert.Equal(1, scrape.Sum("llmblender_answer_cache_saved_total", ("panel", "kept")));
    }

    private IEnumerable<string> Missing(string expression)
    {
        var query = Query.Read(expression);
        Assert.NotEmpty(query.Series);
        var known = new HashSet<string>(Added);
        foreach (var (name, labels) in query.Series.Where(series => !Own.Contains(series.Name)))
        {
            if (!server.Scrape.Has(name))
            {
                yield return $"no series {name}";
                continue;
            }

            var own = server.Scrape.LabelsOf(name);
            known.UnionWith(own);
            foreach (var label in labels.Where(label => !own.Contains(label) && !Added.Contains(label)))
            {
                yield return $"{name} has no label {label}";
            }
        }

        foreach (var label in query.Grouping.Where(label => !known.Contains(label)))
        {
            yield return $"none of {string.Join(", ", query.Series.Select(series => series.Name))} has a label {label}";
        }
    }
}
