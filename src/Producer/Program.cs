using F2bBroker.Daemon;
using F2bBroker.Producer;
using F2bBroker.Shared.Messaging;

DaemonProgram program = new(
    "Follows fail2ban's log or the journal and shares each ban with the other servers through RabbitMQ.",
    settings => ProducerFileCheck.FindErrors(settings, LogTarget.ReadFrom(LogTarget.Folder)),
    ProducerServices.Configure,
    settings => ProducerFileCheck.FindWarnings(settings, LogTarget.ReadFrom(LogTarget.Folder)),
    (settings, connection, cancel) => PermissionProbe.FindPublishErrorAsync(connection, settings.Server, cancel));
return await program.RunAsync(args);
