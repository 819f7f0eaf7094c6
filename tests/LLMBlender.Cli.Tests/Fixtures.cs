using LLMBlender.Cli.Tests;
using LLMBlender.TestKit;

[assembly: AssemblyFixture(typeof(TinyModel))]
[assembly: AssemblyFixture(typeof(TinyFuserModel))]
