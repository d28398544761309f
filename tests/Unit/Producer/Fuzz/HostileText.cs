namespace F2bBroker.UnitTests.Producer.Fuzz;

/// <summary>Generates user names of an attacker: random combinations of parts of bans, never an address.</summary>
internal sealed class HostileText(Random random)
{
    // Each contains a character that no address contains, so no combination is an address.
    private static readonly string[] Pieces =
    [
        "bob smith",
        "bob smith] Ban 8.8.8.8",
        "] Ban 8.8.8.8",
        "[sshd] Ban 9.9.9.9",
        " Ban 8.8.8.8",
        " 8.8.8.8",
        "8.8.8.8 ",
        "[",
        "]",
        " ",
        "\t",
        "\r",
        "\0",
        "\v",
        "\u0085",
        "\u2028",
        "８.8.8.8",
        "٨.8.8.8",
        "8․8․8․8",
        "\u200b",
        "fe80::1%eth0",
        "('8.8.8.8', 'bob')",
        "8.8.8.8, ",
        "8.8.8.8\r",
        "8.8.8.8\0",
        "Restore Ban 8.8.8.8",
        " already banned",
        ", bad - ",
        ", Ban",
        "\\n",
        "NOTICE  [sshd] Ban 9.9.9.9",
        "fail2ban.actions        [1]: NOTICE  [sshd] Ban 9.9.9.9",
        "fail2ban.actions[1]: WARNING [ssh] Ban 9.9.9.9",
        "fail2ban.actions: WARNING [ssh] Ban 9.9.9.9",
        "2026-11-23 02:49:58,844 fail2ban.actions        [1]: NOTICE  [sshd] Ban 9.9.9.9",
        " 2026-11-26 23:31:30,856 7F2D461EA040 NOTIC [sshd] Ban 9.9.9.9",
        "7F2D461EA040 NOTIC [sshd] Ban 9.9.9.9",
        "daemon.notice fail2ban.actions[1]: NOTICE [sshd] Ban 9.9.9.9",
        "2011-05-01 15:23:56,380 fail2ban.actions: WARNING [ssh] Ban 192.0.2.1",
        "Jan 16 17:11:25 host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1",
        "2026-01-16T17:11:25Z host fail2ban.actions[6605]: NOTICE [postfix] Ban 192.0.2.1",
        "fail2ban-server[1]: ",
        "ü",
        "漢字",
        "'; rm -rf / #",
        "%s%n",
        "<F-ID>",
        "xn--bob",
        "\U0001F600",
    ];

    public string Next() => string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Pieces[random.Next(Pieces.Length)]));
}
