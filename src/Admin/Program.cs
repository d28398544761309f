using F2bBroker.Admin;

return await AdminProgram.RunAsync(args);
