package com.altcontext.api.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/** An SMTP server that gives the answers of a test. It accepts the commands for which the test has no answer. */
public final class ScriptedSmtp implements AutoCloseable {
    /** Instead of an answer: the server sends nothing. */
    public static final String SILENCE = "";

    private final ServerSocket socket;
    private final Thread acceptor;
    private final Map<String, String> answers;
    private final Queue<Socket> clients = new ConcurrentLinkedQueue<>();
    private final Queue<String> commands = new ConcurrentLinkedQueue<>();

    /** @param answers the answers by the first four letters of a command; {@code CONN} is for the greeting */
    public ScriptedSmtp(int port, Map<String, String> answers) {
        this.answers = Map.copyOf(answers);
        try {
            socket = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        acceptor = Thread.startVirtualThread(this::accept);
    }

    /** How many connections clients have opened. */
    public int connections() {
        return clients.size();
    }

    /** The commands that it received, oldest first. */
    public List<String> commands() {
        return List.copyOf(commands);
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
            if (answer(client, "CONN") && serve(client, client)) {
                SSLSocket secured = (SSLSocket) selfSigned().createSocket(client, null, client.getPort(), true);
                secured.setUseClientMode(false);
                serve(client, secured);
            }
        } catch (IOException | GeneralSecurityException gone) {
            // The service or the test has closed the connection.
        }
    }

    /** @return whether the client starts TLS */
    private boolean serve(Socket client, Socket channel) throws IOException {
        BufferedReader lines =
                new BufferedReader(new InputStreamReader(channel.getInputStream(), StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            commands.add(line);
            String verb = line.substring(0, Math.min(4, line.length())).toUpperCase(Locale.ROOT);
            boolean isAccepted = answer(channel, verb);
            if (verb.equals("STAR") && isAccepted && channel.equals(client)) {
                return true;
            }
            if (verb.equals("DATA") && isAccepted) {
                for (String data = lines.readLine(); data != null && !data.equals("."); ) {
                    data = lines.readLine();
                }
                answer(channel, ".");
            }
        }
        return false;
    }

    private boolean answer(Socket channel, String verb) throws IOException {
        String positive = switch (verb) {
            case "CONN", "STAR" -> "220 ready";
            case "DATA" -> "354 go on";
            default -> "250 ok";
        };
        String answer = answers.getOrDefault(verb, positive);
        if (!answer.equals(SILENCE)) {
            channel.getOutputStream().write((answer + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }
        return answer.equals(positive);
    }

    /** Uses the certificate of GreenMail, which is not trusted. */
    private static SSLSocketFactory selfSigned() throws IOException, GeneralSecurityException {
        char[] password = "changeit".toCharArray();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream file = ScriptedSmtp.class.getResourceAsStream("/greenmail.p12")) {
            keys.load(file, password);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context.getSocketFactory();
    }

    /** The port is free afterwards: it is in use until the last call of {@code accept} has ended. */
    @Override
    public void close() {
        try {
            socket.close();
            acceptor.join();
            for (Socket client : clients) {
                client.close();
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
