using System.ComponentModel;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace F2bBroker.EndToEndTests;

/// <summary>Connects to addresses in another network namespace. It needs root.</summary>
internal static partial class NetworkNamespace
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET

    /// <param name="file">The namespace's file.</param>
    public static SocketsHttpHandler CreateHandler(string file) => new()
    {
        ConnectCallback = async (context, cancel) =>
        {
            Socket socket = CreateSocket(file);
            await socket.ConnectAsync(context.DnsEndPoint, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };

    /// <summary>A socket stays in the namespace of the thread that creates it. No other work may run on that thread, so it ends.</summary>
    private static Socket CreateSocket(string file)
    {
        using SafeFileHandle handle = File.OpenHandle(file, share: FileShare.ReadWrite);
        Socket? socket = null;
        int error = 0;
        Thread thread = new(() =>
        {
            if (Enter(handle, NewNetwork) == 0)
            {
                socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            }
            else
            {
                error = Marshal.GetLastPInvokeError();
            }
        });
        thread.Start();
        thread.Join();
        return socket ?? throw new IOException($"{file}: {new Win32Exception(error).Message}");
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(SafeFileHandle handle, int kind);
}
