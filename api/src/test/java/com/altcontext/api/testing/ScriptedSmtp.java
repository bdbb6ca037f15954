package com.altcontext.api.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** An SMTP server that answers as a test wants: a command that is not named is accepted. */
public final class ScriptedSmtp implements AutoCloseable {
    /** Instead of an answer: the server says nothing more. */
    public static final String SILENCE = "";

    private final ServerSocket socket;
    private final Map<String, String> answers;
    private final Queue<Socket> clients = new ConcurrentLinkedQueue<>();

    /** @param answers by the first four letters of a command; {@code CONN} is the greeting */
    public ScriptedSmtp(int port, Map<String, String> answers) {
        this.answers = Map.copyOf(answers);
        try {
            socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        Thread.startVirtualThread(this::accept);
    }

    /** How many connections there were. */
    public int connections() {
        return clients.size();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                clients.add(client);
                Thread.startVirtualThread(() -> serve(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            BufferedReader commands =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.US_ASCII));
            String command = "CONN";
            while (command != null) {
                String verb =
                        command.substring(0, Math.min(4, command.length())).toUpperCase(Locale.ROOT);
                String usual = verb.equals("CONN") ? "220 ready" : verb.equals("DATA") ? "354 go on" : "250 ok";
                String answer = answers.getOrDefault(verb, usual);
                if (!answer.equals(SILENCE)) {
                    client.getOutputStream().write((answer + "\r\n").getBytes(StandardCharsets.US_ASCII));
                }
                command = commands.readLine();
            }
        } catch (IOException gone) {
            // The service or the test has ended it.
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
            for (Socket client : clients) {
                client.close();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
