using F2bBroker.Admin.Doctor;
using F2bBroker.Admin.Output;

namespace F2bBroker.UnitTests.Admin;

public sealed class CheckResultTests
{
    [Fact]
    public void The_json_fields_are_subject_todo_and_isOk()
    {
        Assert.Equal(
            """{"subject":"clock","todo":"install chrony.","isOk":false}""",
            Json.Compact(new CheckResult("clock", "install chrony.")));
        Assert.Equal("""{"subject":"clock","todo":null,"isOk":true}""", Json.Compact(new CheckResult("clock")));
    }

    [Fact]
    public void The_text_names_the_problem_or_says_ok()
    {
        Assert.Equal("FAULT  clock: install chrony.", new CheckResult("clock", "install chrony.").ToString());
        Assert.Equal("ok     clock", new CheckResult("clock").ToString());
    }
}
