using F2bBroker.Daemon;
using F2bBroker.Producer;
using F2bBroker.Producer.Checks;
using F2bBroker.Shared.Configuration;
using F2bBroker.Shared.Messaging;

DaemonProgram program = new(
    "Follows fail2ban's log or the journal and shares each ban with the other servers through RabbitMQ.",
    settings => ProducerFileCheck.FindErrors(settings, Fail2BanSettings.ReadFrom(Fail2BanSettings.Folder)),
    ProducerServices.Configure,
    settings => settings.Producer.Format == LogFormat.F2bBroker
        ? BridgeCheck.FindErrors(settings)
        : Fail2BanCheck.FindErrors(settings, Fail2BanSettings.ReadFrom(Fail2BanSettings.Folder)),
    async (settings, socket, cancel) => settings.Producer.Format == LogFormat.F2bBroker
        ? BridgeCheck.FindErrors(settings)
        : await Fail2BanCheck.FindErrorsAsync(settings, socket, cancel),
    (settings, connection, cancel) => PermissionProbe.FindPublishErrorAsync(connection, settings.Server, cancel),
    BridgeCheck.FindNotice);
return await program.RunAsync(args);
