using F2bBroker.Consumer;
using F2bBroker.Consumer.Receiving;
using F2bBroker.Contracts;
using F2bBroker.Daemon;
using F2bBroker.Shared.Configuration;

DaemonProgram program = new(
    "Receives the other servers' bans from RabbitMQ and writes them to the log that fail2ban monitors.",
    ConsumerFileCheck.FindErrors,
    ConsumerServices.Configure,
    findBrokerError: (settings, connection, cancel) => settings.Consumer.QueueType == QueueType.Stream
        ? StreamCheck.FindErrorAsync(settings, connection, cancel)
        : QueueCheck.FindErrorAsync(settings, connection, cancel),
    findNotice: settings => TrialNotice.Find(settings.Consumer));
return await program.RunAsync(args);
