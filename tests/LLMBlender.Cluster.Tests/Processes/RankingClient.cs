using System.Text;
using System.Text.Json.Nodes;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>Asks a server for rankings.</summary>
internal sealed class RankingClient(Uri url) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = url, Timeout = Until.Patience };

    /// <summary>Ranks.</summary>
    /// <exception cref="HttpRequestException">The server refused; the message holds what it said.</exception>
    public async Task<Ranking> RankAsync(Question question)
    {
        using var content = new StringContent(question.ToString(), Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri("/v1/rank", UriKind.Relative), content);
        var body = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? Ranking.Read(JsonNode.Parse(body)!)
            : throw new HttpRequestException($"{(int)response.StatusCode} {body}");
    }

    /// <summary>Ranks several at a time.</summary>
    public async Task<Ranking[]> RankAllAsync(IReadOnlyList<Question> questions)
    {
        var rankings = new Ranking[questions.Count];
        await Parallel.ForAsync(0, rankings.Length, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            rankings[i] = await RankAsync(questions[i]));
        return rankings;
    }

    public void Dispose() => http.Dispose();
}
