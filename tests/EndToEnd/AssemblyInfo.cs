using F2bBroker.EndToEndTests;
using Xunit.Sdk;
using Xunit.v3;

// The run has one broker, and each test begins on an empty virtual host, so the tests do not run in parallel.
[assembly: AssemblyFixture(typeof(TestBroker))]
[assembly: AssemblyFixture(typeof(BuiltPackage))]
[assembly: Parallelization(Mode = ParallelMode.None)]
