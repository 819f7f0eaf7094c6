using System.Net;
using LLMBlender.Silo.Caching;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Hosting;
using Microsoft.Extensions.Options;

namespace LLMBlender.Silo.Tests.Hosting;

public class SiloOptionsTests
{
    [Fact]
    public void Defaults_OfEveryClass_AreValid()
    {
        Assert.True(new AdmissionOptionsValidator().Validate(null, new AdmissionOptions()).Succeeded);
        Assert.True(new CompareQueueOptionsValidator().Validate(null, new CompareQueueOptions()).Succeeded);
        Assert.True(new ComparisonCacheOptionsValidator().Validate(null, new ComparisonCacheOptions()).Succeeded);
    }

    [Fact]
    public void Defaults_AreThoseThatAreDocumented()
    {
        var (admission, queue, cache) = (new AdmissionOptions(), new CompareQueueOptions(), new ComparisonCacheOptions());

        Assert.Equal((4096, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(100)), (admission.MaxRequests, admission.RetryAfter, admission.DrainTimeout));
        Assert.Equal(4_000_000, queue.MaxTokens);
        Assert.Equal((262_144, TimeSpan.FromDays(7), 65_536), (cache.MemoryEntries, cache.Expiry, cache.MaxPendingWrites));
        Assert.Equal((TimeSpan.FromMilliseconds(150), TimeSpan.FromSeconds(2)), (cache.ReadTimeout, cache.WriteTimeout));
        Assert.Equal((TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(5)), (cache.ShortestRest, cache.LongestRest));
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("203.0.113.7", "0.0.0.0")]
    [InlineData("2001:db8::7", "::")]
    public void ListenAddress_Advertised_IsItselfOrAllOfItsFamily(string advertised, string listen) =>
        Assert.Equal(IPAddress.Parse(listen), LLMBlenderSiloExtensions.ListenAddress(IPAddress.Parse(advertised)));

    [Fact]
    public void Admission_BadValues_AreAllNamed() => AssertFailures(
        new AdmissionOptionsValidator().Validate(null, new AdmissionOptions { MaxRequests = 0, RetryAfter = TimeSpan.Zero, DrainTimeout = TimeSpan.FromSeconds(-1) }),
        "LLMBlender:Admission:MaxRequests is \"0\", and must be at least 1",
        "LLMBlender:Admission:RetryAfter is \"00:00:00\", and must be a time above 0",
        "LLMBlender:Admission:DrainTimeout is \"-00:00:01\", and must be a time from 0 to 00:10:00");

    [Fact]
    public void Queue_BadValue_IsNamed() => AssertFailures(
        new CompareQueueOptionsValidator().Validate(null, new CompareQueueOptions { MaxTokens = -5 }),
        "LLMBlender:Queue:MaxTokens is \"-5\", and must be at least 1");

    [Fact]
    public void Cache_BadValues_AreAllNamed() => AssertFailures(
        new ComparisonCacheOptionsValidator().Validate(null, new ComparisonCacheOptions
        {
            MemoryEntries = 0,
            Expiry = TimeSpan.Zero,
            ReadTimeout = TimeSpan.Zero,
            WriteTimeout = TimeSpan.Zero,
            ShortestRest = TimeSpan.FromSeconds(9),
            MaxPendingWrites = 0,
        }),
        "LLMBlender:Cache:MemoryEntries is \"0\", and must be at least 1",
        "LLMBlender:Cache:Expiry is \"00:00:00\", and must be a time above 0",
        "LLMBlender:Cache:ReadTimeout is \"00:00:00\", and must be a time above 0",
        "LLMBlender:Cache:WriteTimeout is \"00:00:00\", and must be a time above 0",
        "LLMBlender:Cache:LongestRest is \"00:00:05\", and must be at least ShortestRest, which is 00:00:09",
        "LLMBlender:Cache:MaxPendingWrites is \"0\", and must be at least 1");

    private static void AssertFailures(ValidateOptionsResult result, params string[] failures) => Assert.Equal(failures, result.Failures);
}
