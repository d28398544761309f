namespace F2bBroker.Producer.Sources;

/// <summary>A place in a source of bans. Everything before it has been read.</summary>
internal abstract record Position;
