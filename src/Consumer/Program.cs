using F2bBroker.Consumer;
using F2bBroker.Consumer.Receiving;
using F2bBroker.Daemon;
using F2bBroker.Shared.Configuration;

DaemonProgram program = new(
    "Receives the other servers' bans from RabbitMQ and writes them to the log that fail2ban monitors.",
    ConsumerFileCheck.FindErrors,
    ConsumerServices.Configure,
    findBrokerError: QueueCheck.FindErrorAsync,
    findNotice: settings => TrialNotice.Find(settings.Consumer));
return await program.RunAsync(args);
