using F2bBroker.EndToEndTests;
using Xunit.Sdk;
using Xunit.v3;

// One broker for the whole run; each test begins on an empty virtual host, so they take turns.
[assembly: AssemblyFixture(typeof(TestBroker))]
[assembly: AssemblyFixture(typeof(BuiltPackage))]
[assembly: Parallelization(Mode = ParallelMode.None)]
