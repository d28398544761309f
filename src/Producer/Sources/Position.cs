using System.Text.Json.Serialization;
using F2bBroker.Producer.Journal;
using F2bBroker.Producer.Tailing;

namespace F2bBroker.Producer.Sources;

/// <summary>How far fail2ban's bans have been read, in the words of where they are read.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "source")]
[JsonDerivedType(typeof(LogPosition), "file")]
[JsonDerivedType(typeof(JournalPosition), "journal")]
internal abstract record Position;
