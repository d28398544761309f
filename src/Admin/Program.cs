using F2bBroker.Admin;

return await new AdminProgram().RunAsync(args);
