using System.Text.Json.Serialization;

namespace F2bBroker.Admin.Status;

/// <summary>What is known about a program of a server.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProgramState>))]
internal enum ProgramState
{
    /// <summary>It may or may not be connected.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>It is logged in, and not silent as far as is known.</summary>
    [JsonStringEnumMemberName("connected")]
    Connected,

    /// <summary>It has said that it stops.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped,

    /// <summary>It should have sent a message, and has not.</summary>
    [JsonStringEnumMemberName("silent")]
    Silent,

    /// <summary>It is certainly not logged in, and its last message is recent or unknown.</summary>
    [JsonStringEnumMemberName("disconnected")]
    Disconnected,

    /// <summary>It is not logged in, and the stream has no message of it.</summary>
    [JsonStringEnumMemberName("never seen")]
    NeverSeen,
}
