namespace LLMBlender.Cluster.Tests.Operations;

public sealed class QueryTests
{
    [Theory]
    [InlineData("up", "up", "")]
    [InlineData("""sum by (le, b) (rate(x_bucket{a="1", c!~"y{z"}[$__rate_interval]))""", "x_bucket{a,c}", "le,b")]
    [InlineData("""(rate(a[5m]) or vector(0)) / on () group_left () sum(b) > 0.05""", "a;b", "")]
    [InlineData("""a{r="x"} unless on (instance) b""", "a{r};b", "instance")]
    [InlineData("""1 - histogram_quantile(0.95, sum by (le) (rate(h_bucket[1m] offset 5m)))""", "h_bucket", "le")]
    public void Read_Expression_NamesSeriesAndLabels(string expression, string series, string grouping)
    {
        var query = Query.Read(expression);

        Assert.Equal(series, string.Join(';', query.Series.Select(one => one.Labels.Length == 0 ? one.Name : $"{one.Name}{{{string.Join(',', one.Labels)}}}")));
        Assert.Equal(grouping, string.Join(',', query.Grouping));
    }
}
