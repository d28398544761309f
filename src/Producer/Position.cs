using System.Text.Json.Serialization;

namespace F2bBroker.Producer;

/// <summary>How far fail2ban's bans have been read, in the words of where they are read.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "source")]
[JsonDerivedType(typeof(LogPosition), "file")]
[JsonDerivedType(typeof(JournalPosition), "journal")]
internal abstract record Position;
