using LLMBlender.TestKit;

[assembly: AssemblyFixture(typeof(TinyModel))]
