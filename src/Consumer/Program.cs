using F2bBroker.Consumer;
using F2bBroker.Daemon;

DaemonProgram program = new(
    "Receives the other servers' bans from RabbitMQ and writes them to the log that fail2ban monitors.",
    ConsumerFiles.Faults,
    BanEndpoint.Compose,
    faultOnBroker: QueueCheck.FindFaultAsync);
return await program.RunAsync(args);
