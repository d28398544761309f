using F2bBroker.Daemon;
using F2bBroker.Producer;
using F2bBroker.Producer.Checks;
using F2bBroker.Shared.Messaging;

DaemonProgram program = new(
    "Follows fail2ban's log or the journal and shares each ban with the other servers through RabbitMQ.",
    settings => ProducerFileCheck.FindErrors(settings, Fail2BanSettings.ReadFrom(Fail2BanSettings.Folder)),
    ProducerServices.Configure,
    SourceCheck.FindErrors,
    SourceCheck.FindErrorsAsync,
    (settings, connection, cancel) => PermissionProbe.FindPublishErrorAsync(connection, settings.Server, cancel),
    BridgeCheck.FindNotice);
return await program.RunAsync(args);
